"""What befalls one instrument is not noticed by another: its exchanges stay the same, to the microsecond."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cryoioc.clock import run_virtual
from cryoioc.rehearsal import Stage
from cryosim.emulators.line import Line

from ..unguarded import unguarded

BEFORE, DURING, AFTER = 12.0, 40.0, 20.0  # s
Trouble = Callable[[Line], None]


def unplugged(line: Line) -> None:
    line.accepting.clear()
    line.disconnect()


def silent(line: Line) -> None:
    line.faults.silence = True


def slow(line: Line) -> None:
    line.faults.delay = 0.2


def slower_than_any_patience(line: Line) -> None:
    line.faults.delay = 7.0


def garbage(line: Line) -> None:
    line.faults.garbage = True


def half_lines(line: Line) -> None:
    line.faults.half_line = True


def chatter(line: Line) -> None:
    line.faults.extra_line = b"\r\n\x00\xff*,;\r\n" * 20


def power_cycled(line: Line) -> None:
    line.faults.silence = True
    line.disconnect()


TROUBLES = [unplugged, silent, slow, slower_than_any_patience, garbage, half_lines, chatter, power_cycled]


def mend(line: Line) -> None:
    line.accepting.set()
    faults = line.faults
    faults.silence = faults.garbage = faults.half_line = False
    faults.delay, faults.extra_line = 0.0, b""


def exchanges(victim: str, trouble: Trouble | None) -> dict[str, list]:
    """Return the wire log of every instrument of a station of which one is in trouble for a minute."""
    logs: dict[str, list] = {}

    async def run() -> None:
        # No interlock: one that trips on a dead flow meter does speak to the controller, as it should.
        stage = Stage(unguarded(plant="dummy"), seed=1)
        for name, unit in stage.world.installed.items():
            unit.line.log = logs[name] = []
        line = stage.world.installed[victim].line
        async with stage.open():
            await stage.clock.sleep(BEFORE)
            if trouble is not None:
                trouble(line)
            await stage.clock.sleep(DURING)
            if trouble is not None:
                mend(line)
            await stage.clock.sleep(AFTER)
            for name in logs:
                assert stage.get(f"{name}:CONNECTED") == "Yes"

    run_virtual(run())
    return logs


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, list]:
    """The exchanges of a station that is well."""
    logs = exchanges("TC1", None)
    assert all(len(log) > 50 for log in logs.values())
    return logs


@pytest.mark.parametrize("victim", ["TC1", "FM1"])
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_the_others_never_notice(undisturbed, victim, trouble):
    logs = exchanges(victim, trouble)
    for name, log in logs.items():
        if name == victim:
            assert log != undisturbed[name]
        else:
            assert log == undisturbed[name], name
