"""Draws that fork: the way to their moments is the same for all, and a child alone goes on with each hazard.

On the virtual clock, without a client: puts are the rehearsal's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from tests.bias.campaign.hazards import Draw, Scene
from tests.bias.campaign.play import OTHER, UP, Outcome, at_temperature, let_happen, put_off
from tests.bias.campaign.watch import Watch

from cryoioc.clock import run_virtual
from cryoioc.rehearsal.forked import forks
from cryoioc.rehearsal.stage import Stage
from cryoioc.station import Station


def play(station: Station, bias: str, draws: Sequence[Draw], jobs: int,
         done: Callable[[Outcome], None]) -> None:  # fmt: skip
    """Play draws of one bias, as many at a time as there are ``jobs``, in the order of their moments.

    Raises
    ------
    ChildProcessError
        A draw could not be played to its end; its traceback has been printed.
    """
    if not draws:
        return
    found = at_temperature(station, bias)
    run_virtual(_play(found, bias, sorted(draws, key=lambda one: one.at), jobs, done))


async def _play(station: Station, bias: str, draws: Sequence[Draw], jobs: int,
                done: Callable[[Outcome], None]) -> None:  # fmt: skip
    stage = Stage(station, seed=1)
    async with stage.open():
        await stage.ready()
        watch = Watch(stage, bias)
        looking = asyncio.create_task(watch.run())
        begun = stage.clock.now()
        amplifiers = [name for name in OTHER if name in watch.amplifiers]
        for name in amplifiers:
            await stage.put(f"{name}:BIAS:SP", bias)
        ending = asyncio.create_task(put_off(stage, begun + UP, amplifiers))
        with forks(jobs, done) as ours:
            for one in draws:
                await stage.clock.sleep_until(begun + one.at)
                scene = Scene(stage, one.amplifier, one.chance)
                await ours.go(partial(let_happen, scene, watch, one))
        for task in (looking, ending):
            task.cancel()
