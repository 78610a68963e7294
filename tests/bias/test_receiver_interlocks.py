"""Interlocks of the receiver: heaters on power outputs and biased amplifiers go off, say why, and stay off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.pvs.laboratory import Laboratory, edited, scene

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import load
from cryoioc.views.check import report
from cryosim.faults import KINDS
from cryosim.wiring import Wiring

CRX = Path(__file__).parents[2] / "db" / "crx.toml"
DRAINS, GATES = {"LCP": "PS2", "RCP": "PS4"}, {"LCP": "PS3", "RCP": "PS5"}
AMPLIFIERS = tuple(DRAINS)
receiver = scene(station=CRX, plant="crx")
each_amplifier = pytest.mark.parametrize("name", AMPLIFIERS)


async def heat(lab: Laboratory, name: str = "HEATERS") -> None:
    """Switch a heater on, and wait until its current flows."""
    await lab.put(f"{name}:PROGRAM")
    await lab.put(f"{name}:STATE:SP", "On")
    await lab.run(3.0)
    assert lab["INTLK"] == "OK" and lab[f"{name}:CURR"] > 50.0


async def bias(lab: Laboratory, *names: str, volts: float = 0.35) -> None:
    """Begin to bias amplifiers for the cold, until their drains are up to some voltage."""
    for name in names:
        await lab.put(f"{name}:BIAS:SP", "Cold")
    await lab.until(lambda: all(lab[f"{name}:S1:VD"] > volts for name in names), within=60.0)
    assert lab["INTLK"] == "OK" and all(lab[f"{name}:BIAS:COLD"] == "Yes" for name in names)


def press(lab: Laboratory, name: str, *messages: str) -> None:
    """Operate a supply by hand, in the words of its own grammar."""
    supply = lab.world.installed[name].instrument
    for message in messages:
        assert supply.receive(f"{message}\n".encode()) == b""


async def trips(lab: Laboratory, name: str, why: str, within: float) -> None:
    """Wait for a trip and check what it says."""
    await lab.becomes(f"INTLK:{name}", "Tripped", within=within)
    assert why in lab[f"INTLK:{name}:WHY:LONG"]
    assert lab.alarm(f"INTLK:{name}") == ("STATE", "MAJOR")


async def is_off(lab: Laboratory, name: str, heater: str = "HEATERS") -> None:
    """Check that a heater is off at its supply, and that its puts are refused and name the interlock."""
    await lab.becomes(f"{heater}:STATE", "Off", within=3.0)
    assert lab.world.plant.lines[heater].power() == 0.0
    await lab.becomes("INTLK:ACTION", "Confirmed", within=5.0)
    assert (await lab.refused(f"{heater}:STATE:SP", "On")).startswith(f"{name} Tripped")
    assert lab[f"{heater}:MSG"].startswith(f"{name} Tripped")
    await lab.put(f"{heater}:STATE:SP", "Off")


async def is_dark(lab: Laboratory, *names: str, within: float = 40.0) -> None:
    """Wait until amplifiers are off, drains before gates."""
    for name in names:
        await lab.becomes(f"{name}:BIAS", "Off", within=within)
        assert all(stage.point.current < 1e-4 for stage in lab.world.plant.amplifiers[name].stages)
        assert not any(stage.burnt for stage in lab.world.plant.amplifiers[name].stages)


@pytest.mark.parametrize("stage", [1, 2])
@receiver
async def test_a_hot_stage(lab, stage):
    await heat(lab)
    lab.world.plant.start(*((324.0, 100.0) if stage == 1 else (100.0, 324.0)))
    name = f"STAGE{stage}_HOT"
    await trips(lab, name, " above 323 K; before: HEATERS On, REGEN Off", within=5.0)
    await is_off(lab, name)
    await lab.becomes("OK", "No", within=2.0)
    assert lab["INTLK:FIRST"] == name
    lab.world.plant.start(90.0, 19.0)
    await lab.becomes(f"INTLK:{name}", "Latched", within=5.0)
    assert name in await lab.refused("HEATERS:STATE:SP", "On")
    await lab.put("INTLK:RESET")
    assert lab["HEATERS:STATE"] == "Off"
    await heat(lab)


@receiver
async def test_a_diode_that_is_short_is_a_hot_stage_at_once(lab):
    await heat(lab)
    lab.break_sensor("1", Wiring.SHORT, "TM1")
    await trips(lab, "STAGE1_HOT", "Sensor under range", within=4.0)  # not only when its last reading is too old


@pytest.mark.parametrize(("heater", "above", "lowered"), [("HEATERS", "520.0", "400.0"), ("REGEN", "260.0", "150.0")])
def test_too_much_current(heater, above, lowered):
    """The supply limits by itself: what it would let through is above a limit that is lowered here."""

    @scene(station=edited((f"above = {above}", f"above = {lowered}"), station=CRX), plant="crx")
    async def play(lab):
        await lab.put_field(f"{heater}:CURR", "MDEL", 1e6)
        await lab.put(f"{heater}:PROGRAM")
        await lab.put(f"{heater}:STATE:SP", "On")
        await trips(lab, f"{heater}_CURRENT", f"above {float(lowered):g} mA", within=5.0)
        await lab.becomes(f"{heater}:STATE", "Off", within=3.0)

    play()


@receiver
async def test_what_shares_the_return_wire_is_not_on_together(lab):
    await heat(lab)
    await lab.put("REGEN:PROGRAM")
    assert (await lab.refused("REGEN:STATE:SP", "On")).startswith("SHARED_RETURN")
    await lab.put("HEATERS:STATE:SP", "Off")
    await lab.becomes("HEATERS:STATE", "Off", within=3.0)
    await heat(lab, "REGEN")
    await lab.put("HEATERS:STATE:SP", "On")
    await trips(lab, "SHARED_RETURN", "HEATERS:STATE On, not Off", within=3.0)
    await is_off(lab, "SHARED_RETURN", "REGEN")
    assert lab["HEATERS:STATE"] == "On"


@each_amplifier
@receiver
async def test_heaters_go_off_when_somebody_biases_an_amplifier_at_its_supplies(lab, name):
    await heat(lab)
    press(lab, GATES[name], ":VOLT -2.0,(@1:3)", ":OUTP ON,(@1:3)")
    press(lab, DRAINS[name], ":VOLT 0.1,(@1:3)", ":OUTP ON,(@1:3)")
    await trips(lab, f"{name}_OR_HEAT", f"{name}:BIAS:COLD Yes, not No", within=5.0)
    await is_off(lab, f"{name}_OR_HEAT")


@each_amplifier
@receiver
async def test_heaters_go_off_when_nobody_knows_whether_an_amplifier_is_biased(lab, name):
    await heat(lab)
    lab.unplug(DRAINS[name])
    await trips(lab, f"{name}_OR_HEAT", f"{name}:BIAS:COLD not known for 10", within=20.0)
    await is_off(lab, f"{name}_OR_HEAT")


@receiver
async def test_an_output_that_stays_on_is_told(lab):
    await heat(lab)
    KINDS["stuck_output"].begin(lab.world.installed["PS1"], {"channel": 1})
    lab.world.plant.start(324.0, 100.0)
    await lab.becomes("INTLK:ACTION", "Not confirmed", within=20.0)
    await lab.becomes("INTLK:ACTION", "Escalated", within=60.0)
    assert "HEATERS" in lab["INTLK:MSG:LONG"] and lab.alarm("INTLK:ACTION") == ("STATE", "MAJOR")
    KINDS["stuck_output"].end(lab.world.installed["PS1"], {"channel": 1})
    await lab.becomes("HEATERS:STATE", "Off", within=20.0)


@receiver
async def test_a_cold_bias_ends_when_the_compressor_stops(lab):
    await bias(lab, *AMPLIFIERS)
    lab.world.plant.turn("compressor", False)
    await trips(lab, "COMPRESSOR", "COMP Off, not On", within=5.0)
    await is_dark(lab, *AMPLIFIERS)
    assert lab["INTLK:FIRST"] == "COMPRESSOR"  # the amplifier's own watch knows it too, a moment later
    for name in AMPLIFIERS:
        await lab.put(f"{name}:RESET")
        await lab.becomes(f"INTLK:{name}_WATCH", "Latched", within=3.0)
        await lab.put(f"INTLK:{name}_WATCH:RESET")
    assert "COMPRESSOR" in await lab.refused("LCP:BIAS:SP", "Cold")
    assert "INTLK" not in await lab.refused("LCP:BIAS:SP", "Warm")  # which a stopped compressor does not harm
    assert "COMPRESSOR" not in lab["LCP:MSG:LONG"]


@receiver
async def test_a_cold_bias_ends_when_the_vacuum_is_lost(lab):
    await lab.put_field("VAC", "MDEL", 1.0)  # what clients are not told, the interlock is
    await bias(lab, *AMPLIFIERS)
    for socket in lab.world.installed["VG1"].sensors.values():
        socket.pressure = lambda: 5.0  # Pa
    await trips(lab, "VACUUM", "VAC 0.05 above 0.01 mbar", within=10.0)
    await is_dark(lab, *AMPLIFIERS)


@pytest.mark.parametrize(("instrument", "name", "why"), [("VG1", "VACUUM", "VAC"), ("AI1", "COMPRESSOR", "COMP")])
@receiver
async def test_a_cold_bias_ends_when_a_witness_of_the_cold_is_silent(lab, instrument, name, why):
    await bias(lab, *AMPLIFIERS)
    lab.unplug(instrument)
    await trips(lab, name, f"{why} not known for 10", within=20.0)
    await is_dark(lab, *AMPLIFIERS)
    assert lab["INTLK:FIRST"] == name


@receiver
async def test_no_cold_bias_begins_while_a_witness_of_the_cold_is_not_known(lab):
    lab.unplug("VG1")
    await lab.until(lambda: lab.alarm("VAC")[1] == "INVALID", within=30.0)
    assert await lab.refused("LCP:BIAS:SP", "Cold") == "Cold: vacuum not known"
    lab.unplug("AI1")
    await lab.until(lambda: lab.alarm("COMP")[1] == "INVALID", within=30.0)
    assert await lab.refused("LCP:BIAS:SP", "Cold") == "Cold: not known whether the compressor runs"
    assert lab["LCP:MSG"].startswith("Cold: not known") and lab["LCP:BIAS"] == "Off" and lab["LCP:TRIP"] == "OK"


@each_amplifier
@receiver
async def test_a_bias_between_cold_and_warm(lab, name):
    await bias(lab, name)
    lab.world.plant.start(200.0, 150.0)
    await trips(lab, f"{name}_TEMPERATURE", f"{name}:WINDOW Neither, not Cold or Warm", within=10.0)
    await is_dark(lab, name)


@each_amplifier
@receiver
async def test_a_bias_at_a_temperature_that_nobody_knows(lab, name):
    await bias(lab, name)
    lab.unplug("TM1")
    await trips(lab, f"{name}_TEMPERATURE", f"{name}:WINDOW not known for 10", within=20.0)
    await is_dark(lab, name)


@each_amplifier
@receiver
async def test_what_the_amplifiers_own_watch_has_found_is_held_with_the_others(lab, name):
    (other,) = set(AMPLIFIERS) - {name}
    await bias(lab, name)
    press(lab, DRAINS[name], ":VOLT 1.9,(@2)")
    await trips(lab, f"{name}_WATCH", f"{name}:TRIP Tripped, not OK", within=2.0)
    await is_dark(lab, name)
    assert f"{name}_WATCH Tripped" in await lab.refused(f"{name}:BIAS:SP", "Cold")
    assert other not in await lab.refused("INTLK:RESET")
    await lab.run(3.0)  # its gates follow
    await lab.put(f"{name}:RESET")
    await lab.becomes(f"INTLK:{name}_WATCH", "Latched", within=3.0)
    await lab.put("INTLK:RESET")
    await lab.put(f"{name}:BIAS:SP", "Cold")


def test_nothing_of_the_receiver_is_without_an_interlock():
    told = report(Ioc(load(CRX), Clock()))
    assert "has no interlock" not in told
    assert "interlock COMPRESSOR: COMP other than On, or silent for 10 s, while biased: " in told
    assert "cold bias to pinch-off, LCP, RCP" in told and "output off, HEATERS, REGEN" in told


def test_every_interlock_has_a_proof_that_exists():
    page = (CRX.parents[1] / "docs" / "safety.md").read_text().partition("| interlock of the receiver")[2]
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| `(\w+)` \|$", page, flags=re.M)
    assert [name for names, _ in rows for name in re.findall(r"\w+", names)] == list(load(CRX).interlocks)
    assert all(callable(globals()[proof]) for _, proof in rows)
