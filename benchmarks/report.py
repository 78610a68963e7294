"""Tables: in the terminal, and in ``docs/performance.md`` between two markers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

BEGIN, END = "<!-- figures: written by python -m benchmarks, do not edit -->", "<!-- end of figures -->"


@dataclass
class Table:
    """A table of texts."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    note: str = ""

    def add(self, *cells: str) -> None:
        """Add a row."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{self.title}: {len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(cells)


def show(table: Table, console: Console) -> None:
    """Print a table."""
    shown = RichTable(title=table.title, title_justify="left", caption=table.note or None, box=box.SIMPLE_HEAD,
                      caption_justify="left")  # fmt: skip
    for number, column in enumerate(table.columns):
        shown.add_column(column, overflow="fold", justify="right" if 0 < number < len(table.columns) - 1 else "left")
    for row in table.rows:
        shown.add_row(*row)
    console.print(shown, markup=False)


def markdown(table: Table) -> str:
    """Return a table as Markdown."""
    lines = [f"### {table.title}", "", _line(table.columns), _line(["---"] * len(table.columns))]
    lines += [_line(row) for row in table.rows]
    return "\n".join([*lines, *(["", table.note] if table.note else []), ""])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write(path: Path, head: str, tables: Iterable[Table]) -> None:
    """Replace what stands between the markers of a page; raises as :func:`filled`."""
    path.write_text(filled(path, head, tables), encoding="utf-8")


def filled(path: Path, head: str, tables: Iterable[Table]) -> str:
    """Return a page with something else between its markers.

    Raises
    ------
    ValueError
        When the page has not both markers.
    """
    page = path.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} has no markers {BEGIN} and {END}")
    body = "\n".join([head, "", *(markdown(table) for table in tables)])
    return f"{before}{BEGIN}\n\n{body}\n{END}{after}"
