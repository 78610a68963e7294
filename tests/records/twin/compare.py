"""Ask both sides everything, and print what is the same and what is not.

``PYTHONPATH=. python tests/records/twin/compare.py``.

With ``--write`` the tables are put into ``docs/records.md``; the test compares them with what is there.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import aioca
import behaviours
from declared import PROTOTYPES, BaseField, base_fields
from reasons import REASONS, SHORT, reason_of
from servers import Server, both
from trial import Side, ask

from cryoioc.records import make_channel
from cryoioc.records.fields import rows_of

PAGE = Path(__file__).parents[3] / "docs" / "records.md"
BEGIN, END = "<!-- compatibility: written by tests/records/twin/compare.py -->", "<!-- end of compatibility -->"
AT_ONCE = 120  # trials

Found = dict[tuple[str, str], list[str]]  # record type, field -> what differs


async def compare_fields(base: Side, ours: Side) -> Found:
    """Try every field that EPICS base has of every kind of record."""
    gate = asyncio.Semaphore(AT_ONCE)
    found: Found = {}

    async def one(kind: str, field: BaseField) -> None:
        async with gate:
            told = await asyncio.gather(ask(base, kind, field), ask(ours, kind, field))
        differ = {x[0] for x, y in zip(*told, strict=False) if repr(x) != repr(y)}
        found[kind, field.name] = sorted(differ | ({"answers"} if len(told[0]) != len(told[1]) else set()))

    for kind, prototype in PROTOTYPES.items():
        served = {"VAL", *rows_of(make_channel(prototype))}
        for field in base_fields(kind):
            if field.name not in served:
                found[kind, field.name] = ["not served"]
        await asyncio.gather(*(one(kind, field) for field in base_fields(kind) if field.name in served))
    return found


async def compare_behaviours(base: Side, ours: Side) -> dict[str, list[str]]:
    """Run every row; return both transcripts of those that differ.

    What differs without a reason is asked once more: base tells a new value and the end of its put from two threads,
    and a client that reads its cache in between reads the old value, of base.
    """
    found = {}
    for behaviour in behaviours.ROWS:
        for _ in range(2):
            told = [repr(await behaviour.run(side)) for side in (base, ours)]
            if behaviour.differs or told[0] == told[1]:
                break
        found[behaviour.title] = [] if told[0] == told[1] else told
    return found


def field_table(found: Found) -> list[str]:
    """Return the table of fields, one row a field or a family of them."""
    kinds = list(PROTOTYPES)
    lines = [f"| field | {' | '.join('char waveform' if k == 'charin' else k for k in kinds)} |"]
    lines.append("|" + "---|" * (len(kinds) + 1))
    rows: dict[tuple[str, ...], list[str]] = {}
    for name in sorted({field for _, field in found}):
        cells = tuple(_cell(found, kind, name) for kind in kinds)
        rows.setdefault(cells, []).append(name)
    for cells, names in sorted(rows.items(), key=lambda item: item[1]):
        lines.append(f"| {' '.join(names)} | {' | '.join(cells)} |")
    return lines


def _cell(found: Found, kind: str, name: str) -> str:
    if (kind, name) not in found:
        return ""
    differs = found[kind, name]
    if not differs:
        return "same"
    return f"{'absent' if differs == ['not served'] else 'differs'} ({reason_of(name) or 'no reason'})"


def behaviour_table(found: dict[str, list[str]]) -> list[str]:
    """Return the table of behaviours."""
    lines = ["| behaviour | | why |", "|---|---|---|"]
    for behaviour in behaviours.ROWS:
        differs = bool(found[behaviour.title])
        why = behaviour.differs or "no reason" if differs else ""
        lines.append(f"| {behaviour.title} | {'differs' if differs else 'same'} | {why} |")
    return lines


def unexplained(fields: Found, rows: dict[str, list[str]]) -> list[str]:
    """Return one line for each difference without a reason, and for each reason without a difference."""
    wrong = [f"{kind}.{name}: {differs}" for (kind, name), differs in fields.items() if differs and not reason_of(name)]
    wrong += [
        f"{kind}.{name} is the same, though {reason_of(name)}"
        for (kind, name), differs in fields.items()
        if not differs and reason_of(name)
    ]
    for behaviour in behaviours.ROWS:
        if bool(rows[behaviour.title]) != bool(behaviour.differs):
            wrong += [behaviour.title, *rows[behaviour.title]]
    return wrong


def page(fields: Found, rows: dict[str, list[str]]) -> str:
    """Return the tables as Markdown."""
    reasons = [f"* **{letter}** {REASONS[letter]}" for letter in SHORT]
    return "\n".join([BEGIN, "", *field_table(fields), "", *reasons, "", *behaviour_table(rows), "", END])


async def everything(base: Server, ours: Server) -> tuple[Found, dict[str, list[str]]]:
    """Compare fields and behaviours."""
    sides = Side(base), Side(ours)
    found = await compare_fields(*sides), await compare_behaviours(*sides)
    aioca.purge_channel_caches()
    return found


def main() -> int:
    """Print or write the tables; return 1 when something differs without a reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/records.md")
    options = parser.parse_args()
    with both() as servers:
        fields, rows = asyncio.run(everything(*servers))
    text, wrong = page(fields, rows), unexplained(fields, rows)
    if options.write:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(before + text + rest.partition(END)[2])
    else:
        print(text)  # noqa: T201
    print("\n".join(wrong), file=sys.stderr)  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
