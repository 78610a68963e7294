"""Where each number of a cryostat comes from, as a table: read off the remarks beside the numbers themselves."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, fields
from typing import Any

# First word of a remark's last part -> what it is called in the table.
ORIGINS = {
    "sheet": "seed", "manual": "seed", "seed": "seed", "fitted": "fitted", "assumed": "assumed",
    "physics.md": "reference",
}  # fmt: skip
REMARK = re.compile(r"^    (?P<name>\w+): [^#]+ = [^#]+  # (?P<remark>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Origin:
    """One parameter."""

    name: str
    value: Any  # a number, some of them, or points of a table
    meaning: str  # unit first, as in the remark
    kind: str  # seed, fitted, assumed or reference
    why: str


def origins(parameters: Any) -> tuple[Origin, ...]:
    """Return every parameter with where it comes from.

    Parameters
    ----------
    parameters : dataclass
        Of a cryostat; read is the source of its class.

    Raises
    ------
    ValueError
        When the remark beside one of them does not say.
    """
    remarks = {match["name"]: match["remark"] for match in REMARK.finditer(inspect.getsource(type(parameters)))}
    return tuple(_origin(f.name, getattr(parameters, f.name), remarks.get(f.name, "")) for f in fields(parameters))


def _origin(name: str, value: Any, remark: str) -> Origin:
    meaning, _, last = remark.rpartition(";")
    word, _, why = last.strip().partition(" ")
    word = word.rstrip(":,")
    if word not in ORIGINS:
        raise ValueError(f"{name}: no origin in the remark {remark!r}")
    if ORIGINS[word] == "seed":
        why = why if word == "seed" else f"{word}: {why}" if why else word
    elif ORIGINS[word] == "reference":
        why = f"{word} {why}"
    return Origin(name, value, meaning.strip(), ORIGINS[word], why)


def shown(value: Any) -> str:
    """Return a value for people; points of a table as ``T: value``."""
    if not isinstance(value, tuple):
        return f"{value:.4g}"
    if isinstance(value[0], tuple):
        return ", ".join(f"{kelvin:g} K: {size:g}" for kelvin, size in value)
    return ", ".join(map(shown, value))


def markdown(parameters: Any) -> str:
    """Return the table as Markdown, with a line that counts."""
    rows = origins(parameters)
    counts = {kind: sum(row.kind == kind for row in rows) for kind in dict.fromkeys(ORIGINS.values())}
    head = "; ".join(f"{count} {kind}" for kind, count in counts.items())
    lines = [f"{len(rows)} parameters: {head}.", "", "| name | value | unit, meaning | origin | |"]
    lines.append("|---|---|---|---|---|")
    lines += [f"| {row.name} | {shown(row.value)} | {row.meaning} | {row.kind} | {row.why} |" for row in rows]
    return "\n".join(lines)
