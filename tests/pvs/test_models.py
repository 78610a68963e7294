"""PVS.md 7: stations with a 336 or a 350."""

from __future__ import annotations

import pytest

from .laboratory import STVP, Laboratory, edited, scene

INPUTS = """
[thermometer.C3]
instrument = "TC1"
input = "C"
curve = "DT-670"
unit = "V"

[thermometer.D4]
instrument = "TC1"
input = "D"
curve = "DT-670"
unit = "V"
"""
ANALOG = """
[loop.LOOP{output}]
instrument = "TC1"
output = {output}
type = "voltage"
heater_ohm = 100.0
max_current = 0.1
sp_min = 1.4
sp_max = 300.0
"""
MORE = INPUTS + ANALOG.format(output=3) + ANALOG.format(output=4) + "\n[flow]"


def station(model: str) -> str:
    """Return the STVP with another controller, four inputs and four outputs."""
    changes = [
        ('port = "/dev/serial/by-id/usb-Silicon_Labs_Model_335_335A12T-if00-port0"', 'port = "socket://127.0.0.1:7777"'),
        ('model = "lakeshore335"', f'model = "{model}"'),
        ("[flow]", MORE),
    ]
    if model == "lakeshore350":
        changes.append(("max_current = 0.95", "max_current = 0.1"))
    return edited(*changes, station=STVP)


CONTROLLERS = {model: station(model) for model in ("lakeshore336", "lakeshore350")}
HEATER_RANGES = {
    "lakeshore336": ("Off", "Low", "Medium", "High"),
    "lakeshore350": ("Off", "Range1", "Range2", "Range3", "Range4", "Range5"),
}


def on_each(play):
    """Make a test of a scene on a 336 and on a 350."""

    @pytest.mark.parametrize("model", CONTROLLERS)
    def test(model):
        @scene(station=CONTROLLERS[model])
        async def played(lab):
            await play(lab, model)

        played()

    test.__name__ = play.__name__
    return test


@on_each
async def test_four_inputs_are_read(lab: Laboratory, model: str):
    assert lab["TC1:IDN"].startswith(f"LSCI,MODEL{model[-3:]},")
    for channel, name, kelvin in (("A", "VAP", 20.0), ("B", "SAMPLE", 30.0), ("C", "C3", 40.0), ("D", "D4", 50.0)):
        lab.hold(kelvin, channel)
        await lab.until(lambda name=name, kelvin=kelvin: abs(lab[f"{name}:TEMP"] - kelvin) < 0.1)
        assert lab.channel(f"{name}:TEMP").valid


@on_each
async def test_the_states_of_range_are_those_of_model_and_output(lab: Laboratory, model: str):
    for loop, states in (("LOOP1", HEATER_RANGES[model]), ("LOOP3", ("Off", "On")), ("LOOP4", ("Off", "On"))):
        for name in (f"{loop}:RANGE", f"{loop}:RANGE:SP"):
            assert lab.channel(name).record.states == states
    assert lab.channel("LOOP3:RANGE").record.kind == "bi" and lab.channel("LOOP3:RANGE:SP").record.kind == "bo"


@on_each
async def test_the_highest_range_is_the_last_state(lab: Laboratory, model: str):
    last = HEATER_RANGES[model][-1]
    await lab.put("LOOP1:RANGE:SP", last)
    assert lab.front_panel("RANGE? 1") == str(len(HEATER_RANGES[model]) - 1)
    assert lab["LOOP1:RANGE"] == last


@on_each
async def test_the_heater_setup_has_no_type_field(lab: Laboratory, model: str):
    await lab.put("LOOP1:IMAX:SP", 0.707)
    await lab.put("LOOP1:RMAX:SP", 50.0)
    fields = lab.front_panel("HTRSET? 1").split(",")
    assert len(fields) == 4 and fields[0] == "2"
    assert fields[1] == "1" or float(fields[2]) == 0.707
    assert (lab["LOOP1:RMAX"], lab["LOOP1:IMAX"]) == (50.0, 0.707)


@on_each
async def test_a_voltage_output_is_switched_and_read(lab: Laboratory, model: str):
    lab.hold(20.0, "C")
    await lab.put("LOOP3:MODE:SP", "Open loop")
    await lab.put("LOOP3:MOUT:SP", 50.0)
    await lab.put("LOOP3:RANGE:SP", "On")
    await lab.run(2.0)
    assert lab["LOOP3:HEATER"] == pytest.approx(50.0)
    assert lab["LOOP3:POWER"] == pytest.approx(5.0**2 / 100.0, rel=1e-2)  # 50 % of 10 V into 100 ohm
    await lab.put("ALLOFF")
    assert lab.front_panel("RANGE? 3") == "0" and lab["LOOP3:RANGE"] == "Off"


@on_each
async def test_a_put_of_a_target_and_of_gains_reaches_every_loop(lab: Laboratory, model: str):
    for number in (1, 2, 3, 4):
        await lab.put(f"LOOP{number}:TEMP:SP", 40.0 + number)
        await lab.put(f"LOOP{number}:P:SP", 10.0 + number)
        assert float(lab.front_panel(f"SETP? {number}")) == 40.0 + number
        assert float(lab.front_panel(f"PID? {number}").split(",")[0]) == 10.0 + number
        assert lab[f"LOOP{number}:TARGET"] == 40.0 + number


@on_each
async def test_units_are_converted_too(lab: Laboratory, model: str):
    fields = lab.front_panel("INTYPE? A").split(",")
    fields[4] = "2"
    lab.front_panel(f"INTYPE A,{','.join(fields)}")
    await lab.becomes("VAP:UNITS", "Celsius")
    await lab.put("LOOP1:TEMP:SP", 100.0)
    assert float(lab.front_panel("SETP? 1")) == pytest.approx(-173.15, abs=0.002)
    await lab.put("VAP:UNITS:SP", "Kelvin")
    assert lab.front_panel("INTYPE? A").split(",")[:4] == fields[:4]


@on_each
async def test_a_dropped_heater_is_told(lab: Laboratory, model: str):
    lab.hold(20.0, "A")
    await lab.run(1.0)
    await lab.put("LOOP1:TEMP:SP", 20.5)
    await lab.put("LOOP1:RANGE:SP", 1)
    lab.break_sensor("A")
    await lab.becomes("LOOP1:DROPPED", "Yes", within=5.0)
    await lab.run(1.0)
    assert "RDGST" in lab["LOOP1:DROPPED:WHY"]


@on_each
async def test_control_inputs_are_those_of_the_model(lab: Laboratory, model: str):
    assert lab.channel("LOOP1:INPUT").record.states == ("None", "A", "B", "C", "D")
    await lab.put("LOOP1:INPUT:SP", "D")
    assert lab.front_panel("OUTMODE? 1") == "1,4,0"


@on_each
async def test_on_connect_nothing_is_sent(lab: Laboratory, model: str):
    await lab.sweep()
    assert lab.commands(0) == []


@scene(station=CONTROLLERS["lakeshore350"])
async def test_the_350_has_an_excitation_that_other_puts_leave_alone(lab):
    fields = lab.front_panel("INTYPE? A").split(",")
    assert len(fields) == 6
    await lab.put("VAP:COMP:SP", "Off")
    assert lab.front_panel("INTYPE? A").split(",")[5] == fields[5]


@scene(station=CONTROLLERS["lakeshore350"])
async def test_compliance_of_output_2_of_a_350_is_not_an_open_heater(lab):
    lab.hold(20.0, "B")
    lab.world.plant.heater("LOOP2").resistance = 400.0  # 100 mA into 400 ohm: the 10 V do not suffice
    await lab.put("LOOP2:MODE:SP", "Open loop")
    await lab.put("LOOP2:MOUT:SP", 100.0)
    await lab.put("LOOP2:RANGE:SP", "Range5")
    await lab.run(15.0)
    assert lab["LOOP2:HEATER:STATUS"] not in ("Open", "Short")
    assert lab["LOOP2:RANGE"] == "Range5" and lab["LOOP2:DROPPED"] == "No"


@scene(station=CONTROLLERS["lakeshore350"])
async def test_output_2_of_a_350_has_no_resistance_and_current_to_set(lab):
    assert "LOOP1:IMAX" in lab.ioc.desk.channels and "LOOP1:RMAX" in lab.ioc.desk.channels
    assert "LOOP2:IMAX" not in lab.ioc.desk.channels and "LOOP2:RMAX" not in lab.ioc.desk.channels
    lab.hold(20.0, "B")
    await lab.put("LOOP2:MODE:SP", "Open loop")
    await lab.put("LOOP2:MOUT:SP", 50.0)
    await lab.put("LOOP2:RANGE:SP", "Range5")
    await lab.run(2.0)
    assert lab["LOOP2:POWER"] == pytest.approx(0.05**2 * 25.0, rel=1e-2)  # half of 100 mA into 25 ohm


@scene(station=edited(("max_current = 0.95", "max_current = 0.1")))
async def test_a_heater_that_stands_no_more_than_the_smallest_user_current_is_served(lab):
    assert lab["LOOP2:IMAX"] == 0.1
    await lab.refused("LOOP2:IMAX:SP", 0.2)
