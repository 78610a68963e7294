"""``cryosim acceptance``: play the sheet, show seed against twin, draw, publish."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cryosim import acceptance_plot, acceptance_report
from cryosim.acceptance import rows
from cryosim.acceptance_day import ENDS, Day
from cryosim.acceptance_rig import play
from cryosim.plant import stvp_provenance
from cryosim.plant.stvp_parameters import AS_RECORDED, PHYSICAL

ROW_FAILED = 1  # exit status
WIDTH = 120  # characters of the table where there is no terminal
TITLES = {False: "Acceptance sheet, 295 K row as recorded", True: "Acceptance sheet, 295 K row physical"}


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    physical: bool = False
    plot: Path | None = None
    document: Path | None = None  # where both tables are published


def run(wanted: Wanted) -> int:
    """Play the day; return 0 when all rows hold, else 1.

    Raises
    ------
    NoPlot, NoMarkers
        When the figure or the document cannot be written.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    if wanted.document:
        for markers in (acceptance_report.SHEET, acceptance_report.PARAMETERS):
            acceptance_report.parts(wanted.document, markers)  # before a day is played in vain
    variants = (False, True) if wanted.document else (wanted.physical,)
    days = {physical: _play(console, physical) for physical in variants}
    for physical, day in days.items():
        acceptance_report.show(console, TITLES[physical], rows(physical), day)
    if wanted.plot:
        acceptance_plot.draw(days[wanted.physical], wanted.plot, "STVP, job 21394: acceptance test and its twin")
    if wanted.document:
        tables = [acceptance_report.markdown(TITLES[p], rows(p), day) for p, day in days.items()]
        acceptance_report.write(wanted.document, tables)
        acceptance_report.write(wanted.document, [stvp_provenance.markdown()], acceptance_report.PARAMETERS)
    holds = all(row.holds(day) for physical, day in days.items() for row in rows(physical))
    return 0 if holds else ROW_FAILED


def _play(console: Console, physical: bool) -> Day:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[clock]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(TITLES[physical], total=ENDS, clock="")

        def tell(minutes: float) -> None:
            progress.update(task, completed=minutes, clock=f"{int(minutes)} of {ENDS:.0f} min")

        return play(PHYSICAL if physical else AS_RECORDED, tell)
