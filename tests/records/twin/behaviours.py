"""What records do, row by row: each is run against both sides, and every answer is compared."""

from __future__ import annotations

import asyncio
import json
import math
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aioca
from trial import ALARM, LOG, MASKS, PROPERTY, VALUE, Side, fence

ROWS: list[Behaviour] = []


@dataclass(frozen=True)
class Behaviour:
    """One row of the table."""

    title: str
    run: Callable[[Side], Awaitable[Any]]
    differs: str = ""  # why the answers are not the same


def row(title: str, differs: str = "") -> Callable[[Callable[[Side], Awaitable[Any]]], None]:
    """Add a row to the table."""
    return lambda run: ROWS.append(Behaviour(title, run, differs))


async def _alarm(side: Side, name: str) -> tuple[Any, ...]:
    answer = await side.get(name)
    return answer["value"], answer["status"], answer["severity"]


async def _after(side: Side, name: str, *puts: Any) -> list[Any]:
    return [(await side.put(name, value), await _alarm(side, name)) for value in puts]


# Alarms


@row("one record above HIHI leaves the alarm of every other alone")
async def _(side: Side) -> Any:
    told = await _after(side, "T:ONE", 311.0) + await _after(side, "T:OTHER", 1.0)
    return told + [await _alarm(side, "T:ONE")] + await _after(side, "T:OTHER", 2.0) + [await _alarm(side, "T:ONE")]


@row("only the upper limit set, at 0 and below")
async def _(side: Side) -> Any:
    return await _after(side, "T:OTHER", 0.0, -1.0, -1e9, 300.0, 299.0)


@row("only the lower limit set, at 0 and above")
async def _(side: Side) -> Any:
    return await _after(side, "T:LOWER", 0.0, 1e9, -5.0, -4.9)


@row("severity changed while in alarm")
async def _(side: Side) -> Any:
    told = await _after(side, "T:LIMITS", 320.0)
    for severity in ("MINOR", "INVALID", "NO_ALARM", "MAJOR"):
        told += [await side.put("T:LIMITS.HHSV", severity), await _alarm(side, "T:LIMITS")]
    return told


@row("HHSV NO_ALARM, value above HIHI and HIGH")
async def _(side: Side) -> Any:
    await side.put("T:LIMITS.HHSV", 0)
    told = await _after(side, "T:LIMITS", 320.0, 20.0)
    return [*told, await side.put("T:LIMITS.HHSV", 2)]


@row("limit put below the value")
async def _(side: Side) -> Any:
    told = await _after(side, "T:LIMITS", 20.0)
    for limit in (10.0, 310.0):
        told += [await side.put("T:LIMITS.HIHI", limit), await _alarm(side, "T:LIMITS")]
    return told


@row("hysteresis")
async def _(side: Side) -> Any:
    return await _after(side, "T:HYST", 309.0, 310.0, 308.5, 308.0, 307.9, 298.1, 298.0, 297.9, 299.0, 300.0)


@row("alarm delayed by AFTC")
async def _(side: Side) -> Any:
    told = await _after(side, "T:SMOOTH", 1.0)
    await side.put("T:SMOOTH.AFTC", 1000.0)
    return told + await _after(side, "T:SMOOTH", 2.0, 20.0, 21.0, 3.0)


@row("NaN")
async def _(side: Side) -> Any:
    return repr(await _after(side, "T:NAN", 1.0, math.nan, 2.0, math.inf, 3.0))


@row("alarm from the IOC on each of ten updates: value, status, severity, time, as they are read")
async def _(side: Side) -> Any:
    told, stamp = [], 0.0
    side.post(4.0)
    for status, severity in [("COMM", 3)] * 10 + [("NO", 0), ("READ", 1), ("NO", 0)]:
        side.post(4.0, severity, status)
        now = await side.stamp("FORCED")
        told.append((await _alarm(side, "FORCED"), now > stamp))
        stamp = now
    return told


async def _forced_events(side: Side, mask: int) -> Any:
    side.post(4.0)
    events = await side.watch("FORCED", mask)
    for status, severity in [("COMM", 3)] * 3 + [("NO", 0)]:
        side.post(4.0, severity, status)
    side.post(5.0)
    await fence(side)
    return events


@row("the same, events to subscribers of ALARM")
async def _(side: Side) -> Any:
    return await _forced_events(side, ALARM)


@row(
    "the same, events to subscribers of VALUE",
    "EPICS sends none while the value is the same; here an INVALID and its end are sent, so that no client is left "
    "with a healthy sample (ADR 0008)",
)
async def _(side: Side) -> Any:
    return await _forced_events(side, VALUE)


@row("the same, events to subscribers of LOG", "as for VALUE")
async def _(side: Side) -> Any:
    return await _forced_events(side, LOG)


@row("state in alarm, then another state")
async def _(side: Side) -> Any:
    return await _after(side, "T:STATE", 2, 1, "High", "Off")


@row("acknowledgement: highest alarm, too small a one, the right one, ACKT off")
async def _(side: Side) -> Any:
    told = await _after(side, "T:LINK", 0, 1)
    for severity in (1, 2):
        told += [await side.put("T:LINK", severity, aioca.DBR_PUT_ACKS), await side.get("T:LINK.ACKS")]
    told += [await side.put("T:LINK", 0, aioca.DBR_PUT_ACKT), await side.get("T:LINK.ACKT")]
    told += await _after(side, "T:LINK", 0, 1)
    return [*told, await side.get("T:LINK.ACKS")]


# Events


@row("subscriptions of VALUE, LOG, ALARM and PROPERTY, each alone")
async def _(side: Side) -> Any:
    await side.put("T:LIMITS", 20.0)
    events = [await side.watch("T:LIMITS", mask) for mask in MASKS.values()]
    for name, value in (
        ("T:LIMITS", 21.0), ("T:LIMITS", 311.0), ("T:LIMITS", 312.0), ("T:LIMITS.HIHI", 311.5),
        ("T:LIMITS.EGU", "mK"), ("T:LIMITS", 20.0), ("T:LIMITS.HIHI", 310.0),
    ):  # fmt: skip
        await side.put(name, value)
    await fence(side)
    return events


@row("a value put again")
async def _(side: Side) -> Any:
    await side.put("T:CLIP", 5.0)
    events = await side.watch("T:CLIP", VALUE | LOG | ALARM)
    told = await _after(side, "T:CLIP", 5.0, 5.0, 6.0)
    await fence(side)
    return told, events


@row("MDEL and ADEL, put at run time too")
async def _(side: Side) -> Any:
    await side.put("T:DEADBAND", 0.0)
    events = [await side.watch("T:DEADBAND", mask) for mask in (VALUE, LOG)]
    await _after(side, "T:DEADBAND", 1.0, 1.1, 2.0, 2.1, 2.2)
    await side.put("T:DEADBAND.MDEL", -1.0)
    await _after(side, "T:DEADBAND", 2.2, 2.3)
    await fence(side)
    return events


@row("metadata in the first event of a subscription with limits and unit")
async def _(side: Side) -> Any:
    return [await side.get(name) for name in ("T:LIMITS", "T:LIMITS.HIHI", "T:CLIP", "T:STATE", "T:COUNT", "T:LONG")]


@row("first events of EGU, HIGH, PREC, DESC and HHSV to a client that asked for nothing before")
async def _(side: Side) -> Any:
    names = [f"T:FRESH.{field}" for field in ("EGU", "HIGH", "PREC", "DESC", "HHSV")]
    return [(await side.watch(name, VALUE))[0] for name in names]


@row("sixteen states of 25 characters")
async def _(side: Side) -> Any:
    return await side.get("T:MANY"), await side.get("T:MANY", aioca.FORMAT_RAW, str)


# Puts


@row("DRVH and DRVL: beyond, and put at run time")
async def _(side: Side) -> Any:
    told = await _after(side, "T:CLIP", 400.0, -3.0, 10.0)
    told += [await side.put("T:CLIP.DRVH", 8.0), await _alarm(side, "T:CLIP"), await side.get("T:CLIP")]
    told += await _after(side, "T:CLIP", 9.0)
    told += [await side.put("T:CLIP.DRVH", 325.0)]
    return told + await _after(side, "T:COUNT", 12, -1, 5)


@row("state by name, by number, by a number as text, by an unknown name, beyond the last")
async def _(side: Side) -> Any:
    return await _after(side, "T:STATE", "Low", 2, "0", "Nothing", "7", 7, 17, 0)


@row("NaN and infinity put to states and characters")
async def _(side: Side) -> Any:
    told = []
    for value in (math.nan, math.inf, -math.inf):
        for name, first in (("T:LINK", 1), ("T:STATE", 2), ("T:LONG", [120, 0])):
            await side.put(name, first)
            told += [await side.put(name, value, aioca.DBR_DOUBLE), (await side.get(name))["value"]]
    return told


@row("a precision below 0 and above 17, value read as text")
async def _(side: Side) -> Any:
    told = [await side.put("T:SMOOTH", 3.25)]
    for digits in (-1, 20, 9, 0):
        told += [await side.put("T:SMOOTH.PREC", digits), await side.get("T:SMOOTH", aioca.FORMAT_RAW, str)]
    return told


@row("infinity put to an output without limits, and what would be sent of it (RVAL, OVAL)")
async def _(side: Side) -> Any:
    told = []
    for value in (math.inf, -math.inf, 1e300, 0.0):
        told += [await side.put("T:OPEN", value), await side.get("T:OPEN")]
        told += [(await side.get(f"T:OPEN.{field}"))["value"] for field in ("RVAL", "OVAL")]
    return repr(told)


@row("text of 39 characters and its long form")
async def _(side: Side) -> Any:
    await side.put("T:TEXT", "x" * 39)
    return [
        await side.get("T:TEXT"),
        await side.get("T:TEXT.VAL$", aioca.FORMAT_TIME),
        await side.get("T:TEXT.DESC$", aioca.FORMAT_TIME),
        await side.put("T:TEXT.DESC$", "as characters", aioca.DBR_CHAR_STR),
        await side.get("T:TEXT.DESC"),
    ]


@row("long text as characters")
async def _(side: Side) -> Any:
    told = [await side.put("T:LONG", "x" * 80, aioca.DBR_CHAR_STR)]
    return [*told, await side.get("T:LONG"), await side.get("T:LONG.NORD")]


@row("bo with HIGH: a pulse")
async def _(side: Side) -> Any:
    events = await side.watch("T:PULSE", VALUE)
    await side.put("T:PULSE.HIGH", 0.05)
    await side.put("T:PULSE", 1)
    await events.until(3)
    return events


@row("SCAN: periodic, a put meanwhile, passive again")
async def _(side: Side) -> Any:
    await side.put("T:SCAN", 1.0)
    events = await side.watch("T:SCAN", VALUE)
    told = [await side.put("T:SCAN.SCAN", ".1 second"), await side.get("T:SCAN.SCAN")]
    stamp = await side.stamp("T:SCAN")
    await events.until(4)
    told += [await side.stamp("T:SCAN") > stamp, {tuple(event) for event in events}]
    told += [await side.put("T:SCAN", 2.0)]
    while events[-1][0] != 2.0:
        await events.until(len(events) + 1)
    told += [await side.put("T:SCAN.SCAN", "Passive"), await side.get("T:SCAN.SCAN")]
    await fence(side)
    count = len(events)
    return [*told, await side.put("T:SCAN", 3.0), await fence(side), len(events) - count]


@row("DISP: puts of the value and of fields refused, its own accepted")
async def _(side: Side) -> Any:
    told = [await side.put("T:OTHER.DISP", 1)]
    told += await _after(side, "T:OTHER", 5.0)
    told += [await side.put("T:OTHER.DESC", "x"), await side.put("T:OTHER.DISP", 0)]
    return told + await _after(side, "T:OTHER", 5.0)


@row("fields that base does not let clients reach: TIME, DPVT, MLOK; and one that is none")
async def _(side: Side) -> Any:
    found = []
    for field in ("TIME", "DPVT", "MLOK", "NOTHING"):
        try:
            await aioca.connect(side.name(f"T:ONE.{field}"), timeout=0.3)
        except aioca.CANothing:
            found.append(None)
        else:
            found.append(field)
    return found


@row("a put whose handler takes time: others served meanwhile, completed when it is done, and what is read then")
async def _(side: Side) -> Any:
    put = asyncio.create_task(side.put("SLOW", 2.0))
    told = [await side.put("T:ONE", 5.0), put.done()]
    side.finish()
    return [*told, await put, (await side.get("SLOW"))["value"]]


@row(
    "the same, what is read while the handler is at work",
    "EPICS shows the new value, here it is shown when the handler has accepted it (ADR 0008)",
)
async def _(side: Side) -> Any:
    events = await side.watch("SLOW", VALUE)
    put = asyncio.create_task(side.put("SLOW", events[0][0] + 1.0))
    await _sent()
    told = [(await side.get("SLOW"))["value"] - events[0][0]]
    side.finish()
    return [*told, await put]


async def _sent() -> None:
    """Let a request that was begun reach libca: what is asked behind it is answered behind it."""
    for _ in range(20):
        await asyncio.sleep(0)


@row("a put beyond the limits of a record that refuses", "it fails, where EPICS clips (ADR 0008)")
async def _(side: Side) -> Any:
    return await _after(side, "T:REFUSES", 400.0, 5.0)


@row(
    "a put of a record nobody may put to",
    "a reading gives no write access; in EPICS access rules say so, not the record (ADR 0008)",
)
async def _(side: Side) -> Any:
    return (await aioca.cainfo(side.name("T:READING"))).write, await _after(side, "T:READING", 5.0)


@row("a unit of more than seven characters, put at run time")
async def _(side: Side) -> Any:
    told = [await side.put("T:FRESH.EGU", "microampere/Hz"), await side.get("T:FRESH.EGU"), await side.get("T:FRESH")]
    return [*told, await side.put("T:FRESH.EGU", "mK")]


# The same through pyepics: its own cache, its own texts


def _pyepics(operation: str, *arguments: Any, **keywords: Any) -> Callable[[Side], Awaitable[Any]]:
    async def run(side: Side) -> Any:
        names = [side.name(x[1:]) if isinstance(x, str) and x.startswith("@") else x for x in arguments]
        agent = Path(__file__).parent.parent / "agent_pyepics.py"
        request = json.dumps([operation, names, keywords])
        process = await asyncio.create_subprocess_exec(sys.executable, str(agent), stdin=PIPE, stdout=PIPE)
        printed, _ = await process.communicate(f"{request}\n".encode())
        answer = json.loads(printed.splitlines()[-1])
        if isinstance(answer, dict):
            for changing in ("timestamp", "posixseconds", "nanoseconds"):
                answer.pop(changing, None)
        return answer.removeprefix(side.prefix) if isinstance(answer, str) else answer

    return run


for _title, _arguments, _keywords in (
    ("pyepics: units, limits and precision", ("ctrl", "@T:PY"), {}),
    ("pyepics: states", ("ctrl", "@T:PYSTATE"), {}),
    ("pyepics: put, completion, and at once a cached read", ("caput_caget", "@T:PY", 12.5, "@T:PY"), {}),
    ("pyepics: put beyond the limits", ("caput_caget", "@T:PY", 400.0, "@T:PY"), {}),
    ("pyepics: put of a state by name, read as text", ("caput_caget", "@T:PYSTATE", "Low", "@T:PYSTATE"), {}),
    ("pyepics: read as text", ("caget", "@T:PYSTATE"), {"as_string": True}),
    ("pyepics: read of a field that is not asked for first", ("caget", "@T:LIMITS.LOLO"), {}),
    ("pyepics: record name", ("caget", "@T:PY.NAME"), {}),
):
    ROWS.append(Behaviour(_title, _pyepics(*_arguments, **_keywords)))
assert PROPERTY in MASKS.values()
