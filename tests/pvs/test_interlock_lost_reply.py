"""One answer that is lost or spoilt on its way switches no heater off: the next one says how things are."""

from __future__ import annotations

import pytest

from .laboratory import Laboratory, scene

MOMENTS = 3  # each another phase of the polls
BETWEEN = 3.37  # s


def failures(lab: Laboratory, name: str) -> int:
    """Return how often an instrument was not understood so far."""
    statistics = lab.ioc.devices[name].link.statistics()
    return statistics.timeouts + statistics.bad_replies


async def lose_one(lab: Laboratory, name: str, kind: str) -> None:
    """Lose, or spoil, what an instrument answers next."""
    faults, before = lab.world.installed[name].line.faults, failures(lab, name)
    setattr(faults, kind, True)
    await lab.until(lambda: failures(lab, name) > before)
    setattr(faults, kind, False)
    await lab.run(BETWEEN)


@pytest.mark.parametrize("kind", ["no_reply", "garbage"])
@pytest.mark.parametrize("name", ["TC1", "FM1", "AI1", "LM1"])
@scene()
async def test_one_answer_less_trips_nothing(lab, name, kind):
    lab.hold(15.0)
    await lab.put("LOOP1:TEMP:SP", 15.0)
    await lab.put("LOOP1:RANGE:SP", "Low")
    for _ in range(MOMENTS):
        await lose_one(lab, name, kind)
    assert (lab["INTLK"], lab["INTLK:FIRST"], lab["LOOP1:RANGE"]) == ("OK", "", "Low")
