"""Where each number of the STVP comes from, as a table: read off the remarks beside the numbers themselves."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, fields
from typing import Any

from cryosim.plant.stvp_parameters import AS_RECORDED, Parameters

# First word of a remark's last part -> what it is called in the table.
ORIGINS = {"sheet": "seed", "manual": "seed", "fitted": "fitted", "assumed": "assumed", "physics.md": "reference"}
REMARK = re.compile(r"^    (?P<name>\w+): [^#]+ = [^#]+  # (?P<remark>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Origin:
    """One parameter."""

    name: str
    value: Any  # a number, some of them, or points of a table
    meaning: str  # unit first, as in the remark
    kind: str  # seed, fitted, assumed or reference
    why: str


def origins() -> tuple[Origin, ...]:
    """Return every parameter with where it comes from.

    Raises
    ------
    ValueError
        When the remark beside one of them does not say.
    """
    remarks = {match["name"]: match["remark"] for match in REMARK.finditer(inspect.getsource(Parameters))}
    return tuple(_origin(f.name, remarks.get(f.name, "")) for f in fields(Parameters))


def _origin(name: str, remark: str) -> Origin:
    meaning, _, last = remark.rpartition(";")
    word, _, why = last.strip().partition(" ")
    word = word.rstrip(":,")
    if word not in ORIGINS:
        raise ValueError(f"{name}: no origin in the remark {remark!r}")
    if ORIGINS[word] == "seed":
        why = f"{word}: {why}" if why else word
    elif ORIGINS[word] == "reference":
        why = f"{word} {why}"
    return Origin(name, getattr(AS_RECORDED, name), meaning.strip(), ORIGINS[word], why)


def shown(value: Any) -> str:
    """Return a value for people; points of a table as ``T: value``."""
    if not isinstance(value, tuple):
        return f"{value:.4g}"
    if isinstance(value[0], tuple):
        return ", ".join(f"{kelvin:g} K: {size:g}" for kelvin, size in value)
    return ", ".join(map(shown, value))


def markdown() -> str:
    """Return the table as Markdown, with a line that counts."""
    rows = origins()
    counts = {kind: sum(row.kind == kind for row in rows) for kind in dict.fromkeys(ORIGINS.values())}
    head = "; ".join(f"{count} {kind}" for kind, count in counts.items())
    lines = [f"{len(rows)} parameters: {head}.", "", "| name | value | unit, meaning | origin | |"]
    lines.append("|---|---|---|---|---|")
    lines += [f"| {row.name} | {shown(row.value)} | {row.meaning} | {row.kind} | {row.why} |" for row in rows]
    return "\n".join(lines)
