"""A station with a Lake Shore 218: thermometers without control, on a slow line that takes one query a message."""

from __future__ import annotations

import random

import pytest

from cryoioc.station_models import MODELS
from cryosim.emulators.lakeshore218 import Options
from cryosim.emulators.line import LineSettings, Spacing
from cryosim.wiring import Wiring

from .laboratory import Laboratory, scene

HEAD = """
[station]
name = "RECEIVER"
prefix = "RX:"

[instrument.TM1]
model = "{model}"
port = "{port}"

[sim.temperatures]
"""
THERMOMETER = """
[thermometer.T{number}]
instrument = "TM1"
input = "{number}"
curve = "{curve}"
unit = "{unit}"
"""
SERIAL = LineSettings(latency=0.010, baud=9600, spacing=Spacing.DROP, max_clients=1)


LONGEST_CYCLE = 2.5  # s between two times that a status is asked; what is over by then is not seen


def station(wired: dict[int, str], model: str = "lakeshore218", port: str = "/dev/ttyS9") -> str:
    """Return a station file with sensors by input: "V" a diode, "Ohm" the Cernox."""
    text = HEAD.format(model=model, port=port) + "".join(f"T{number} = 20.0\n" for number in wired)
    curves = {"V": "DT-670", "Ohm": "X138113"}
    return text + "".join(
        THERMOMETER.format(number=number, curve=curves[unit], unit=unit) for number, unit in wired.items()
    )


TWO = station({1: "V", 6: "Ohm"})
EIGHT = station(dict.fromkeys(range(1, 9), "V"))


def near(value, wanted, by=0.2):  # the curve in the monitor has 75 points, the sensor 144
    return abs(value - wanted) <= by


@scene(station=TWO)
async def test_temperature_and_sensor_of_both_groups(lab: Laboratory):
    lab.hold(77.35, "1", "TM1")
    lab.hold(4.2, "6", "TM1")
    await lab.until(lambda: near(lab["T1:TEMP"], 77.35) and near(lab["T6:TEMP"], 4.2))
    await lab.run(6.0)
    assert near(lab["T1:SENSOR"], 1.0275, 1e-4) and near(lab["T6:SENSOR"], 3437.8, 5.0)
    assert lab["TM1:IDN"] == "LSCI,MODEL218S,000000,032406"
    assert (lab["T1:STATUS"], lab["T1:VALID"]) == ("OK", "Yes")


@scene(station=TWO)
async def test_there_are_the_pvs_of_a_monitor_and_no_others(lab: Laboratory):
    mine = {name.removeprefix("T1:") for name in lab.ioc.desk.channels if name.startswith("T1:")}
    assert {"ENABLED", "TYPE", "CURVE", "FILTER", "MIN", "MAX", "MINMAX:SOURCE", "ALARM:SOURCE", "ALARM:HIGH"} <= mine
    assert not {"UNITS", "LIMIT", "NAME", "AUTORANGE", "INRANGE", "COMP", "DIODE:CURRENT", "ALARM:VISIBLE"} & mine
    assert {"TM1:RELAY1", "TM1:RELAY8:MODE", "TM1:BEEPER", "TM1:REMOTE"} <= set(lab.ioc.desk.channels)


@scene(station=station({1: "V"}, "lakeshore218e"))
async def test_a_218e_has_no_relays_and_is_asked_for_none(lab: Laboratory):
    await lab.run(130.0)
    assert lab["TM1:UNANSWERED"] == "" and lab["TM1:ERRORS"] == 0
    assert not [name for name in lab.ioc.desk.channels if "RELAY" in name]


@scene(station=TWO)
async def test_on_connect_nothing_is_sent(lab: Laboratory):
    await lab.run(130.0)
    assert lab.commands(0, "TM1") == []


@pytest.mark.parametrize("wiring", [Wiring.OPEN, Wiring.SHORT])
@pytest.mark.parametrize("shown", ["zero", "end"])
@pytest.mark.parametrize("number", ["1", "6"])
def test_a_broken_sensor_never_shows_a_healthy_number(wiring, shown, number):
    @scene(station=TWO, monitor=Options(reading_on_fault=shown))
    async def play(lab: Laboratory):
        lab.hold(20.0, number, "TM1")
        await lab.until(lambda: lab[f"T{number}:VALID"] == "Yes" and near(lab[f"T{number}:TEMP"], 20.0))
        seen = lab.record(f"T{number}:TEMP", mask=5)
        lab.break_sensor(number, wiring, "TM1")
        await lab.becomes(f"T{number}:VALID", "No", within=4.0)
        await lab.run(20.0)
        assert lab.alarm(f"T{number}:TEMP") == ("READ", "INVALID")
        assert all(severity == "INVALID" or near(value, 20.0) for value, severity, _ in seen.events)
        wanted = {Wiring.OPEN: "Sensor over range", Wiring.SHORT: "Sensor under range"}[wiring]
        assert lab[f"T{number}:STATUS"] == wanted
        lab.break_sensor(number, Wiring.OK, "TM1")
        await lab.becomes(f"T{number}:VALID", "Yes", within=6.0)

    play()


@scene(station=TWO)
async def test_beyond_its_curve_it_says_at_which_end(lab: Laboratory):
    for kelvin, word in ((20.0, "OK"), (520.0, "Over range"), (20.0, "OK"), (1.0, "Under range")):
        lab.hold(kelvin, "1", "TM1")
        await lab.becomes("T1:STATUS", word, within=6.0)


@pytest.mark.parametrize("shown", ["zero", "end"])
def test_a_loose_contact_between_two_messages_shows_no_wrong_temperature(shown):
    """The temperature and its status are two messages: a contact may close between them."""

    @scene(station=EIGHT, monitor=Options(reading_on_fault=shown), lines={"lakeshore218": SERIAL})
    async def play(lab: Laboratory):
        chance = random.Random(1)
        for number in range(1, 9):
            lab.hold(20.0, str(number), "TM1")
        await lab.run(10.0)
        seen = [lab.record(f"T{number}:TEMP", mask=5) for number in range(1, 9)]
        for _ in range(60):
            for number in range(1, 9):
                lab.break_sensor(str(number), chance.choice([Wiring.OPEN, Wiring.SHORT]), "TM1")
            await lab.run(LONGEST_CYCLE + 3.0 * chance.random())
            for number in range(1, 9):
                lab.break_sensor(str(number), Wiring.OK, "TM1")
            await lab.run(LONGEST_CYCLE + 3.0 * chance.random())
        events = [(value, severity) for one in seen for value, severity, _ in one.events]
        assert [severity for _, severity in events].count("NO_ALARM") > 100
        assert all(severity == "INVALID" or near(value, 20.0) for value, severity in events)

    play()


@pytest.mark.parametrize("shown", ["zero", "last"])
def test_an_input_that_is_switched_off_is_not_valid(shown):
    @scene(station=TWO, monitor=Options(disabled_reading=shown))
    async def play(lab: Laboratory):
        lab.front_panel("INPUT 1,0", "TM1")
        await lab.becomes("T1:ENABLED", "Off", within=15.0)
        await lab.becomes("T1:VALID", "No", within=5.0)
        await lab.run(30.0)
        assert not lab.channel("T1:TEMP").valid and lab.channel("T6:TEMP").valid
        await lab.put("T1:ENABLED:SP", "On")
        await lab.becomes("T1:VALID", "Yes", within=10.0)

    play()


@scene(station=TWO)
async def test_an_input_without_a_curve_is_not_valid(lab: Laboratory):
    lab.front_panel("INCRV 1,0", "TM1")
    await lab.becomes("T1:VALID", "No", within=15.0)
    await lab.run(20.0)
    assert not lab.channel("T1:TEMP").valid
    await lab.put("T1:CURVE:SP", 4)
    await lab.becomes("T1:VALID", "Yes", within=10.0)


@scene(station=TWO)
async def test_a_user_curve_of_another_input_is_refused(lab: Laboratory):
    assert "kept" in await lab.refused("T1:CURVE:SP", 26) or lab["T1:MSG"]
    assert lab["T1:CURVE"] == 4


@scene(station=TWO)
async def test_settings_are_written_and_read_back(lab: Laboratory):
    await lab.put("T1:FILTER:POINTS:SP", 12)
    assert lab.front_panel("FILTER? 1", "TM1") == "0,12,08"
    await lab.put("T1:TYPE:SP", "7.5 V diode")
    assert lab.front_panel("INTYPE? A", "TM1") == "1"
    await lab.put("TM1:RELAY3:MODE:SP", "On")
    await lab.becomes("TM1:RELAY3", "On", within=15.0)
    assert lab["TM1:RELAY2"] == "Off"
    await lab.put("TM1:BEEPER:SP", "On")
    assert lab.front_panel("ALMB?", "TM1") == "1"


@scene(station=TWO)
async def test_alarm_limits_are_kelvin_whatever_their_source(lab: Laboratory):
    await lab.put("T1:ALARM:HIGH:SP", 300.0)
    assert lab.front_panel("ALARM? 1", "TM1") == "0,1,+300.00,+00.000,+01.000,0"
    await lab.put("T1:ALARM:SOURCE:SP", "Celsius")
    await lab.put("T1:ALARM:HIGH:SP", 293.15)
    await lab.put("T1:ALARM:DEADBAND:SP", 2.0)
    assert lab.front_panel("ALARM? 1", "TM1").split(",")[2:5:2] == ["+20.000", "+02.000"]
    await lab.put("T1:ALARM:SOURCE:SP", "Sensor")
    assert "set ALARM:SOURCE Kelvin" in await lab.refused("T1:ALARM:HIGH:SP", 280.0)
    assert not lab.channel("T1:ALARM:HIGH").valid


@scene(station=TWO)
async def test_an_alarm_and_the_extremes_of_the_instrument(lab: Laboratory):
    await lab.put("T1:ALARM:HIGH:SP", 50.0)
    await lab.put("T1:ALARM:SP", "On")
    lab.hold(60.0, "1", "TM1")
    await lab.becomes("T1:ALARM:HIGH:STATE", "On", within=20.0)
    lab.hold(20.0, "1", "TM1")
    await lab.becomes("T1:ALARM:HIGH:STATE", "Off", within=20.0)
    await lab.run(31.0)
    assert near(lab["T1:MAX"], 60.0) and near(lab["T1:MIN"], 20.0, 1.0)
    await lab.put("T1:MINMAX:RESET")
    await lab.until(lambda: near(lab["T1:MAX"], 20.0), within=35.0)


@scene(station=EIGHT, lines={"lakeshore218": SERIAL})
async def test_eight_inputs_at_9600_baud(lab: Laboratory):
    mark = lab.mark("TM1")
    await lab.run(60.0)
    line = lab.world.installed["TM1"].line
    assert (line.counters.violations, lab["TM1:ERRORS"]) == (0, 0)
    sent = lab.messages("TM1", mark)
    # 1.25 s by the plan; curves are read beside the polls, a part at a time.
    assert sent.count("KRDG? 0") >= 0.8 * 60.0 / 1.25
    assert all(sent.count(f"RDGST? {n}") >= 0.8 * 60.0 / 1.25 for n in range(1, 9))
    assert all(len(message) <= 62 and message.count("?") <= 1 for message in sent)


@scene(station=TWO, lines={"lakeshore218": SERIAL})
async def test_a_power_cycle_and_a_pulled_cable_are_survived(lab: Laboratory):
    instrument = lab.world.installed["TM1"].instrument
    lab.unplug("TM1")
    await lab.becomes("TM1:CONNECTED", "No")
    assert lab.alarm("T1:TEMP") == ("COMM", "INVALID")
    instrument.power_cycle()
    lab.plug_in("TM1")
    await lab.becomes("TM1:CONNECTED", "Yes")
    await lab.becomes("T1:VALID", "Yes", within=20.0)
    assert lab.commands(0, "TM1") == []


@scene(station=TWO)
async def test_the_curves_in_use_are_compared(lab: Laboratory):
    for name in ("T1", "T6"):
        await lab.until(lambda name=name: not lab.channel(f"{name}:CURVE:CHECK").undefined, within=900.0)
        assert lab[f"{name}:CURVE:CHECK"] == "OK", lab[f"{name}:CURVE:WHY:LONG"]
    lab.front_panel("CRVPT 26,100,3.00739,14", "TM1")
    lab.unplug("TM1")
    await lab.run(3.0)
    lab.plug_in("TM1")
    await lab.becomes("T6:CURVE:CHECK", "Differs", within=900.0)
    assert "point 100 is 3.00739, 14 K not 3.00739, 14.6 K" in lab["T6:CURVE:WHY:LONG"]


@scene(station=TWO)
async def test_uncertainty_is_that_of_the_monitors_own_ranges(lab: Laboratory):
    lab.hold(77.0, "6", "TM1")
    await lab.run(20.0)
    # 88 mK by Table 1-2 for this kind of sensor, as half width; and the certificate's 15 mK.
    assert near(lab["T6:UNC"], 2 * 0.088 / 3**0.5, 0.04)
    assert near(lab["T6:TEMP:CAL"], 77.0, 0.01) and abs(lab["T6:TEMP:CAL:DIFF"]) < 0.02
    lab.hold(2.0, "6", "TM1")  # 10.7 kohm: beyond the input
    await lab.becomes("T6:VALID", "No", within=10.0)
    await lab.run(10.0)
    assert not lab.channel("T6:UNC").valid


def test_a_loop_on_a_monitor_is_refused_in_words(tmp_path):
    from cryoioc.errors import StationError
    from cryoioc.station import load

    path = tmp_path / "s.toml"
    loop = '[loop.L1]\ninstrument = "TM1"\noutput = 1\nheater_ohm = 25\nmax_current = 1\nsp_min = 1\nsp_max = 300\n'
    path.write_text(TWO + loop)
    with pytest.raises(StationError, match="TM1 has outputs none, found 1"):
        load(path)
    path.write_text(TWO.replace('input = "6"', 'input = "9"'))
    with pytest.raises(StationError, match="TM1 has inputs 1, 2, 3, 4, 5, 6, 7, 8, found '9'"):
        load(path)


def test_the_models_are_known_everywhere():
    assert MODELS["lakeshore218"].inputs == tuple("12345678") and not MODELS["lakeshore218"].outputs
