"""What a rehearsed day has shown, for people: on the terminal, and in the documentation between two markers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cryoioc.rehearsal import acceptance
from cryoioc.rehearsal.acceptance import Played
from cryosim import acceptance_report
from cryosim.acceptance import rows

Progress = Callable[[float], None]
WIDTH = 120  # characters of a table where there is no terminal


@dataclass(frozen=True)
class Time:
    """Something that the IOC says about time."""

    name: str
    unit: str
    read: Callable[[Played], tuple[float, float]]  # what the IOC says, and what is so
    tolerance: float  # of the difference, relative
    absolute: float = 0.0  # the same, in the unit

    def holds(self, played: Played, period: float) -> bool:
        """Return whether it is true; ``period`` is the time between two looks, [s]."""
        seen, true = self.read(played)
        return abs(seen - true) <= self.tolerance * abs(true) + self.absolute * period


TIMES = (
    Time("liquid by the meter, 13 K to the end", "L", acceptance.totals, 0.01),
    Time("rate of the sample's warming", "K/min", acceptance.rate_of_warming, 0.03),
    Time("dwell until INPOS", "s", acceptance.dwell, 0.0, absolute=2.0),
)


class Place:
    """Where a document holds the table of one kind of run.

    Raises
    ------
    cryosim.acceptance_report.NoMarkers
        When there is none, or the document cannot be read.
    """

    def __init__(self, document: Path, kind: str) -> None:
        self.document = document
        self.markers = acceptance_report.Markers(
            f"<!-- chain {kind}: begin, written by the command above -->", f"<!-- chain {kind}: end -->"
        )
        acceptance_report.parts(document, self.markers)


def tell(console: Console, title: str, played: Played, speed: str, place: Place | None) -> bool:
    """Print seed against twin and what is true of time, publish both; return whether all hold and nothing tripped."""
    sheet = rows(physical=False)
    acceptance_report.show(console, f"{title}: {speed}", sheet, played.day)
    period = 60.0 * played.day.log[-1].minutes / len(played.day.log)
    table = Table(title=f"Time, with a look every {period:.1f} s of the plant", title_justify="left")
    for heading in ("", "unit", "IOC", "twin", "holds"):
        table.add_column(heading, no_wrap=True)
    for time in TIMES:
        seen, true = time.read(played)
        verdict = "[green]yes[/green]" if time.holds(played, period) else "[bold red]NO[/bold red]"
        table.add_row(time.name, time.unit, f"{seen:.3f}", f"{true:.3f}", verdict)
    console.print(table)
    if played.tripped:
        console.print(f"[bold red]tripped:[/bold red] {played.tripped}")
    if place is not None:
        text = acceptance_report.markdown(f"{title}: {speed}", sheet, played.day)
        acceptance_report.write(place.document, [text, _times(played, period)], place.markers)
    held = all(row.holds(played.day) for row in sheet) and all(time.holds(played, period) for time in TIMES)
    return held and not played.tripped


def _times(played: Played, period: float) -> str:
    lines = [f"| time, a look every {period:.1f} s of the plant | unit | IOC | twin | holds |", "|---|---|---|---|---|"]
    for time in TIMES:
        seen, true = time.read(played)
        holds = "yes" if time.holds(played, period) else "**no**"
        lines.append(f"| {time.name} | {time.unit} | {seen:.3f} | {true:.3f} | {holds} |")
    return "\n".join(lines)
