"""A station's records, as they are declared, asked of both sides: prints what is not the same.

``PYTHONPATH=. python tests/records/twin/station.py db/stvp.toml``; with ``--all`` every
field, not those clients commonly read.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import aioca
from servers import BASE, HERE, OURS, side_by_side
from trial import TIMEOUT, Side

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.records import Channel, menus
from cryoioc.records.fields import rows_of
from cryoioc.station import load
from cryoioc.views.formats import FORMATS

COMMON = [
    "VAL", "NAME", "RTYP", "DESC", "EGU", "PREC", "HOPR", "LOPR", "DRVH", "DRVL", "HIHI", "HIGH", "LOW", "LOLO",
    "HHSV", "HSV", "LSV", "LLSV", "HYST", "MDEL", "ADEL", "ZNAM", "ONAM", "ZSV", "OSV", "COSV", "UNSV",
    "STAT", "SEVR", "AMSG", "ACKS", "ACKT", "UDF", "SCAN", "PROC", "PINI", "DISP", "NELM", "NORD", "FTVL",
]  # fmt: skip
STATES = (menus.STATE_NAMES, menus.STATE_SEVERITIES, menus.STATE_VALUES)
COMMON += [name for names in STATES for name in names]
NOT_SERVED_AS_IN_BASE = {"DTYP"}  # see reasons.py
AT_ONCE = 500


async def answers(side: Side, name: str) -> tuple[Any, ...]:
    """Return type, count, value and metadata, of a record itself the first event, too."""
    info = await aioca.cainfo(side.name(name), timeout=TIMEOUT)
    first = await side.watch(name, 1) if "." not in name else []
    return info.datatype, info.count, await side.get(name), first


async def compare(channels: dict[str, Channel], wanted: list[str], base: Side, ours: Side) -> tuple[int, list[str]]:
    """Ask for the fields of every record; return their number and one line per difference."""
    gate = asyncio.Semaphore(AT_ONCE)
    names = [
        name if field == "VAL" else f"{name}.{field}"
        for name, channel in channels.items()
        for field in ("VAL", *rows_of(channel))
        if field not in NOT_SERVED_AS_IN_BASE and (field in wanted or not wanted)
        if not wanted or _state(field) <= len(channel.record.states)
    ]

    async def one(name: str) -> str:
        async with gate:
            told = [repr(await answers(side, name)) for side in (base, ours)]
        return f"{name}: {told[0]} {told[1]}" if told[0] != told[1] else ""

    different = await asyncio.gather(*map(one, names))
    aioca.purge_channel_caches()
    return len(names), [line for line in different if line]


def _state(field: str) -> int:
    """Return the number of the state a field is about: one behind the last is asked for, not all sixteen."""
    return next((names.index(field) for names in STATES if field in names), 0)


def pyepics_differences(names: list[str]) -> list[str]:
    """Compare what pyepics makes of each record: control variables, text, value."""
    found = []
    for operation, keywords in (("ctrl", {}), ("caget", {"as_string": True})):
        told = [_pyepics([[operation, [prefix + name], keywords] for name in names], prefix) for prefix in (BASE, OURS)]
        found += [f"{name}: {a} {b}" for name, a, b in zip(names, *told, strict=True) if a != b]
    return found


def _pyepics(requests: list[Any], prefix: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, str(HERE.parent / "agent_pyepics.py")],
        input="".join(f"{json.dumps(request)}\n" for request in requests),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line, parse_float=lambda x: float(f"{float(x):.15g}")) for line in done.stdout.splitlines()]
    for answer in answers:
        if isinstance(answer, dict):
            for changing in ("timestamp", "posixseconds", "nanoseconds"):
                answer.pop(changing, None)
    return [json.dumps(answer).replace(prefix, "") for answer in answers]


def main() -> int:
    """Compare; return 1 when something is not the same."""
    station = load(Path(sys.argv[1]))
    ioc = Ioc(replace(station, prefix=BASE, state_dir=""), Clock())
    wanted = [] if "--all" in sys.argv else COMMON
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "station.db"
        database.write_text(FORMATS["db"](ioc.desk, BASE))
        with side_by_side(
            [str(database)], lambda port: [str(HERE / "our_station.py"), sys.argv[1], str(port), OURS]
        ) as sides:
            count, different = asyncio.run(compare(ioc.desk.channels, wanted, *map(Side, sides)))
            different += pyepics_differences(list(ioc.desk.channels))
    print(f"{len(ioc.desk.channels)} records, {count} fields, {len(different)} differences")  # noqa: T201
    print("\n".join(different))  # noqa: T201
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
