"""Zone table of a loop: ten zones of eight values, and which zone the setpoint is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryoioc.errors import CryoError, DeviceRefused, Refused
from cryoioc.pvs.device import Values
from cryoioc.pvs.settings import Pair
from cryoioc.records import Put

if TYPE_CHECKING:
    from cryoioc.link import Conversation
    from cryoioc.pvs.loop import LoopGroup

COLUMNS = ("upper", "p", "i", "d", "mout", "range", "input", "rate")
WHOLE = ("range", "input")
ASKED = 5  # zones asked for in one message, a reply of 280 characters
PER_MESSAGE = 3  # a ZONE command and its query take up to 70 of 255 characters


@dataclass(frozen=True)
class Zone:
    """One used line of the table."""

    number: int
    values: Values


def zone_of(kelvin: float, table: list[Values]) -> Zone | None:
    """Return the zone that contains a setpoint; None above the last used one.

    Zone k runs from the upper bound of zone k-1 to its own, zone 1 from 0 K; an upper bound of 0
    marks an unused zone.  Which zone owns the boundary itself is unverified
    (lakeshore-protocol.md 6.4); here it is the lower one.
    """
    for number, values in enumerate(table, start=1):
        if values["upper"] == 0:
            return None
        if kelvin <= values["upper"]:
            return Zone(number, values)
    return None


class Zones:
    """``ZONE``, ``ZONES`` and ``ZONES:SP`` of one loop."""

    def __init__(self, loop: LoopGroup) -> None:
        self.loop, self.device = loop, loop.device
        n = loop.spec.output
        self.slots = [self.device.slot("ZONE", n, zone) for zone in self.device.model.zones]
        row = self.slots[0].row
        self.number = loop.channel("ZONE", kind="longin", doc="Zone the setpoint is in, 0 none")
        self.pair = Pair(
            loop, "ZONES",
            {"kind": "waveform", "length": len(self.slots) * len(COLUMNS), "precision": 2,
             "doc": "10 x upper K,P,I,D,MOUT,range,in,rate"},
            instrument=self.device.name, query=row.query, set=row.set)  # fmt: skip
        for slot in self.slots:
            self.device.watch(slot, self._good, self._bad)
        loop.accept(self.pair.wish, self.put)

    def table(self) -> list[Values] | None:
        """Return the zone table; None until all of it was read."""
        values = [slot.values for slot in self.slots]
        return [v for v in values if v is not None] if None not in values else None

    def find(self, kelvin: float) -> Zone | None:
        """Return the zone of a setpoint; None outside the table or while it is not known."""
        table = self.table()
        return zone_of(kelvin, table) if table is not None else None

    def between(self, low: float, high: float) -> list[Zone]:
        """Return the zones a setpoint meets from ``low`` to ``high``, [K]."""
        table = self.table() or []
        first, last = zone_of(low, table), zone_of(high, table)
        used = next((k for k, values in enumerate(table) if values["upper"] == 0), len(table))
        begin = first.number if first is not None else used + 1
        end = last.number if last is not None else used
        return [Zone(k, table[k - 1]) for k in range(begin, end + 1)]

    def present(self) -> Zone | None:
        """Return the zone of the working setpoint."""
        setpoint = self.loop.target.setpoint
        return self.find(setpoint) if setpoint is not None else None

    def other_input(self) -> str:
        """Return why it is not known which input controls; empty when it is.

        Whether ``OUTMODE?`` follows a zone that names an input is unverified (ADR 0014): where both say the
        same there is nothing to know.
        """
        if self.loop.mode != "Zone":
            return ""
        if self.table() is None:
            return "zones have not been read yet"
        zone = self.present()
        if zone is None or not zone.values["input"]:
            return ""
        named, said = "ABCD"[zone.values["input"] - 1 :][:1] or "of a scanner", self.loop.input
        return "" if named == said else f"zone {zone.number} names input {named}, OUTMODE? says {said}"

    def show_number(self) -> None:
        """Bring ``ZONE`` up to date."""
        if self.table() is None or self.loop.target.setpoint is None:
            return
        zone = self.present()
        self.number.post(zone.number if zone is not None and self.loop.mode == "Zone" else 0)

    def _bad(self, status: str) -> None:
        self.pair.hide(status)
        if not self.number.undefined:
            self.number.invalidate(status)

    def _good(self, values: Values) -> None:
        table = self.table()
        if table is not None and not any(slot.error for slot in self.slots):
            self.pair.show(tuple(float(zone[c]) for zone in table for c in COLUMNS))

    async def put(self, request: Put) -> None:
        """Write the zones that differ, all or none; refused until the table was read."""
        self.loop.insist()
        if self.table() is None:
            raise Refused("zones have not been read yet")
        values = list(request.value)
        if len(values) != len(self.slots) * len(COLUMNS):
            raise Refused(f"expected {len(self.slots) * len(COLUMNS)} numbers, got {len(values)}")
        new = [_zone(values[k * len(COLUMNS) : (k + 1) * len(COLUMNS)], k + 1) for k in range(len(self.slots))]
        _ascending(new)
        for slot, zone in zip(self.slots, new, strict=True):
            try:
                slot.row.tell(zone, *slot.address)
            except Refused as error:
                raise Refused(f"zone {slot.address[1]}: {error}") from error
        await self.pair.carry_out(lambda: self._write(new))

    def _same(self, k: int, one: Values, other: Values) -> bool:
        row = self.slots[k].row
        return all(row[c].codec.same(one[c], other[c]) for c in COLUMNS)

    async def _write(self, new: list[Values]) -> None:
        async def work(talk: Conversation) -> None:
            old = await self._read(talk)
            changed = [k for k in range(len(new)) if not self._same(k, new[k], old[k])]
            done: list[int] = []
            try:
                for start in range(0, len(changed), PER_MESSAGE):
                    part = changed[start : start + PER_MESSAGE]
                    done += part
                    await self._send(talk, part, new)
            except CryoError:
                for start in range(0, len(done), PER_MESSAGE):
                    await self._send(talk, done[start : start + PER_MESSAGE], old)
                raise

        await self.device.transact(work)

    async def _read(self, talk: Conversation) -> list[Values]:
        """Ask for the table as it is now: it can be edited at the front panel."""
        replies: list[str] = []
        for start in range(0, len(self.slots), ASKED):
            part = self.slots[start : start + ASKED]
            replies += await talk.chain([slot.row.ask(*slot.address) for slot in part])
        table = [slot.row.parse(reply) for slot, reply in zip(self.slots, replies, strict=True)]
        for slot, values in zip(self.slots, table, strict=True):
            self.device.learn(slot, values, self.loop.desk.clock.now())
        return table

    async def _send(self, talk: Conversation, part: list[int], table: list[Values]) -> None:
        slots = [self.slots[k] for k in part]
        commands = [s.row.tell(table[k], *s.address) for k, s in zip(part, slots, strict=True)]
        replies = await self.device.checked(talk, [*commands, *(s.row.ask(*s.address) for s in slots)])
        for k, slot, reply in zip(part, slots, replies, strict=True):
            self.device.learn(slot, slot.row.parse(reply), self.loop.desk.clock.now())
            if not self._same(k, table[k], self.device.known(slot)):
                raise DeviceRefused(f"{self.device.name} did not keep zone {k + 1}")


def _zone(numbers: list[float], number: int) -> Values:
    zone: Values = dict(zip(COLUMNS, numbers, strict=True))
    for name in WHOLE:
        if zone[name] != int(zone[name]):
            raise Refused(f"zone {number}: {name} {zone[name]:g} is not a whole number")
        zone[name] = int(zone[name])
    return zone


def _ascending(table: list[Values]) -> None:
    """Check that the upper bounds of the used zones rise, and that unused zones come last."""
    bounds = [zone["upper"] for zone in table]
    used = bounds[: bounds.index(0)] if 0 in bounds else bounds
    if any(bounds[len(used) :]):
        raise Refused(f"zone {len(used) + 1} is unused but a later one is not")
    for k, (low, high) in enumerate(zip(used, used[1:], strict=False), start=1):
        if not low < high:
            raise Refused(f"zone {k + 1} ends at {high:g} K, below zone {k}")
