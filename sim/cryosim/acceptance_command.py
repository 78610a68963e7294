"""``cryosim acceptance``: play the sheet of a station's cryostat, show seed against twin, draw, publish."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cryoioc.errors import CryoError
from cryoioc.station import load
from cryosim import acceptance_plot, acceptance_report, acceptance_yebes
from cryosim.acceptance import rows
from cryosim.acceptance_day import ENDS, Day
from cryosim.acceptance_rig import play
from cryosim.plant import provenance
from cryosim.plant.crx_parameters import YEBES
from cryosim.plant.stvp_parameters import AS_RECORDED, PHYSICAL

ROW_FAILED = 1  # exit status
WIDTH = 120  # characters of the table where there is no terminal
YEBES_TITLE = "C-band receiver, report IT-OAN 2010-14"
TITLES = {False: "Acceptance sheet, 295 K row as recorded", True: "Acceptance sheet, 295 K row physical"}


class NoSheet(CryoError):
    """There is no sheet to play for that station, or not in that way."""


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    station: Path | None = None  # the STVP when not given
    physical: bool = False
    plot: Path | None = None
    document: Path | None = None  # where both tables are published


def run(wanted: Wanted) -> int:
    """Play the day; return 0 when all rows hold, else 1.

    Raises
    ------
    NoSheet, StationError
        When the station's plant has none, or the file cannot be read.
    NoPlot, NoMarkers
        When the figure or the document cannot be written.
    """
    plant = load(wanted.station).sim.plant if wanted.station else "stvp"
    if plant not in ("stvp", "crx"):
        raise NoSheet(f"{wanted.station}: sim.plant {plant} has no acceptance sheet; stvp and crx have")
    if plant == "crx" and (wanted.physical or wanted.plot):
        raise NoSheet(f"{wanted.station}: --physical and --plot are for sim.plant stvp")
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    if wanted.document:
        for markers in (acceptance_report.SHEET, acceptance_report.PARAMETERS):
            acceptance_report.parts(wanted.document, markers)  # before a day is played in vain
    return _yebes(wanted, console) if plant == "crx" else _stvp(wanted, console)


def _stvp(wanted: Wanted, console: Console) -> int:
    variants = (False, True) if wanted.document else (wanted.physical,)
    days = {physical: _play(console, physical) for physical in variants}
    for physical, day in days.items():
        acceptance_report.show(console, TITLES[physical], rows(physical), day)
    if wanted.plot:
        acceptance_plot.draw(days[wanted.physical], wanted.plot, "STVP, job 21394: acceptance test and its twin")
    if wanted.document:
        tables = [acceptance_report.markdown(TITLES[p], rows(p), day) for p, day in days.items()]
        acceptance_report.write(wanted.document, tables)
        acceptance_report.write(wanted.document, [provenance.markdown(AS_RECORDED)], acceptance_report.PARAMETERS)
    holds = all(row.holds(day) for physical, day in days.items() for row in rows(physical))
    return 0 if holds else ROW_FAILED


def _yebes(wanted: Wanted, console: Console) -> int:
    sheet = acceptance_yebes.rows()
    with Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True) as progress:
        task = progress.add_task(YEBES_TITLE, total=acceptance_yebes.STAGES)
        seen = acceptance_yebes.play(progress=lambda done: progress.update(task, completed=done))
    acceptance_report.show(console, YEBES_TITLE, sheet, seen)
    for name, figure in acceptance_yebes.published(seen):
        console.print(f"{name}: {figure}")
    if wanted.document:
        acceptance_report.write(wanted.document, [yebes_markdown(seen)])
        acceptance_report.write(wanted.document, [provenance.markdown(YEBES)], acceptance_report.PARAMETERS)
    return 0 if all(row.holds(seen) for row in sheet) else ROW_FAILED


def yebes_markdown(seen: acceptance_yebes.Figures) -> str:
    """Return the receiver's table as Markdown, with what nobody has stated below it."""
    table = acceptance_report.markdown(YEBES_TITLE, acceptance_yebes.rows(), seen)
    others = "; ".join(f"{name} {figure}" for name, figure in acceptance_yebes.published(seen))
    return f"{table}\n\nThe twin's own: {others}."


def _play(console: Console, physical: bool) -> Day:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[clock]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(TITLES[physical], total=ENDS, clock="")

        def tell(minutes: float) -> None:
            progress.update(task, completed=minutes, clock=f"{int(minutes)} of {ENDS:.0f} min")

        return play(PHYSICAL if physical else AS_RECORDED, tell)
