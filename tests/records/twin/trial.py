"""One record, asked everything on one side: the answers in order, without the prefix and without clock times."""

from __future__ import annotations

import asyncio
from typing import Any

import aioca
import numpy as np
from declared import BaseField, trial_name
from epicscorelibs.ca.cadef import CAException
from servers import Server

TIMEOUT = 60.0  # s, only ever reached by a failing trial
VALUE, LOG, ALARM, PROPERTY = 1, 2, 4, 8
MASKS = {"value": VALUE, "log": LOG, "alarm": ALARM, "property": PROPERTY}
PUT_FAILED = 160
DETAILS = (
    "status", "severity", "units", "precision", "enums", "upper_disp_limit", "lower_disp_limit",
    "upper_alarm_limit", "lower_alarm_limit", "upper_warning_limit", "lower_warning_limit",
    "upper_ctrl_limit", "lower_ctrl_limit",
)  # fmt: skip

VALUES: dict[str, tuple[Any, ...]] = {
    "ai": (20.0, 305.0, 311.0, 305.2),
    "ao": (10.0, 400.0, 312.0, -7.4),
    "longin": (5, 150, 99, -1),
    "longout": (5, 12, 8, -1),
    "bi": (1, 0, 1, 0),
    "bo": (1, 0, 1, 1),
    "mbbi": (1, 2, 1, 17),
    "mbbo": (1, 2, 1, 17),
    "stringin": ("one", "two", "two", "three"),
    "stringout": ("one", "two", "two", "three"),
    "charin": ([111, 110, 101, 0], [116], [116], [116, 119, 111]),
    "waveform": ([1.0, 2.0], [1.0], [1.0], [3.0, 2.0, 1.0]),
}
SETTINGS: dict[str, tuple[Any, Any]] = {
    "AFTC": (1000.0, 0.0),  # s: of a second or two the load of the machine would say what has passed
    "SCAN": (1, 0),
    "TSE": (-2, 0),
    "HIHI": (15, 300),
    "SVAL": (7, 1),
    "HHSV": (1, 0),
    "DRVL": (12, 0),
    "PREC": (1, 3),
    "UDFS": (1, 3),
    "UDF": (1, 0),
}
Transcript = list[tuple[str, Any]]


def plain(value: Any) -> dict[str, Any]:
    """Return an answer and all that came with it."""
    bare = value.tolist() if isinstance(value, np.ndarray) else str(value) if isinstance(value, str) else +value
    details = {name: getattr(value, name) for name in DETAILS if hasattr(value, name)}
    details = {name: x.item() if isinstance(x, np.generic) else x for name, x in details.items()}
    # A database holds fifteen digits of a limit.
    return {name: float(f"{x:.15g}") if isinstance(x, float) else x for name, x in {"value": bare, **details}.items()}


class Events(list[Any]):
    """Value, status and severity of each event of a subscription."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()

    async def until(self, count: int) -> None:
        """Return when ``count`` events have come."""
        async with asyncio.timeout(TIMEOUT):
            while len(self) < count:
                self.arrived.clear()
                await self.arrived.wait()


class Side:
    """One of the two servers, by its prefix."""

    def __init__(self, server: Server) -> None:
        self.prefix = server.prefix
        self.post, self.finish = server.post, server.finish

    def name(self, rest: str) -> str:
        """Return the full name of a record or field."""
        return self.prefix + rest

    async def get(self, rest: str, form: Any = aioca.FORMAT_CTRL, kind: Any = None) -> dict[str, Any]:
        """Read with limits, states and units."""
        answer = plain(await aioca.caget(self.name(rest), format=form, datatype=kind, timeout=TIMEOUT))
        if isinstance(answer["value"], str):
            answer["value"] = answer["value"].removeprefix(self.prefix)
        return answer

    async def stamp(self, rest: str) -> float:
        """Return the time stamp."""
        value = await aioca.caget(self.name(rest), format=aioca.FORMAT_TIME, timeout=TIMEOUT)
        return float(value.timestamp)

    async def put(self, rest: str, value: Any, kind: Any = None) -> int:
        """Return the CA error code, 1 for success."""
        try:
            await aioca.caput(self.name(rest), value, wait=True, datatype=kind, timeout=TIMEOUT)
        except aioca.CANothing as error:
            return int(error.errorcode)
        except CAException as error:  # libca itself knows that there is no write access
            return int(error.status)
        return 1

    async def watch(self, rest: str, mask: int) -> Events:
        """Subscribe; return the list that the events are added to, when the first has come."""
        events = Events()

        def received(value: Any) -> None:
            answer = plain(value)
            if isinstance(answer["value"], str):
                answer["value"] = answer["value"].removeprefix(self.prefix)
            events.append((answer["value"], answer.get("status"), answer.get("severity")))
            events.arrived.set()

        aioca.camonitor(self.name(rest), received, events=mask, format=aioca.FORMAT_TIME, all_updates=True)
        await events.until(1)
        return events


async def ask(side: Side, kind: str, field: BaseField) -> Transcript:
    """Try one field: what it answers, what a put of it changes, and who is told."""
    record = trial_name(kind, field.name)
    name = f"{record}.{field.name}"
    first, *further = VALUES[kind]
    told: Transcript = []
    info = await aioca.cainfo(side.name(name), timeout=TIMEOUT)
    told.append(("type", (info.datatype, info.count)))
    told.append(("write access", info.write))
    told.append(("metadata", await side.get(name)))
    told.append(("before", (await state(side, record))))
    if field.name in ("PROC", "UDF"):
        told.append(("before", await side.put(f"{record}.PROC", 1)))
        told.append(("before", await state(side, record)))
    told.append(("before", (await side.put(record, first), await state(side, record))))
    told.append(("value", await side.get(name)))
    events = {mask: await side.watch(record, bits) for mask, bits in MASKS.items()}
    events["field"] = await side.watch(name, VALUE | LOG)
    if field.type in ("INLINK", "OUTLINK", "FWDLINK"):
        return told
    setting, back = SETTINGS.get(field.name, (1, 0) if field.type in ("MENU", "DEVICE") else (2, 1))
    if field.type == "STRING":
        setting, back = "X", "Y"
    if field.name != "VAL":
        told += await put_setting(side, record, name, setting)
    for value in further:
        told.append(("effect", (await side.put(record, value), await state(side, record), await stamped(side, record))))
    if field.name != "VAL":
        told += await put_setting(side, record, name, back)
    told.append(("effect", (await side.put(record, first), await state(side, record))))
    await fence(side)
    told += [(f"{mask} events" if mask != "field" else "field events", list(came)) for mask, came in events.items()]
    return told


async def put_setting(side: Side, record: str, name: str, value: Any) -> Transcript:
    """Put a field, process the record, and say what has become of both."""
    before = await side.stamp(record)
    told: Transcript = [("put", (await side.put(name, value), (await side.get(name))["value"]))]
    told.append(("effect", (await state(side, record), await side.stamp(record) > before)))
    told.append(("effect", (await side.put(f"{record}.PROC", 1), await state(side, record))))
    told.append(("effect", await side.stamp(record) > before))
    return told


async def state(side: Side, record: str) -> dict[str, Any]:
    """Return everything a client sees of a record's value."""
    answer = await side.get(record)
    fields = [(await side.get(f"{record}.{f}"))["value"] for f in ("STAT", "SEVR", "UDF", "ACKS", "AMSG")]
    text = await side.get(record, form=aioca.FORMAT_RAW, kind=str) if answer.get("enums") else None
    return {**answer, "alarm fields": fields, "text": text}


async def stamped(side: Side, record: str) -> bool:
    """Say whether the record has a time at all."""
    return await side.stamp(record) > 700000000


async def fence(side: Side) -> None:
    """Return when every event before this has been received: a put of FENCE and its event come last."""
    events = await side.watch("FENCE", VALUE)
    await side.put("FENCE", events[-1][0] + 1)
    await events.until(2)
