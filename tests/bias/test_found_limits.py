"""Limits of an amplifier's supplies that somebody changed while no IOC looked: told, and nothing is done about it."""

from __future__ import annotations

from pathlib import Path

from tests.pvs.laboratory import NO_COMMAND

from cryoioc.clock import run_virtual
from cryoioc.rehearsal.stage import Stage
from cryoioc.station import load

CRX = Path(__file__).parents[2] / "db" / "crx.toml"
LINES = ("PS2", "PS3")  # drains and gates of LCP
RAISED = "S1 drain: current limit 500 mA, not 14"


def press(stage: Stage, message: str) -> None:
    """Operate the supply of the drains by hand."""
    assert stage.world.installed["PS2"].instrument.receive(f"{message}\n".encode()) == b""


def sent(stage: Stage) -> list[str]:
    """Return the commands that have been sent to the supplies, and forget them."""
    units: list[str] = []
    for name in LINES:
        line = stage.world.installed[name].line
        said = b"".join(data for _, direction, data in line.log or () if direction == ">")
        units += said.decode().replace("\n", ";").split(";")
        line.log = []
    return [unit for unit in units if "?" not in unit and unit not in ("", NO_COMMAND)]


async def restart(stage: Stage, *messages: str) -> None:
    """Let the IOC end, somebody at the supply do something, and the IOC begin anew."""
    await stage.end_ioc()
    for message in messages:
        press(stage, message)
    sent(stage)
    stage.begin_ioc()
    await stage.clock.sleep(5.0)
    assert (stage.get("LCP:STATE"), stage.get("LCP:TRIP"), stage.get("LCP:WARN")) == ("Found", "OK", "Yes")


def guard(stage: Stage) -> tuple[str, str, str, str]:
    """Return what is said of the limits, with its severity."""
    state = stage.channel("LCP:GUARD")
    return state.value, state.severity, stage.get("LCP:GUARD:WHY"), stage.get("LCP:PROTECTED")


async def bias(stage: Stage) -> None:
    """Begin to bias LCP, until its drains are up a little."""
    await stage.ready()
    await stage.put("LCP:BIAS:SP", "Cold")
    while stage.get("LCP:S1:VD") < 0.2:
        await stage.clock.sleep(0.1)


def test_limits_that_were_raised_while_there_was_no_ioc_are_alarmed_and_left():
    async def play() -> None:
        stage = Stage(load(CRX))
        async with stage.open():
            await bias(stage)
            assert guard(stage) == ("OK", "NO_ALARM", "", "Yes")
            await restart(stage)
            assert guard(stage) == ("OK", "NO_ALARM", "", "Yes")
            assert stage.get("LCP:MSG") == "found on: watched, not touched"
            await restart(stage, "CURR 0.5,(@1)")
            assert guard(stage) == ("Differs", "MAJOR", RAISED, "No")
            assert stage.channel("LCP:PROTECTED").severity == "MINOR" and RAISED in stage.get("LCP:MSG:LONG")
            press(stage, "CURR 0.014,(@1)")
            await stage.clock.sleep(1.0)
            assert guard(stage) == ("OK", "NO_ALARM", "", "Yes")
            press(stage, "VOLT:PROT 20,(@2)")  # in front of the IOC, while the bias is not its own
            await stage.clock.sleep(1.0)
            assert guard(stage)[:2] == ("Differs", "MAJOR") and "S2 drain: over-voltage" in guard(stage)[2]
            assert stage.get("LCP:STATE") == "Found" and sent(stage) == []
            await stage.put("LCP:BIAS:SP", "Off")
            while stage.get("LCP:STATE") == "Found":
                await stage.clock.sleep(0.1)
            assert stage.get("LCP:STATE") == "Down" and guard(stage)[0] == "Differs"  # still on
            while stage.get("LCP:BIAS") != "Off":
                await stage.clock.sleep(0.1)
            await stage.clock.sleep(1.0)
            assert guard(stage) == ("OK", "NO_ALARM", "", "Yes")  # written before the next switching on
            assert stage.get("LCP:TRIP") == "OK"
            for name in LINES:
                stage.world.installed[name].line.accepting.clear()
                stage.world.installed[name].line.disconnect()
            await stage.clock.sleep(10.0)
            assert [stage.channel(f"LCP:{name}").severity for name in ("GUARD", "PROTECTED")] == ["INVALID"] * 2

    run_virtual(play())
