"""``cryoioc acceptance``: acceptance sheet, or a receiver's warm-up, through the whole chain on the virtual clock."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cryoioc.clock import run_virtual
from cryoioc.errors import StationError
from cryoioc.rehearsal import report, warm_up
from cryoioc.rehearsal.acceptance import CUT_SLOT, Performer, Played
from cryoioc.rehearsal.stage import Stage
from cryoioc.station import Station
from cryosim import acceptance_report
from cryosim.acceptance_day import CURVE_ENDS, ENDS
from cryosim.acceptance_rig import cut_curve
from cryosim.presets import curve_upload

PLANT = "stvp"
ROW_FAILED = 1  # exit status
TITLE = "Acceptance sheet through the whole chain, virtual clock"
WARM_UP = "Warm-up by the heaters through the whole chain, virtual clock"


def run(station: Station, document: Path | None) -> int:
    """Play the day, or warm the receiver up; return 0 when all rows hold, else 1.

    Raises
    ------
    CryoError
        When the station is another one, a put is refused, or the document has no place for the table.
    """
    if station.sim.plant == warm_up.PLANT:
        return _warm_up(station, document)
    insist_on_plant(station)
    console = Console(width=None if Console().is_terminal else report.WIDTH)
    place = report.Place(document, "virtual") if document else None
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[clock]}"), TimeElapsedColumn())
    begun = time.process_time()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(TITLE, total=ENDS, clock="")

        def tell(minutes: float) -> None:
            progress.update(task, completed=minutes, clock=f"{int(minutes)} of {ENDS:.0f} min")

        played = rehearse(station, tell)
    speed = 60.0 * played.day.log[-1].minutes / (time.process_time() - begun)
    return 0 if report.tell(console, TITLE, played, f"{speed:.0f} x real time on one core", place) else ROW_FAILED


def _warm_up(station: Station, document: Path | None) -> int:
    warm_up.insist(station)
    if document:
        acceptance_report.parts(document, warm_up.PLACE)  # before a warm-up in vain
    console = Console(width=None if Console().is_terminal else report.WIDTH)
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console,
                  transient=True) as progress:  # fmt: skip
        task = progress.add_task(WARM_UP, total=warm_up.LONGEST)
        seen = warm_up.rehearse(station, lambda hours: progress.update(task, completed=hours))
    console.print(warm_up.tell(seen))
    if document:
        acceptance_report.write(document, [warm_up.tell(seen)], warm_up.PLACE)
    return 0 if seen.holds else ROW_FAILED


def insist_on_plant(station: Station) -> None:
    """Raise ``StationError`` when the station has another plant behind its instruments."""
    if station.sim.plant != PLANT:
        raise StationError([f"{station.path}: sim.plant: expected {PLANT!r}, found {station.sim.plant!r}"])


def rehearse(
    station: Station, progress: report.Progress | None = None, ends: float = float("inf")
) -> Played:
    """Play the day, or its beginning up to ``ends``, [min], in this process."""

    async def play() -> Played:
        stage = Stage(replace(station, state_dir=""))  # a rehearsal leaves nothing behind
        controller = stage.world.installed["TC1"].instrument
        for message in curve_upload(CUT_SLOT, cut_curve(CURVE_ENDS), limit=325.0):
            controller.receive(message.encode("ascii") + b"\n")
        async with stage.open():
            await stage.ready()
            return await Performer(stage, ends, progress).play()

    return run_virtual(play())
