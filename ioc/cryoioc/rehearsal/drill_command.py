"""``cryoioc drill``: draws played in processes beside each other, each with interlocks and without."""

from __future__ import annotations

import asyncio
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cryoioc.errors import CryoError
from cryoioc.rehearsal import receiver_report
from cryoioc.rehearsal.clean import MONTH, Clean
from cryoioc.rehearsal.command import insist_on_plant
from cryoioc.rehearsal.drill_jobs import CLEAN, CONTROL, PROTECTED, TIMED, Job, Kept, perform
from cryoioc.rehearsal.drill_play import Outcome
from cryoioc.rehearsal.drill_pool import pool
from cryoioc.rehearsal.drill_processes import replay, short_draws
from cryoioc.rehearsal.drill_report import Campaign, verdict
from cryoioc.rehearsal.drill_tables import PLACE, markdown
from cryoioc.rehearsal.drill_watch import Seen
from cryoioc.station import Station
from cryosim.acceptance_report import parts, write
from cryosim.drill.draw import Draw
from cryosim.drill.receiver import ReceiverDraw

FAILED = 1  # exit status
RECEIVER = "crx"  # plant
LIVES = 3  # of healthy cryostats in a month of clean running
TIMED_DRAWS, MONTHS = 6, 0.1  # unless told otherwise


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    runs: int
    seed: int
    only: int | None = None  # number of one draw
    timed: int | None = None  # draws in which one thing goes wrong, for reactions
    months: float | None = None  # of clean running by generated readings
    jobs: int = 2  # processes
    tcp: int | None = None  # draws that are played again over TCP
    keep: Path | None = None  # file of results, to go on from
    document: Path | None = None

    def all_jobs(self) -> list[Job]:
        """Return everything that is played on the STVP on the virtual clock."""
        both = [Job(kind, self.seed, number) for number in range(self.runs) for kind in (PROTECTED, CONTROL)]
        months = MONTHS if self.months is None else self.months
        lives = max(1, round(LIVES * months))
        return [
            *both,
            *(Job(TIMED, self.seed, number) for number in range(TIMED_DRAWS if self.timed is None else self.timed)),
            *(Job(CLEAN, self.seed, number, months * MONTH / lives) for number in range(lives)),
        ]

    def insist_on_receiver(self, station: Station) -> None:
        """Refuse what only the drill of the STVP has."""
        foreign = {"--timed": self.timed, "--months": self.months, "--tcp": self.tcp, "--keep": self.keep}
        given = ", ".join(option for option, value in foreign.items() if value is not None)
        if given:
            raise CryoError(f"{given}: only in the drill of plant 'stvp'; {station.path} has {station.sim.plant!r}")


def run(station: Station, wanted: Wanted) -> int:
    """Play the draws, show and publish; return 0 when everything holds, else 1.

    Raises
    ------
    CryoError
        When the station is another one, the document has no place for the tables, or the kept results cannot be read.
    """
    receiver = station.sim.plant == RECEIVER
    if receiver:
        wanted.insist_on_receiver(station)
    else:
        insist_on_plant(station)
    place = receiver_report.PLACE if receiver else PLACE
    if wanted.document:
        parts(wanted.document, place)
    console = Console(soft_wrap=True)
    if wanted.only is not None:
        return _one_of_receiver(console, station, wanted) if receiver else _one(console, station, wanted)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TimeRemainingColumn())  # fmt: skip
    # A receiver's draws are forks: no thread that draws the bar may then hold a lock.
    with Progress(*columns, console=Console(), transient=True, auto_refresh=not receiver) as progress:
        if receiver:
            found = _played_on_receiver(station, wanted, progress)
            text, missed = receiver_report.markdown(found), found.missed()
        else:
            campaign = _played(station, wanted, Kept(wanted.keep, station), progress)
            text, missed = markdown(campaign), campaign.missed()
    console.print(text, markup=False, highlight=False)
    if wanted.document:
        write(wanted.document, [text], place)
    return FAILED if missed else 0


def _played_on_receiver(station: Station, wanted: Wanted, progress: Progress) -> receiver_report.ReceiverCampaign:
    task = progress.add_task("Draws, with an IOC and without", total=wanted.runs)

    def tell() -> None:
        progress.advance(task)
        progress.refresh()

    return receiver_report.campaign(station, wanted.seed, range(wanted.runs), wanted.jobs, tell)


def _one_of_receiver(console: Console, station: Station, wanted: Wanted) -> int:
    """Play one draw of the receiver in this process and tell everything of it."""
    assert wanted.only is not None
    found = receiver_report.campaign(station, wanted.seed, [wanted.only], wanted.jobs, lambda: None)
    _tell_draw(console, found.watched[0].draw)
    for words, outcomes in (("with an IOC", found.watched), ("no IOC", found.alone)):
        console.print(words, outcomes[0].seen, markup=False)
    return FAILED if found.lost else 0


def _tell_draw(console: Console, drawn: Draw | ReceiverDraw) -> None:
    stands = drawn.stand if isinstance(drawn, Draw) else "both amplifiers biased cold"
    console.print(f"draw {drawn.number} of seed {drawn.seed}: {stands}", markup=False)
    console.print(f"unsavable: {drawn.unsavable}" if drawn.unsavable else "savable", markup=False)
    for event in drawn.events:
        console.print(f"  {event.at:6.2f} s  {event.hazard.name}  for {event.duration or 'good'}", markup=False)


def _played(station: Station, wanted: Wanted, kept: Kept, progress: Progress) -> Campaign:
    """Play what is not kept yet; return everything."""
    jobs = wanted.all_jobs()
    results = {job: result for job in jobs if (result := kept.get(job)) is not None}
    task = progress.add_task("Draws, with interlocks and without", total=len(jobs), completed=len(results))
    with pool(wanted.jobs) as processes:
        waiting = {processes.submit(perform, station, job): job for job in jobs if job not in results}
        for done in as_completed(waiting):
            job = waiting[done]
            results[job] = done.result()
            kept.add(job, results[job])
            progress.advance(task)

    def outcomes(kind: str) -> tuple[Outcome, ...]:
        return tuple(job.outcome(seen) for job in jobs if job.kind == kind and isinstance(seen := results[job], Seen))

    clean = sum((result for result in results.values() if isinstance(result, Clean)), Clean())
    protected = outcomes(PROTECTED)
    chosen = short_draws(protected, wanted.tcp or 0)
    again = progress.add_task("Again over TCP", total=len(chosen)) if chosen else None

    def tell() -> None:
        if again is not None:
            progress.advance(again)

    replayed = asyncio.run(replay(station, chosen, tell))
    return Campaign(wanted.seed, protected, outcomes(CONTROL), outcomes(TIMED), clean, replayed)


def _one(console: Console, station: Station, wanted: Wanted) -> int:
    """Play one draw in this process and tell everything of it."""
    assert wanted.only is not None
    jobs = [Job(kind, wanted.seed, wanted.only) for kind in (PROTECTED, CONTROL)]
    drawn = jobs[0].draw
    _tell_draw(console, drawn)
    seen = {}
    for job in jobs:
        seen[job.kind] = result = perform(station, job)
        console.print("with interlocks" if job.kind == PROTECTED else "interlocks disabled", result, markup=False)
    saved = seen[PROTECTED]
    assert isinstance(saved, Seen)
    lost = not drawn.unsavable and (saved.burnt or saved.violated)
    if wanted.tcp:
        (again,) = asyncio.run(replay(station, [jobs[0].outcome(saved)], lambda: None))
        console.print("over TCP", again.processes, verdict(again.processes), markup=False)
        lost = lost or not again.agrees
    return FAILED if lost else 0
