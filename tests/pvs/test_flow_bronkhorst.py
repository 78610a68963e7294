"""The helium flow with a Bronkhorst in place of the Alicat: nothing changes but the station file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cryoioc.errors import StationError
from cryoioc.station import load
from cryosim.emulators.bronkhorst import Bronkhorst

from .laboratory import edited, scene
from .test_flow import MASS, SLPM

SWAP = (
    ('model = "alicat"', 'model = "bronkhorst"'),
    ("baud = 19200\n", ""),
    ('unit_id = "A"\n', ""),
)
NORMAL = (*SWAP, ("meter_tref = 21.11", "meter_tref = 0.0"))
SWAPPED = edited(*NORMAL)  # the whole STVP
STATION = """
[station]
name = "FLOW"
prefix = "STVP:"
[sim]
plant = "dummy"
flow = 8.8
[flow]
instrument = "FM1"
tref = 21.11
meter_tref = 0.0
[instrument.FM1]
model = "bronkhorst"
port = "/dev/serial/by-id/usb-flow"
"""


def meter(lab) -> Bronkhorst:
    instrument = lab.world.installed["FM1"].instrument
    assert isinstance(instrument, Bronkhorst)
    return instrument


@scene(station=SWAPPED)
async def test_normal_litres_are_converted(lab):
    assert meter(lab).unit == "ln/min"
    assert lab["FLOW:TREF"] == 21.11
    assert lab["FLOW"] == pytest.approx(SLPM, rel=2e-3)
    assert lab["FLOW:MASS"] == pytest.approx(MASS, rel=3e-3)
    assert lab["FLOW:LIQUID"] == pytest.approx(MASS * 3.6 / 124.7 * 1e3, rel=3e-3)
    assert lab.alarm("FLOW") == ("NO_ALARM", "NO_ALARM") and lab["FLOW:VALID"] == "Yes"
    assert lab["FLOW:GAS"] == "He" and lab["FLOW:STATUS"] == "OK"
    # It measures neither: what nobody knows is no PV.
    assert not {"FLOW:PRESSURE", "FLOW:GASTEMP"} & set(lab.ioc.desk.channels)
    assert lab["INTLK:NOFLOW"] == "OK"


UNITS = {"mln/min": 1e3, "ln/h": 60.0, "m3n/h": 0.06, "ls/min": 293.15 / 273.15, "mg/s": 0.17848 / 60.0 * 1e3,
         "g/h": 0.17848 * 60.0}  # in 1 ln/min of helium  # fmt: skip


@pytest.mark.parametrize("floats", [True, False])
@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_of_a_mass_flow_is_understood(unit, floats):
    @scene(station=STATION)
    async def play(lab):
        instrument = meter(lab)
        instrument.options = replace(instrument.options, floats=floats)
        instrument._parameters = instrument._table()
        instrument.unit, instrument.capacity = unit, 50.0 * UNITS[unit]
        await lab.run(1.0)
        assert lab["FLOW"] == pytest.approx(SLPM, rel=2e-3)
        assert lab["FLOW:MASS"] == pytest.approx(MASS, rel=3e-3)
        assert lab.alarm("FLOW")[1] == ("MINOR" if unit == "ls/min" else "NO_ALARM")

    play()


@scene(station=STATION.replace("meter_tref = 0.0", "meter_tref = 21.11"))
async def test_the_unit_overrules_the_file_and_says_so(lab):
    assert lab["FLOW"] == pytest.approx(SLPM, rel=2e-3)
    assert lab.alarm("FLOW") == ("CALC", "MINOR")
    assert "refers to 0 degC, station file says 21.11" in lab["FLOW:MSG:LONG"]


@pytest.mark.parametrize("unit", ["l/min", "bar", "%", "usrtype", ""])
def test_a_unit_that_is_no_mass_flow_is_no_flow(unit):
    @scene(station=STATION)
    async def play(lab):
        before = lab["FLOW"]
        instrument = meter(lab)
        instrument.steps = lambda: 5632
        instrument.unit = unit
        await lab.becomes("FLOW:STATUS", "Wrong unit", within=2.0)
        for name in ("FLOW", "FLOW:MASS", "FLOW:LIQUID"):
            assert lab.alarm(name) == ("READ", "INVALID"), name
        assert lab["FLOW"] == before and lab["FLOW:VALID"] == "No"

    play()


@scene(station=STATION)
async def test_another_fluid_than_helium_is_major(lab):
    meter(lab).fluid = "N2"
    await lab.becomes("FLOW:GAS", "N2")
    assert lab.alarm("FLOW:GAS")[1] == "MAJOR"
    for name in ("FLOW", "FLOW:MASS", "FLOW:LIQUID"):
        assert lab.alarm(name) == ("CALC", "INVALID"), name
    meter(lab).fluid = "He"
    await lab.becomes("FLOW:GAS", "He")
    assert lab.channel("FLOW").valid


@pytest.mark.parametrize(("alarms", "word", "severity"), [
    (128, "Hardware alarm", "INVALID"), (1, "Error", "INVALID"), (1 + 2, "Error", "INVALID"),
    (2, "Warning", "NO_ALARM"), (4, "Minimum alarm", "NO_ALARM"), (8 + 32, "Maximum alarm", "NO_ALARM"),
])  # fmt: skip
def test_what_the_meter_says_of_itself(alarms, word, severity):
    @scene(station=STATION)
    async def play(lab):
        instrument = meter(lab)
        instrument.options = replace(instrument.options, alarms=alarms)
        await lab.becomes("FLOW:STATUS", word, within=2.0)
        assert lab.alarm("FLOW:STATUS")[1] == "MINOR"
        assert lab.alarm("FLOW")[1] == severity

    play()


@scene(station=SWAPPED)
async def test_more_than_it_can_show_is_over_range_and_trips_nothing(lab):
    lab.world.plant.mass_flow *= 10.0
    await lab.becomes("FLOW:STATUS", "Over range", within=2.0)
    assert lab.alarm("FLOW")[1] == "INVALID"
    assert lab.ioc.flow.at_least == pytest.approx(50.0 * 1.3107 * 294.26 / 273.15, rel=1e-3)
    await lab.run(5.0)
    assert lab["INTLK:NOFLOW"] == "OK"


@scene(station=SWAPPED)
async def test_no_flow_is_a_healthy_zero_and_trips(lab):
    await lab.put("LOOP1:RANGE:SP", "Low")
    lab.world.plant.mass_flow = 0.0
    await lab.until(lambda: abs(lab["FLOW"]) < 0.01)
    assert lab.channel("FLOW").valid
    await lab.becomes("INTLK:NOFLOW", "Tripped", within=5.0)
    await lab.becomes("LOOP1:RANGE", "Off", within=5.0)


@pytest.mark.parametrize("fault", ["silence", "garbage", "half_line"])
def test_a_meter_that_cannot_be_understood_is_invalid_and_trips(fault):
    @scene(station=SWAPPED)
    async def play(lab):
        await lab.put("LOOP1:RANGE:SP", "Low")
        before = lab["FLOW"]
        setattr(lab.world.installed["FM1"].line.faults, fault, True)
        await lab.until(lambda: not lab.channel("FLOW").valid, within=10.0)
        await lab.becomes("INTLK:NOFLOW", "Tripped", within=5.0)
        for name in ("FLOW", "FLOW:MASS", "FLOW:GAS", "FLOW:STATUS"):
            assert lab.alarm(name)[1] == "INVALID", name
        assert lab["FLOW"] == before and lab["FLOW:VALID"] == "No"
        setattr(lab.world.installed["FM1"].line.faults, fault, False)
        await lab.until(lambda: lab.channel("FLOW").valid, within=30.0)

    play()


@scene(station=STATION)
async def test_it_is_asked_five_times_a_second(lab):
    since = lab.mark("FM1")
    await lab.run(10.0)
    asked = [text for text in lab.messages("FM1", since) if text.endswith("0421402140")]
    assert len(asked) >= 50


@scene(station=STATION)
async def test_half_a_frame_of_ours_is_never_completed(lab):
    instrument = meter(lab)
    before = instrument.mode, instrument.setpoint
    frame = b":06800101210104"
    for length in range(1, len(frame)):
        lab.unplug("FM1")
        await lab.run(0.5)
        instrument.receive(frame[:length])
        lab.plug_in("FM1")
        await lab.until(lambda: lab.channel("FLOW").valid)
        assert (instrument.mode, instrument.setpoint) == before


@scene(station=STATION.replace('model = "bronkhorst"', 'model = "bronkhorst"\nunit_id = "05"'))
async def test_a_node_of_its_own(lab):
    assert meter(lab).options.node == 5 and lab["FM1:SERIAL"] == "M6212345A"
    assert all(text[3:5] == "05" for text in lab.messages("FM1") if text.startswith(":"))
    assert lab["FLOW"] == pytest.approx(SLPM, rel=2e-3)


CONTROLLER = STATION.replace("meter_tref = 0.0", "meter_tref = 0.0\nsetpoint_max = 40.0")


@scene(station=CONTROLLER)
async def test_a_controller_takes_a_setpoint_in_the_litres_of_the_flow(lab):
    assert lab["FLOW:SETPOINT"] == lab["FLOW:SETPOINT:SP"] == pytest.approx(50.0 * 294.26 / 273.15, rel=1e-3)
    await lab.put("FLOW:SETPOINT:SP", 5.0)
    assert meter(lab).setpoint == pytest.approx(5.0 * 273.15 / 294.26 / 50.0, abs=1 / 32000)
    assert lab["FLOW:SETPOINT"] == pytest.approx(5.0, abs=2e-3) and lab["FLOW:MSG"] == ""
    await lab.until(lambda: abs(lab["FLOW"] - 5.0) < 0.02, within=10.0)
    meter(lab).setpoint = 0.02  # somebody else
    await lab.until(lambda: abs(lab["FLOW:SETPOINT:SP"] - 0.02 * 50.0 * 294.26 / 273.15) < 1e-2, within=10.0)
    assert "by others" in lab["FLOW:MSG:LONG"]


@scene(station=CONTROLLER)
async def test_what_is_refused_of_a_setpoint(lab):
    before = meter(lab).setpoint
    for value in (-1.0, 40.1):
        await lab.refused("FLOW:SETPOINT:SP", value)
    meter(lab).mode = 3
    assert "comes from elsewhere: Valve closed" in await lab.refused("FLOW:SETPOINT:SP", 5.0)
    meter(lab).mode = 0
    meter(lab).capacity = 10.0
    assert "more than FM1 can pass" in await lab.refused("FLOW:SETPOINT:SP", 20.0)
    meter(lab).steps = lambda: 5632
    meter(lab).unit = "bar"
    assert "no unit of a mass flow" in await lab.refused("FLOW:SETPOINT:SP", 5.0)
    meter(lab).unit = "ln/min"
    lab.unplug("FM1")
    await lab.until(lambda: not lab.channel("FLOW").valid)
    assert "not connected" in await lab.refused("FLOW:SETPOINT:SP", 5.0)
    assert meter(lab).setpoint == before


@scene(station=CONTROLLER)
async def test_a_meter_has_no_valve(lab):
    instrument = meter(lab)
    instrument.options = replace(instrument.options, controller=False)
    assert "is a meter" in await lab.refused("FLOW:SETPOINT:SP", 5.0)


def test_an_alicat_gets_no_setpoint(tmp_path):
    path = tmp_path / "flow.toml"
    path.write_text(CONTROLLER.replace('model = "bronkhorst"', 'model = "alicat"'))
    with pytest.raises(StationError, match="flow.setpoint_max: expected 0"):
        load(path)
