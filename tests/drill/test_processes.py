"""Drills and their processes: the same verdict over TCP with signal 9 to the IOC, and none that is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from cryoioc.rehearsal.drill import play
from cryoioc.rehearsal.drill_play import Outcome
from cryoioc.rehearsal.drill_processes import replay, short_draws
from cryoioc.rehearsal.drill_watch import Seen
from cryoioc.station import load
from cryosim.drill.draw import Draw, Event, Stand, draw
from cryosim.drill.hazards import HAZARDS

STATION = load(Path(__file__).parents[2] / "db" / "stvp.toml")
WITHIN = 60.0  # s, only ever reached when something is broken
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


def test_short_draws_are_chosen_two_thirds_of_them_with_a_kill():
    outcomes = [Outcome(draw(1, n), True, Seen(played=40.0 + n % 50)) for n in range(1000)]
    chosen = short_draws(outcomes, 20)
    assert len(chosen) == 20 and sum(one.draw.kills for one in chosen) == 14
    assert all(one.seen.played <= 75.0 for one in chosen)


def test_told_to_end_it_leaves_no_process_behind(tmp_path):
    kept = tmp_path / "kept"
    os.mkfifo(kept)
    command = [sys.executable, "-m", "cryosim", "drill", str(STATION.path), "--runs", "9", "--keep", str(kept)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    drill = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, start_new_session=True)
    try:
        kept.open("w").close()  # nothing is kept from before
        with kept.open() as file:
            assert '"number": 0' in file.readline()  # one draw is done, others are being played
        drill.send_signal(signal.SIGTERM)
        drill.communicate(timeout=WITHIN)  # until nobody has its output open any more
        assert drill.returncode == 128 + signal.SIGTERM
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(drill.pid, signal.SIGKILL)
