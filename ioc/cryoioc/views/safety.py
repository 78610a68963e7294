"""The table of interlocks in ``docs/safety.md``: what each protects, when it trips, what it does."""

from __future__ import annotations

from cryoioc.ioc import Ioc
from cryoioc.views.check import trips_when, what_it_does, when_on

# Station file -> the marks its table stands between.
MARKS = {"stvp.toml": ("<!-- interlocks: begin, written by `make docs` -->", "<!-- interlocks: end -->"),
         "crx.toml": ("<!-- interlocks crx: begin, written by `make docs` -->",
                      "<!-- interlocks crx: end -->")}  # fmt: skip


def as_table(ioc: Ioc) -> str:
    """Return the interlocks of a station as a Markdown table."""
    lines = ["| interlock | protects | trips when | does | longest bypass |", "|---|---|---|---|---|"]
    for name, spec in ioc.station.interlocks.items():
        lacking = ioc.interlocks.unprotected.get(name)
        trips = trips_when(spec, when_on(ioc, spec))
        trips += (f"; **not protected** in this station: {lacking}" if lacking else "")
        bypass = f"{spec.bypass:g} min" if spec.bypass else "none"
        lines.append(f"| `{name}` | {spec.protects} | {trips} | {what_it_does(ioc, spec)} | {bypass} |")
    return "\n".join(lines)


def with_table(text: str, table: str, station: str = "stvp.toml") -> str:
    """Return a page with the table of a station between its two marks.

    Raises
    ------
    ValueError
        When the page has no such marks.
    """
    opening, closing = MARKS[station]
    before, begin, rest = text.partition(opening)
    _, end, after = rest.partition(closing)
    if not (begin and end):
        raise ValueError(f"the page has no {opening} and {closing}")
    return f"{before}{opening}\n\n{table}\n\n{closing}{after}"
