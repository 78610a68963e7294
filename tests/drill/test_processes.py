"""A draw over TCP, IOC and twin as processes, signal 9 to the IOC: the same verdict as on the virtual clock."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cryoioc.rehearsal.drill import play
from cryoioc.rehearsal.drill_play import Outcome
from cryoioc.rehearsal.drill_processes import replay, short_draws
from cryoioc.rehearsal.drill_watch import Seen
from cryoioc.station import load
from cryosim.drill.draw import Draw, Event, Stand, draw
from cryosim.drill.hazards import HAZARDS

STATION = load(Path(__file__).parents[2] / "db" / "stvp.toml")
STAND = Stand("near 295 K, heater in manual", 299.0, 296.0, 4.0, manual=100.0, lasts=120.0)


def test_valve_shut_and_killed_it_ends_alike_on_the_virtual_clock_and_over_tcp():
    happening = (("TLIMIT cleared", 0.0, None), ("vaporizer_stuck", 1.0, None), ("FM1 delay", 1.5, 5.0),
                 ("needle valve shut", 2.0, None), ("IOC killed", 5.0, 1.0))  # fmt: skip
    events = tuple(Event(at, HAZARDS[name], 299.0 if name == "vaporizer_stuck" else None, duration)
                   for name, at, duration in happening)  # fmt: skip
    virtual = play(STATION, Draw(1, 0, STAND, events), protected=True)
    told: list[int] = []
    (again,) = asyncio.run(replay(STATION, [virtual], lambda: told.append(1)))
    assert again.agrees and again.processes.restarts == 1 and told == [1]
    assert again.processes.first == virtual.seen.first == "NOFLOW"
    assert abs(again.processes.vaporizer - virtual.seen.vaporizer) < 3.0
    assert again.processes.internal == 0


def test_short_draws_are_chosen_half_of_them_with_a_kill():
    outcomes = [Outcome(draw(1, n), True, Seen(played=40.0 + n % 50)) for n in range(400)]
    chosen = short_draws(outcomes, 20)
    assert len(chosen) == 20 and sum(one.draw.kills for one in chosen) == 10
    assert all(one.seen.played <= 75.0 for one in chosen)
