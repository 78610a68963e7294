"""The acceptance table for people: on the terminal, and in the documentation between two markers."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from cryoioc.errors import CryoError
from cryosim.acceptance import Row, Seen


class Markers(NamedTuple):
    """The lines of a document between which tables belong."""

    begin: str
    end: str


PARAMETERS = Markers("<!-- parameters: begin, written by `cryosim acceptance --doc` -->", "<!-- parameters: end -->")
SHEET = Markers("<!-- acceptance: begin, written by `cryosim acceptance --doc` -->", "<!-- acceptance: end -->")


SMALL = 0.01  # below which two decimals say nothing


class NoMarkers(CryoError):
    """A document without the markers between which the table belongs."""


def show(console: Console, title: str, rows: tuple[Row[Seen], ...], day: Seen) -> None:
    """Print seed against twin."""
    table = Table(title=title, title_justify="left")
    for heading in ("row", "unit"):
        table.add_column(heading, no_wrap=True)
    for heading in ("seed", "twin", "bar"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("holds", "why"):
        table.add_column(heading, no_wrap=True)
    for row in rows:
        verdict = "[green]yes[/green]" if row.holds(day) else "[bold red]NO[/bold red]"
        table.add_row(row.name, row.unit, row.seed, figure(row, day), bar(row), verdict, row.kind.value)
    console.print(table)
    failed = [row.name for row in rows if not row.holds(day)]
    console.print(
        f"{len(rows) - len(failed)} of {len(rows)} rows hold" + "".join(f"\n  not: {name}" for name in failed)
    )


def figure(row: Row[Seen], day: Seen) -> str:
    """Return the twin's figure, with the digits that mean something."""
    value = row.read(day)
    if not row.unit:
        return "yes" if value else "no"
    return f"{value:.2f}" if value >= SMALL else f"{value:.2e}"


def bar(row: Row[Seen]) -> str:
    """Return what the figure must lie within."""
    return f"{row.low:.4g} to {row.high:.4g}" if row.unit else "yes"


def why(row: Row[Seen]) -> str:
    """Return why a row holds, with what was fitted or who holds it."""
    return row.kind.value + (f": {row.parameters}" if row.parameters else "")


def markdown(title: str, rows: tuple[Row[Seen], ...], day: Seen) -> str:
    """Return the table as Markdown."""
    lines = [f"### {title}", "", "| row | unit | seed | twin | bar | holds | why |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        cells = (
            row.name,
            row.unit,
            row.seed,
            figure(row, day),
            bar(row),
            "yes" if row.holds(day) else "**no**",
            why(row),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def parts(document: Path, markers: Markers = SHEET) -> tuple[str, str]:
    """Return what stands before and after the tables of a document.

    Raises
    ------
    NoMarkers
        When the document has no markers, or cannot be read.
    """
    try:
        text = document.read_text("utf-8")
    except OSError as error:
        raise NoMarkers(f"{document}: {error.strerror}") from error
    before, begin, rest = text.partition(markers.begin)
    _, end, after = rest.partition(markers.end)
    if not begin or not end:
        raise NoMarkers(f"{document}: no lines {markers.begin} and {markers.end}")
    return before, after


def write(document: Path, tables: list[str], markers: Markers = SHEET) -> None:
    """Put tables between the markers of a document; raises as :func:`parts`."""
    before, after = parts(document, markers)
    text = "\n".join([before + markers.begin, "", "\n\n".join(tables), "", markers.end + after])
    document.write_text(text, "utf-8")
