"""A heater on a power supply: switched on by a put alone, within verified limits, and off in every state."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pvs.laboratory import Laboratory, perform, scene

from cryoioc.errors import StationError
from cryoioc.station import load
from cryosim.emulators.scpi import Supply
from cryosim.plant.loads import Resistor

from .polls import one_poll

STATION = """
[station]
name = "BIAS"
prefix = "T:"
[instrument.PS1]
model = "{model}"
port = "socket://127.0.0.1:5025"
[power.HEATERS]
instrument = "PS1"
output = 2
voltage = 20.0
over_voltage = 22.0
max_current = 0.5
load_ohm = 50.0
lead_ohm = 10.0
max_time = 30.0
{more}
"""
MODELS = ("keysight_e36312a", "keysight_n6700", "rs_hmp4040")


def station(model: str) -> str:
    # The second module of the emulated frame is a source-measure unit.
    return STATION.format(model=model, more="source_measure = true" if model == "keysight_n6700" else "")


HMP = STATION.format(model="rs_hmp4040", more="")
E363 = STATION.format(model="keysight_e36312a", more="")


def supply(lab: Laboratory) -> Supply:
    found = lab.world.installed["PS1"].instrument
    assert isinstance(found, Supply)
    return found


def by_hand(lab: Laboratory, message: str) -> str:
    """Operate the supply as somebody else would."""
    return supply(lab).receive(f"{message}\n".encode()).decode().strip()


async def programmed(lab: Laboratory) -> None:
    await lab.put("HEATERS:PROGRAM")
    await lab.put("HEATERS:STATE:SP", "On")
    await lab.clock.sleep(3.0)


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_sent_until_somebody_puts(model: str) -> None:
    async def play(lab: Laboratory) -> None:
        await lab.clock.sleep(10.0)
        told = [unit for unit in lab.commands(0, "PS1") if not unit.startswith(":INST:NSEL")]
        assert told == []
        assert lab["HEATERS:STATE"] == lab["HEATERS:STATE:SP"] == "Off"
        assert lab.alarm("HEATERS:STATE")[1] == "NO_ALARM"

    perform(play, station=station(model))


@pytest.mark.parametrize("model", ["keysight_e36312a", "rs_hmp4040"])
def test_on_only_within_limits_that_were_verified(model: str) -> None:
    async def play(lab: Laboratory) -> None:
        assert lab["HEATERS:LIMITS"] == "Too wide"  # as it comes from the mains
        assert lab.alarm("HEATERS:LIMITS") == ("STATE", "MINOR")  # off, and not switched on with these
        mark = lab.mark("PS1")
        assert "PROGRAM first" in await lab.refused("HEATERS:STATE:SP", "On")
        assert not any("OUTP" in unit for unit in lab.commands(mark, "PS1"))
        await programmed(lab)
        assert lab["HEATERS:STATE"] == lab["HEATERS:STATE:SP"] == "On"
        assert (lab["HEATERS:LIMITS"], lab["HEATERS:LIMITS:WHY"]) == ("OK", "")
        assert lab.alarm("HEATERS:LIMITS")[1] == "NO_ALARM"
        assert lab["HEATERS:VOLT"] == pytest.approx(20.0, abs=0.05)
        assert lab["HEATERS:CURR"] == pytest.approx(333.3, abs=2.0)
        assert lab["HEATERS:POWER"] == pytest.approx(0.3333**2 * 50.0, abs=0.1)
        assert lab["HEATERS:THERMOSTAT"] == "Closed"
        assert "it is on" in await lab.refused("HEATERS:PROGRAM")
        await lab.put("HEATERS:STATE:SP", "Off")
        assert lab["HEATERS:STATE"] == lab["HEATERS:STATE:SP"] == "Off"
        assert lab["HEATERS:THERMOSTAT"] == "Unknown"

    perform(play, station=station(model))


@scene(station=STATION.format(model="keysight_n6700", more="source_measure = true").replace("20.0", "5.0", 1))
async def test_of_a_source_measure_module_its_own_limit_counts_too(lab):
    await programmed(lab)
    assert lab["HEATERS:STATE"] == "On"
    assert lab["HEATERS:VOLT"] == pytest.approx(5.0, abs=0.05)
    by_hand(lab, ":CURR:LIM 0.9,(@2)")
    await lab.clock.sleep(2.0)
    assert lab["HEATERS:LIMITS"] == "Too wide"
    assert lab.alarm("HEATERS:LIMITS")[1] == "MAJOR"
    assert "current limit of the module" in lab["HEATERS:MSG:LONG"]


@pytest.mark.parametrize(("model", "raised"), [
    ("keysight_e36312a", ":VOLT:PROT 25,(@2)"), ("keysight_e36312a", ":CURR 0.9,(@2)"),
    ("keysight_e36312a", ":VOLT 21,(@2)"), ("rs_hmp4040", ":INST:NSEL 2;:VOLT:PROT 30"),
    ("rs_hmp4040", ":INST:NSEL 2;:CURR 2;:INST:NSEL 1")])  # fmt: skip
def test_a_foreign_hand_on_the_limits_is_alarmed_within_a_poll(model: str, raised: str) -> None:
    async def play(lab: Laboratory) -> None:
        await programmed(lab)
        by_hand(lab, raised)
        await lab.becomes("HEATERS:LIMITS", "Too wide", one_poll(lab.ioc, "PS1"))
        assert lab.alarm("HEATERS:LIMITS")[1] == "MAJOR"
        assert lab["HEATERS:STATE"] == "On"  # told, and nothing is put back

    perform(play, station=station(model))


@scene(station=HMP)
async def test_a_selection_by_others_makes_no_reading_of_another_output(lab):
    await programmed(lab)
    for _ in range(50):
        by_hand(lab, ":INST:NSEL 4")
        await lab.clock.sleep(0.13)
        assert lab["HEATERS:VOLT"] == pytest.approx(20.0, abs=0.05)


@scene(station=HMP)
async def test_the_master_switch_turns_nothing_else_on(lab):
    await lab.put("HEATERS:PROGRAM")
    by_hand(lab, ":OUTP:GEN 0;:INST:NSEL 3;:OUTP:SEL 1")
    assert "output 3 is armed and would come on too" in await lab.refused("HEATERS:STATE:SP", "On")
    assert by_hand(lab, ":OUTP:GEN?") == "0"
    by_hand(lab, ":INST:NSEL 3;:OUTP:SEL 0")
    await lab.put("HEATERS:STATE:SP", "On")
    assert lab["HEATERS:STATE"] == "On"


@scene(station=E363)
async def test_a_trip_is_latched_and_reset_never_brings_the_output_back(lab):
    await programmed(lab)
    by_hand(lab, ":VOLT:PROT 10,(@2)")
    await lab.clock.sleep(2.0)
    assert lab["HEATERS:STATE"] == "Tripped"
    assert lab.alarm("HEATERS:STATE")[1] == "MAJOR"
    assert "over-voltage has tripped" in await lab.refused("HEATERS:STATE:SP", "On")
    by_hand(lab, ":VOLT:PROT 22,(@2)")
    await lab.put("HEATERS:RESET")
    await lab.clock.sleep(2.0)
    assert lab["HEATERS:STATE"] == lab["HEATERS:STATE:SP"] == "Off"
    assert by_hand(lab, ":OUTP? (@2)") == "0"
    assert float(by_hand(lab, ":MEAS:VOLT? (@2)")) == pytest.approx(0.0, abs=0.05)


@scene(station=STATION.format(model="keysight_n6700", more="").replace("output = 2", "output = 1"))
async def test_an_output_that_the_watchdog_ended_is_no_healthy_one(lab):
    await programmed(lab)
    assert lab["HEATERS:STATE"] == "On"
    by_hand(lab, ":OUTP:PROT:WDOG:DEL 1;:OUTP:PROT:WDOG 1")
    lab.unplug("PS1")
    await lab.clock.sleep(5.0)
    lab.plug_in("PS1")
    await lab.clock.sleep(15.0)
    assert by_hand(lab, ":OUTP? (@1)") == "1"
    assert lab["HEATERS:STATE"] in ("Tripped", "No voltage")
    assert lab.alarm("HEATERS:STATE")[1] == "MAJOR"
    by_hand(lab, ":OUTP:PROT:WDOG 0")
    await lab.put("HEATERS:RESET")
    await lab.clock.sleep(2.0)
    assert lab["HEATERS:STATE"] == "Off"
    assert float(by_hand(lab, ":MEAS:VOLT? (@1)")) == pytest.approx(0.0, abs=0.05)


@scene(station=E363)
async def test_an_output_that_delivers_nothing_is_alarmed(lab):
    await programmed(lab)
    reply = supply(lab).receive
    lab.world.installed["PS1"].line.instrument.receive = lambda data: reply(
        data.replace(b":MEAS:VOLT? (@2)", b":MEAS:VOLT? (@3)"))  # fmt: skip
    await lab.clock.sleep(3.0)
    assert lab["HEATERS:STATE"] == "No voltage"
    assert lab.alarm("HEATERS:STATE")[1] == "MAJOR"


@scene(station=HMP)
async def test_a_fuse_that_tripped_can_be_reset(lab):
    await programmed(lab)
    by_hand(lab, ":INST:NSEL 2;:FUSE 1;:CURR 0.1")
    await lab.clock.sleep(3.0)
    assert lab["HEATERS:STATE"] == "Tripped"
    by_hand(lab, ":INST:NSEL 2;:CURR 0.5")
    await lab.put("HEATERS:RESET")
    await lab.put("HEATERS:STATE:SP", "On")
    await lab.clock.sleep(2.0)
    assert lab["HEATERS:STATE"] == "On"


@scene(station=E363)
async def test_the_thermostat_is_seen_in_the_current(lab):
    await programmed(lab)
    load = supply(lab).outputs[1].port
    assert isinstance(load, Resistor)
    for ohm, word in ((1e9, "Open"), (110.0, "Unknown"), (60.0, "Closed")):
        load.ohm = ohm
        await lab.clock.sleep(2.0)
        assert lab["HEATERS:THERMOSTAT"] == word


@scene(station=E363)
async def test_its_time_is_limited(lab):
    await programmed(lab)
    await lab.put("HEATERS:MAXTIME:SP", 5.0)
    await lab.clock.sleep(200.0)
    assert lab["HEATERS:STATE"] == "On"
    assert lab["HEATERS:ONTIME"] == pytest.approx(203.0 / 60.0, abs=0.05)
    await lab.clock.sleep(110.0)
    assert lab["HEATERS:STATE"] == "Off"
    assert "MAXTIME over" in lab["HEATERS:MSG"]
    assert lab["HEATERS:ONTIME"] == 0.0


def test_its_time_goes_on_over_a_restart_of_the_ioc(tmp_path):
    async def first(lab: Laboratory) -> None:
        await programmed(lab)
        await lab.put("HEATERS:MAXTIME:SP", 1.0)
        await lab.run(30.0)

    async def found_on(lab: Laboratory) -> None:
        by_hand(lab, ":VOLT 20,(@2);:CURR 0.5,(@2);:OUTP 1,(@2)")
        await lab.run(0.01)
        assert lab["HEATERS:ONTIME"] > 0.5 and not lab.channel("HEATERS:STATE").valid  # a kill now loses nothing
        await lab.until(lambda: lab.channel("HEATERS:STATE").valid)
        await lab.run(2.0)
        assert lab["HEATERS:STATE"] == "On"
        assert lab["HEATERS:ONTIME"] == pytest.approx(34.0 / 60.0, abs=0.05)
        await lab.run(30.0)
        assert lab["HEATERS:STATE"] == "Off" and "MAXTIME over" in lab["HEATERS:MSG"]

    async def found_off(lab: Laboratory) -> None:
        await lab.until(lambda: lab.channel("HEATERS:STATE").valid)
        by_hand(lab, ":VOLT 20,(@2);:CURR 0.5,(@2);:OUTP 1,(@2)")
        await lab.run(20.0)
        assert lab["HEATERS:ONTIME"] == pytest.approx(20.0 / 60.0, abs=0.05)

    for play in (first, found_on):
        perform(play, station=E363, state=tmp_path / "on", cold=play is found_on)
    for play in (first, found_off):
        perform(play, station=E363, state=tmp_path / "off", cold=play is found_off)


@pytest.mark.parametrize("model", ["keysight_e36312a", "rs_hmp4040"])
def test_alloff_puts_it_off(model: str) -> None:
    async def play(lab: Laboratory) -> None:
        await programmed(lab)
        await lab.put("ALLOFF")
        assert lab["HEATERS:STATE"] == "Off"
        assert lab["ALLOFF:STATUS"] == "OK"
        load = supply(lab).outputs[1].port
        assert load is not None
        assert load.read().volts == 0.0

    perform(play, station=station(model))


@scene(station=E363)
async def test_a_hand_at_the_switch_is_told_and_left(lab):
    await programmed(lab)
    by_hand(lab, ":OUTP 0,(@2)")
    await lab.clock.sleep(2.0)
    assert lab["HEATERS:STATE"] == lab["HEATERS:STATE:SP"] == "Off"
    assert "Off by others" in lab["HEATERS:MSG"]
    by_hand(lab, ":OUTP 1,(@2)")
    await lab.clock.sleep(2.0)
    assert lab["HEATERS:STATE"] == lab["HEATERS:STATE:SP"] == "On"


@scene(station=E363)
async def test_what_is_not_known_is_invalid_and_refused(lab):
    await programmed(lab)
    lab.unplug("PS1")
    await lab.clock.sleep(5.0)
    for name in ("STATE", "STATE:SP", "VOLT", "CURR", "POWER", "THERMOSTAT", "LIMITS"):
        assert lab.alarm(f"HEATERS:{name}")[1] == "INVALID"
    assert "not connected" in await lab.refused("HEATERS:STATE:SP", "Off")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('instrument = "PS1"', 'instrument = "PS2"', r"power.HEATERS.instrument: no \[instrument.PS2\]"),
        ("output = 2", "output = 4", "power.HEATERS.output: PS1 has outputs 1 to 3, found 4"),
        ("over_voltage = 22.0", "over_voltage = 20.0", "voltage 20 V must be below over_voltage 20 V"),
        ("max_time = 30.0", "source_measure = true", "a keysight_e36312a has no source-measure modules"),
        ("max_time = 30.0", "max_tim = 30.0", "unknown key; did you mean max_time"),
        ('model = "keysight_e36312a"', 'model = "alicat"', "expected one of keysight_e36312a, .*found a alicat"),
        ("[power.HEATERS]", "[power.VAC]", "power.VAC: the name is already used by the station itself"),
    ],
)
def test_a_mistake_in_its_table_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in E363
    path = tmp_path / "station.toml"
    path.write_text(E363.replace(old, new, 1))
    with pytest.raises(StationError, match=complaint):
        load(path)
