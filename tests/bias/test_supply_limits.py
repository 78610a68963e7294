"""What a supply keeps by itself: compared with the station file, alarmed, written on a person's command only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from tests.pvs.laboratory import Laboratory, perform, scene
from tests.pvs.test_second_line import applied

from cryoioc.clock import Clock
from cryoioc.errors import LinkDown, StationError
from cryoioc.ioc import Ioc
from cryoioc.station import load
from cryoioc.views.check import report

from .receivers import KINDS
from .receivers import station as receiver
from .test_power_output import E363, STATION, by_hand, programmed

FRAME = STATION.format(model="keysight_n6700", more='watchdog = 5.0\nocp = "On"').replace("output = 2", "output = 1")
SECOND = """
[power.REGEN]
instrument = "PS1"
output = 3
voltage = 15.0
over_voltage = 18.0
max_current = 0.25
load_ohm = 50.0
"""


ARM = ":OUTP:PROT:WDOG:DEL 5;:OUTP:PROT:WDOG 1"


def why(lab: Laboratory) -> str:
    return lab["HEATERS:LIMITS:WHY"]


@pytest.mark.parametrize(("model", "off", "state"), [
    ("keysight_e36312a", ":CURR:PROT:STAT 0,(@2)", ":CURR:PROT:STAT? (@2)"),
    ("rs_hmp4040", ":INST:NSEL 2;:FUSE 0", ":INST:NSEL 2;:FUSE?")])  # fmt: skip
def test_an_over_current_protection_that_is_not_as_the_file_says(model: str, off: str, state: str) -> None:
    async def play(lab: Laboratory) -> None:
        assert "over-current protection is Off, not On" in why(lab)
        assert lab.alarm("HEATERS:LIMITS") == ("STATE", "MINOR")
        await programmed(lab)
        assert by_hand(lab, state) == "1"
        assert (lab["HEATERS:STATE"], lab["HEATERS:LIMITS"], why(lab)) == ("On", "OK", "")
        mark = lab.mark("PS1")
        by_hand(lab, off)
        await lab.becomes("HEATERS:LIMITS", "Too wide", within=10.0)
        assert why(lab) == "over-current protection is Off, not On"
        assert lab.alarm("HEATERS:LIMITS") == ("STATE", "MAJOR")
        assert not [unit for unit in lab.commands(mark, "PS1") if not unit.startswith(":INST:NSEL")]
        await lab.put("HEATERS:STATE:SP", "Off")
        assert "PROGRAM first" in await lab.refused("HEATERS:STATE:SP", "On")

    perform(play, station=STATION.format(model=model, more='ocp = "On"'))


@scene(station=STATION.format(model="keysight_e36312a", more='ocp = "Off"'))
async def test_a_protection_that_the_file_wants_off_is_the_safe_side(lab):
    await programmed(lab)
    by_hand(lab, ":CURR:PROT:STAT 1,(@2);:VOLT:PROT 20.5,(@2)")
    await lab.becomes("HEATERS:LIMITS", "Differs", within=10.0)
    await lab.run(6.0)
    assert why(lab) == "over-voltage protection 20.5 V, not 22; over-current protection is On, not Off"
    assert lab.alarm("HEATERS:LIMITS") == ("STATE", "MINOR")


@scene(station=FRAME)
async def test_the_watchdog_of_a_frame(lab):
    assert "output watchdog is Off, not 5 s" in why(lab)
    assert "output watchdog is Off, not 5 s: a person arms it" in await lab.refused("HEATERS:PROGRAM")
    told = "output watchdog is Off, not 5 s: a person arms it at the supply"
    assert told in await lab.refused("HEATERS:STATE:SP", "On"), "all else is written by now, and PROGRAM does not help"
    assert by_hand(lab, ":OUTP:PROT:WDOG?;:OUTP? (@1)") == "0;0"
    by_hand(lab, ARM)
    await programmed(lab)
    assert by_hand(lab, ":OUTP:PROT:WDOG?;:OUTP:PROT:WDOG:DEL?;:CURR:PROT:STAT? (@1)") == "1;5;1"
    assert (lab["HEATERS:STATE"], lab["HEATERS:LIMITS"]) == ("On", "OK")
    for message, word, told, severity in (
        (":OUTP:PROT:WDOG:DEL 60", "Too wide", "output watchdog 60 s, allowed 5", "MAJOR"),
        (":OUTP:PROT:WDOG:DEL 3", "Differs", "output watchdog 3 s, not 5", "MINOR"),
        (":OUTP:PROT:WDOG 0", "Too wide", "output watchdog is Off, not 5 s", "MAJOR"),
    ):
        by_hand(lab, message)
        await lab.becomes("HEATERS:LIMITS", word, within=10.0)
        assert (why(lab), lab.alarm("HEATERS:LIMITS")[1]) == (told, severity)


@scene(station=FRAME)
async def test_what_was_not_read_is_not_called_right(lab):
    by_hand(lab, ARM)
    await programmed(lab)
    lab.unplug("PS1")
    await lab.until(lambda: not lab.channel("HEATERS:LIMITS:WHY").valid)
    by_hand(lab, ":OUTP:PROT:WDOG 0")
    lab.plug_in("PS1")
    await lab.until(lambda: lab.channel("HEATERS:STATE").valid, within=30.0)
    assert not lab.channel("HEATERS:LIMITS").valid
    await lab.until(lambda: lab.channel("HEATERS:LIMITS").valid, within=10.0)
    assert lab["HEATERS:LIMITS"] == "Too wide" and why(lab) == "output watchdog is Off, not 5 s"


@pytest.mark.parametrize("answer", ["yes", "no"])
@scene(station=FRAME)
async def test_apply_limits_writes_them_after_a_yes_and_switches_nothing(lab, answer):
    by_hand(lab, ARM)
    await lab.run(6.0)
    before = why(lab)
    mark = lab.mark("PS1")
    status, said = await applied(lab, answer)
    assert said[0] == f"PS1 HEATERS: {before}"
    assert said[1].startswith("write these 1 limits")
    told = lab.commands(mark, "PS1")
    assert not [unit for unit in told if unit.startswith((":OUTP 1", ":OUTP 0"))]
    if answer == "no":
        assert (status, said[-1], told) == (1, "nothing was written", [])
        return
    assert (status, said[-1]) == (0, f"PS1 HEATERS: written: {before}")
    assert by_hand(lab, ":OUTP:PROT:WDOG?;:CURR:PROT:STAT? (@1);:OUTP? (@1)") == "1;1;0"
    assert float(by_hand(lab, ":VOLT:PROT? (@1)")) == 22.0
    assert await applied(lab, "no") == (0, ["the limits in the instruments are those of the station file"])


@scene(station=E363)
async def test_apply_limits_leaves_an_output_that_is_on(lab):
    await programmed(lab)
    by_hand(lab, ":VOLT:PROT 25,(@2)")
    await lab.becomes("HEATERS:LIMITS", "Too wide")
    status, said = await applied(lab, "yes")
    assert status == 1
    assert said[-1] == "PS1 HEATERS: not written: it is on: its limits are written while it is off"
    assert float(by_hand(lab, ":VOLT:PROT? (@2)")) == 25.0 and lab["HEATERS:STATE"] == "On"


@scene(station=E363)
async def test_apply_limits_claims_nothing_of_a_supply_that_is_away(lab):
    lab.unplug("PS1")
    with pytest.raises(LinkDown, match="limits cannot be read: PS1"):
        await applied(lab, "yes")


def read(tmp_path: Path, text: str) -> str:
    path = tmp_path / "station.toml"
    path.write_text(text)
    return report(Ioc(load(path), Clock()))


def test_check_says_what_nobody_compares(tmp_path: Path) -> None:
    said = partial(read, tmp_path)
    bare = said(STATION.format(model="keysight_n6700", more=""))
    assert "HEATERS: output watchdog not compared" in bare
    assert "HEATERS: over-current protection not compared" in bare
    assert "not compared" not in said(FRAME)
    assert "watchdog" not in said(E363)  # it has none
    assert "ELCOLD: limits of its supplies are programmed and verified before each switching on" in said(
        receiver(KINDS[:1], "L", ("COLD",)))  # fmt: skip


@pytest.mark.parametrize(("text", "complaint"), [
    (E363.replace("max_time", "watchdog = 5.0\nmax_time"), "power.HEATERS.watchdog: a keysight_e36312a has no output"),
    (FRAME.replace("5.0", "5.5"), "power.HEATERS.watchdog: expected whole seconds, found 5.5"),
    (FRAME.replace('"On"', '"yes"'), "power.HEATERS.ocp: expected one of On, Off"),
    (f"{FRAME}{SECOND}watchdog = 7.0", "power.REGEN.watchdog: PS1 has one for all its outputs, and power.HEATERS "
     "says 5 s")])  # fmt: skip
def test_a_mistake_in_its_keys_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(StationError, match=complaint):
        read(tmp_path, text)
