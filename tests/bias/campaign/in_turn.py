"""Draws in turn, each in a biasing of its own; a person with pyepics mends, resets and biases again after each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import replace

from tests.bias.campaign.attended import Attended
from tests.bias.campaign.hazards import HAZARDS, Draw, Scene
from tests.bias.campaign.play import OTHER, UP, Outcome, at_temperature, let_happen, put_off
from tests.bias.campaign.watch import Watch
from tests.bias.hurried import Loop
from tests.ports import find_free_port

from cryoioc.errors import CryoError, Refused
from cryoioc.station import Station

TOGETHER = 10  # draws that are given to a process
RECOVERY = 120.0  # s within which somebody can go on


def play(station: Station, bias: str, draws: Sequence[Draw], jobs: int,
         done: Callable[[Outcome], None]) -> None:  # fmt: skip
    """Play draws of one bias, in as many processes at a time as there are ``jobs``."""
    found = at_temperature(station, bias)
    with ProcessPoolExecutor(jobs) as processes:
        # Ports are chosen here: two processes would choose the same ones.
        parts = [processes.submit(_part, found, bias, draws[at : at + TOGETHER], find_free_port(), find_free_port())
                 for at in range(0, len(draws), TOGETHER)]  # fmt: skip
        try:
            for part in as_completed(parts):
                for outcome in part.result():
                    done(outcome)
        finally:
            processes.shutdown(cancel_futures=True)


def _part(station: Station, bias: str, draws: Sequence[Draw], *ports: int) -> list[Outcome]:
    """Play some draws, at as many stages as are used up."""
    outcomes: list[Outcome] = []
    while len(outcomes) < len(draws):
        with asyncio.Runner(loop_factory=Loop) as runner:
            outcomes += runner.run(_at_one_stage(Attended(station, *ports, seed=1), bias, draws[len(outcomes) :]))
    return outcomes


async def _at_one_stage(stage: Attended, bias: str, draws: Sequence[Draw]) -> list[Outcome]:
    """Play draws until there are no more, or the stage is used up."""
    outcomes = []
    async with stage.attended():
        watch = Watch(stage, bias)
        looking = asyncio.create_task(stage.watched(watch))
        for draw in draws:
            outcome = await _biasing(stage, watch, bias, draw)
            outcomes.append(outcome)
            if HAZARDS[draw.hazard].lingers or outcome.stuck or outcome.seen.burnt:
                break
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
    return outcomes


async def _biasing(stage: Attended, watch: Watch, bias: str, draw: Draw) -> Outcome:
    """Bias, let it happen, mend, and put everything off again."""
    amplifiers = [name for name in OTHER if name in watch.amplifiers]
    scene = Scene(stage, draw.amplifier, draw.chance)
    watch.begin()
    await _bias(stage, amplifiers, bias)
    begun = stage.clock.now()
    ending = asyncio.create_task(put_off(stage, begun + UP, amplifiers))
    await stage.clock.sleep_until(begun + draw.at)
    outcome = await let_happen(scene, watch, draw)
    ending.cancel()
    with suppress(asyncio.CancelledError, CryoError):
        await ending
    hazard = HAZARDS[draw.hazard]
    if hazard.lingers:
        return outcome
    if hazard.end is not None and draw.duration is None and draw.hazard != "IOC killed":
        await hazard.end(scene)
    stuck = await _recover(stage, amplifiers, bias)
    return replace(outcome, seen=replace(watch.seen[draw.amplifier]), stuck=stuck)


async def _bias(stage: Attended, amplifiers: Sequence[str], bias: str) -> None:
    """Put a bias as somebody does who reads why it is refused, and puts it again: a supply may just be coming back."""
    over = stage.clock.now() + RECOVERY
    for name in amplifiers:
        while True:
            try:
                await stage.put(f"{name}:BIAS:SP", bias)
                break
            except Refused:
                if stage.clock.now() > over:
                    raise
                await stage.wait()


async def _recover(stage: Attended, amplifiers: Sequence[str], bias: str) -> str:
    """Put everything off and reset it; return what is in the way of another biasing, empty: nothing."""
    over = stage.clock.now() + RECOVERY
    while left := "; ".join(_left(stage, amplifiers, bias)):
        if stage.clock.now() > over:
            return left
        for name in amplifiers:
            state = stage.get(f"{name}:STATE")
            if state not in ("Off", "Unread"):
                with suppress(CryoError):
                    await stage.put(f"{name}:RESET" if state == "Tripped" else f"{name}:OFF")
        if stage.get("INTLK") != "OK":
            await stage.put("INTLK:RESET")
        await stage.wait()
    return ""


def _left(stage: Attended, amplifiers: Sequence[str], bias: str) -> Iterator[str]:
    wanted = {f"{one}:STATE": ("Off",) for one in amplifiers} | {"INTLK": ("OK",), "OK": ("Yes",)}
    if bias == "Warm":  # what was found on counts as cold, and in a warm cryostat without a vacuum that stays tripped:
        wanted |= {"INTLK": ("OK", "Tripped"), "OK": ("Yes", "No")}  # it holds off Cold alone
    for name, fine in wanted.items():
        if (value := stage.get(name)) not in fine:
            yield f"{name} {value}"
