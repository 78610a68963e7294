"""The instrument's own limits against the station file: they must hold when nobody looks.

TLIMIT, the setpoint limit of the curve, the power-up flag, the maximum current and the ranges of the zone table are
read, compared and told in words, those of a power supply in the PVs of its outputs; ``cryoioc check --apply-limits``
writes them, on a person's command only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from cryoioc.errors import Refused
from cryoioc.link import Conversation
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import LONG, Group
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.output import MARGIN, amperes
from cryoioc.pvs.power_output import PowerGroup
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.records import Channel, Record

SAME = 0.05  # K; instruments keep tenths
FIRST_USER_CURVE = 21  # standard curves cannot be changed (lakeshore-protocol.md 4.5)


@dataclass(frozen=True)
class Difference:
    """One limit that is not as the station file says, and how it is put right."""

    text: str
    write: Callable[[], Awaitable[None]]


class Compared(Protocol):
    """Limits of something that are compared with the station file."""

    group: Group
    device: Device

    @property
    def known(self) -> bool:
        """Whether everything that is compared has been read."""

    def find(self) -> list[Difference]:
        """Return what differs."""


class SecondLine:
    """``<group>:GUARD`` and ``<group>:GUARD:WHY`` of a thermometer or a loop: implements :class:`Compared`."""

    def __init__(self, group: Group, device: Device, slots: list[Slot], find: Callable[[], list[Difference]],
                 header: Channel | None = None) -> None:  # fmt: skip
        self.group, self.device = group, device
        self._slots, self._find, self._header = slots, find, header
        self.state = group.declare(
            Record(name=group.pv("GUARD"), kind="bi", states=("OK", "Differs"), severities={"Differs": "MAJOR"},
                   doc="Limits kept in the instrument"), about=About(alert=alerts.GUARD))  # fmt: skip
        self.why = group.declare(
            Record(name=group.pv("GUARD:WHY"), kind="charin", length=LONG, doc="Which limits differ, and how")
        )

    @property
    def known(self) -> bool:
        """Whether everything that is compared has been read, of a curve its header too."""
        polled = all(slot.values is not None and slot.error is None for slot in self._slots)
        return polled and (self._header is None or self._header.valid)

    def find(self) -> list[Difference]:
        """Return what differs."""
        return self._find()

    def tick(self) -> None:
        """Compare; called about once a second."""
        if not self.known:
            if not self.state.undefined:
                self.state.invalidate("COMM")
                self.why.invalidate("COMM")
            return
        texts = [difference.text for difference in self.find()]
        self.state.post("Differs" if texts else "OK")
        self.why.post("; ".join(texts)[: LONG - 1])


class SupplyLine:
    """Limits of an output of a power supply, which ``<group>:LIMITS`` shows: implements :class:`Compared`."""

    def __init__(self, power: PowerGroup) -> None:
        self.group: Group = power
        self.device = power.device
        self._power = power

    @property
    def known(self) -> bool:
        """Whether everything that is compared has been read."""
        return self._power.limits.valid

    def find(self) -> list[Difference]:
        """Return what differs; all of it is written together, in the order that is safe."""
        texts = self._power.differs
        return [Difference("; ".join(texts), self._power.program)] if texts else []


def of_thermometer(group: ThermometerGroup) -> SecondLine | None:
    """Return the second line of a thermometer; None where its instrument has none or the file asks for none."""
    device, spec = group.device, group.spec
    if "TLIMIT" not in device.model.rows or (spec.tlimit is None and spec.setpoint_limit is None):
        return None
    tlimit = device.slot("TLIMIT", spec.input)

    def find() -> list[Difference]:
        found = []
        if spec.tlimit is not None and abs(device.known(tlimit)["limit"] - spec.tlimit) > SAME:
            text = f"TLIMIT {spec.input} is {device.known(tlimit)['limit']:g} K, not {spec.tlimit:g} K"
            found.append(Difference(text, partial(_write, group, device, tlimit, {"limit": spec.tlimit})))
        wanted, held = spec.setpoint_limit, group.curve_limit
        if wanted is not None and held is not None and abs(held - wanted) > SAME:
            text = f"curve of input {spec.input} has setpoint limit {held:g} K, not {wanted:g} K"
            found.append(Difference(text, partial(_limit_curve, group, wanted)))
        return found

    header = group.curve_name if spec.setpoint_limit is not None else None
    return SecondLine(group, device, [tlimit, group.incrv], find, header)


def of_loop(loop: LoopGroup) -> SecondLine:
    """Return the second line of a loop."""
    device, output = loop.device, loop.output
    setup = output.setup_slot if output.has_setup and not output.fixed else None
    zones = loop.zones.slots

    def find() -> list[Difference]:
        found = []
        if device.known(loop.outmode)["powerup"] != "Off":
            text = "power-up flag is On: the range survives a power cycle"
            found.append(Difference(text, partial(_write, loop, device, loop.outmode, {"powerup": "Off"})))
        most = loop.spec.max_current
        if setup is not None and amperes(device.known(setup)) > most * MARGIN:
            text = f"maximum current is {amperes(device.known(setup)):g} A, not {most:g} A"
            found.append(Difference(text, partial(_limit_current, loop, setup, most)))
        for number, slot in enumerate(zones, start=1):
            zone, allowed = device.known(slot), loop.spec.zone_range
            if zone["upper"] and zone["range"] > allowed:
                text = f"zone {number} sets range {zone['range']}, at most {allowed} is meant"
                found.append(Difference(text, partial(_write, loop, device, slot, {"range": allowed})))
        return found

    return SecondLine(loop, device, [loop.outmode, *([setup] if setup is not None else []), *zones], find)


# --- writing, on a person's command --------------------------------------------------------------------


async def _write(group: Group, device: Device, slot: Slot, changes: Values) -> None:
    await device.write(slot, changes, group.desk.clock.now)


async def _limit_current(loop: LoopGroup, setup: Slot, most: float) -> None:
    if loop.output.range != "Off":
        raise Refused(f"put {loop.name} RANGE Off first")
    await _write(loop, loop.device, setup, loop.output.current_fields(most))


async def _limit_curve(group: ThermometerGroup, kelvin: float) -> None:
    """Write the setpoint limit into the header of the curve in use, which must be a user curve."""
    device, number = group.device, int(group.device.known(group.incrv)["curve"])
    if number < FIRST_USER_CURVE:
        raise Refused(f"curve {number} is a standard curve: its limit cannot be changed")
    row: Any = device.model["CRVHDR"]

    async def work(talk: Conversation) -> None:
        (reply,) = await talk.chain([row.ask(number)])
        header = row.parse(reply) | {"limit": kelvin}
        (reply,) = await device.checked(talk, [row.tell(header, number), row.ask(number)])
        if abs(row.parse(reply)["limit"] - kelvin) > SAME:
            raise Refused(f"{device.name} kept a setpoint limit of {row.parse(reply)['limit']:g} K")

    await device.transact(work)
