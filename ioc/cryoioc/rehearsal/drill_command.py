"""``cryoioc drill``: draws played in processes beside each other, each with interlocks and without."""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cryoioc.rehearsal import drill_report
from cryoioc.rehearsal.clean import MONTH, Clean
from cryoioc.rehearsal.clean import run as clean_run
from cryoioc.rehearsal.command import insist_on_plant
from cryoioc.rehearsal.drill import Outcome, play
from cryoioc.station import Station
from cryosim.acceptance_report import parts, write
from cryosim.drill.draw import draw, timed

FAILED = 1  # exit status
LIVES = 3  # of healthy cryostats in a month of clean running


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    runs: int
    seed: int
    only: int | None = None  # number of one draw
    timed: int = 6  # draws in which one thing goes wrong, for reactions
    months: float = 0.1  # of clean running by generated readings
    jobs: int = 2  # processes
    document: Path | None = None


def run(station: Station, wanted: Wanted) -> int:
    """Play the draws, show and publish; return 0 when everything holds, else 1.

    Raises
    ------
    CryoError
        When the station is another one, or the document has no place for the tables.
    """
    insist_on_plant(station)
    if wanted.document:
        parts(wanted.document, drill_report.PLACE)
    console = Console(soft_wrap=True)
    if wanted.only is not None:
        return _one(console, station, wanted.seed, wanted.only)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TimeRemainingColumn())  # fmt: skip
    pairs = []
    with (
        Progress(*columns, console=Console(), transient=True) as progress,
        ProcessPoolExecutor(wanted.jobs, initializer=_quietly) as pool,
    ):
        draws = pool.map(partial(_pair, station, wanted.seed), range(wanted.runs))
        timings = pool.map(partial(_timed, station, wanted.seed), range(wanted.timed))
        lives = max(1, round(LIVES * wanted.months))
        clean = pool.map(partial(clean_run, station, wanted.months * MONTH / lives), range(lives))
        task = progress.add_task("Draws", total=wanted.runs)
        for pair in draws:
            pairs.append(pair)
            progress.advance(task)
        with_interlocks, without = zip(*pairs, strict=True)
        campaign = drill_report.Campaign(
            wanted.seed, tuple(with_interlocks), tuple(without), tuple(timings), sum(clean, Clean())
        )
    text = drill_report.markdown(campaign)
    console.print(text, markup=False, highlight=False)
    if wanted.document:
        write(wanted.document, [text], drill_report.PLACE)
    return 0 if campaign.holds else FAILED


def _quietly() -> None:
    """Say nothing of the faults that are let loose on purpose."""
    logging.disable(logging.CRITICAL)


def _pair(station: Station, seed: int, number: int) -> tuple[Outcome, Outcome]:
    """Play one draw with interlocks and without."""
    drawn = draw(seed, number)
    return play(station, drawn, protected=True), play(station, drawn, protected=False)


def _timed(station: Station, seed: int, number: int) -> Outcome:
    return play(station, timed(seed, number), protected=True)


def _one(console: Console, station: Station, seed: int, number: int) -> int:
    """Play one draw in this process and tell everything of it."""
    drawn = draw(seed, number)
    console.print(f"draw {number} of seed {seed}: {drawn.stand}", markup=False)
    console.print(f"unsavable: {drawn.unsavable}" if drawn.unsavable else "savable", markup=False)
    for event in drawn.events:
        console.print(f"  {event.at:6.2f} s  {event.hazard.name}  for {event.duration or 'good'}", markup=False)
    lost = False
    for outcome in _pair(station, seed, number):
        console.print("with interlocks" if outcome.protected else "interlocks disabled", outcome.seen, markup=False)
        lost = lost or (outcome.protected and not drawn.unsavable and (outcome.seen.burnt or outcome.seen.violated))
    return FAILED if lost else 0
