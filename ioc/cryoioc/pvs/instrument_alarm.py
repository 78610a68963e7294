"""The alarm an instrument itself raises on an input: its limits are kelvin at the PVs, whatever it keeps them in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cryoioc.errors import CryoError, DeviceRefused, Refused
from cryoioc.link import Conversation
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.device import Slot, Values
from cryoioc.pvs.reading import from_kelvin, to_kelvin
from cryoioc.pvs.settings import Pair, Setting
from cryoioc.records import Channel, Put, Record

if TYPE_CHECKING:
    from cryoioc.pvs.thermometer import ThermometerGroup

SETTINGS = (("ALARM", "on"), ("ALARM:SOURCE", "source"), ("ALARM:LATCH", "latch"), ("ALARM:AUDIBLE", "audible"),
            ("ALARM:VISIBLE", "visible"))  # fmt: skip


@dataclass(frozen=True)
class Units:
    """What says which units the limits are in, and the PV that sets it."""

    slot: Slot
    field: str
    cure: str


def add_alarm(group: ThermometerGroup) -> None:
    """Declare what the model has of ``ALARM`` and its companions."""
    letter, device = group.spec.input, group.device
    slot, state = device.slot("ALARM", letter), device.slot("ALARMST", letter)
    fields = {field.name for field in slot.row.fields}
    for suffix, field in SETTINGS:
        if field in fields:
            Setting(group, suffix, device, slot, field)
    units = Units(slot, "source", "ALARM:SOURCE") if "source" in fields else Units(group.intype, "units", "UNITS")
    KelvinSetting(group, "ALARM:HIGH", slot, "high", "Instrument alarm, high", units)
    KelvinSetting(group, "ALARM:LOW", slot, "low", "Instrument alarm, low", units)
    KelvinSetting(group, "ALARM:DEADBAND", slot, "deadband", "Instrument alarm deadband", units, difference=True)
    for suffix, field in (("ALARM:HIGH:STATE", "high"), ("ALARM:LOW:STATE", "low")):
        record = Record(name=group.pv(suffix), kind="bi", states=("Off", "On"), doc=state.row[field].doc,
                        severities={"On": "MAJOR"})  # fmt: skip
        channel = group.declare(record, instrument=device.name, query=state.row.ask(letter), every=state.row.every,
                                about=About(alert=alerts.INSTRUMENT_ALARM))  # fmt: skip
        device.watch(state, partial(_post_field, channel, field), channel.invalidate)

    async def reset() -> None:
        await device.tell("ALMRST")

    group.command("ALARM:RESET", "Reset alarms of all inputs", reset, instrument=device.name, set="ALMRST")


def _post_field(channel: Channel, field: str, values: Values) -> None:
    channel.post(values[field])


class KelvinSetting:
    """An alarm limit: kelvin at the PV, the units of the input or of the alarm on the wire.

    The units are read with the limit, by the poll and by a put, because they can be changed at the front panel
    at any time.
    """

    def __init__(self, group: ThermometerGroup, suffix: str, slot: Slot, field: str, doc: str, units: Units, *,
                 difference: bool = False) -> None:  # fmt: skip
        self.group, self.slot, self.field, self.units, self.difference = group, slot, field, units, difference
        keywords = {"kind": "ai", "unit": "K", "precision": 3, "doc": doc}
        device = group.device
        row = slot.row
        self.pair = Pair(group, suffix, keywords, instrument=device.name, query=row.ask(*slot.address), set=row.set,
                         every=row.every)  # fmt: skip
        device.watch(slot, self._good, self.pair.hide)
        group.accept(self.pair.wish, self.put)

    def _units(self) -> str:
        return str(self.group.device.known(self.units.slot)[self.units.field])

    def _relative(self, units: str) -> bool:
        """Whether the value is a difference of temperatures, the same number in kelvin and Celsius."""
        return self.difference and units in ("Kelvin", "Celsius")

    def _good(self, values: Values) -> None:
        value = values[self.field]
        try:
            units = self._units()
            self.pair.show(value if self._relative(units) else to_kelvin(value, units, self.units.cure))
        except Refused:
            self.pair.hide("CALC")

    def _wire(self, kelvin: float) -> float:
        units = self._units()
        return kelvin if self._relative(units) else from_kelvin(kelvin, units, self.units.cure)

    async def put(self, request: Put) -> None:
        """Carry out a put: read units and siblings, write, read back, in one transaction."""
        device, slot, group = self.group.device, self.slot, self.group
        kelvin = float(request.value)
        device.known(slot)
        self._wire(kelvin)

        async def work(talk: Conversation) -> None:
            now, same = group.desk.clock.now, slot.row[self.field].codec.same

            async def send(values: Values) -> list[str]:
                return await device.checked(talk, [slot.row.tell(values, *slot.address), *slot.queries])

            fresh = device.hear(slot, await talk.chain(slot.queries), now())
            units = self._units()
            value = self._wire(kelvin)
            if same(value, fresh[self.field]):
                return
            kept = device.hear(slot, await send(fresh | {self.field: value}), now())
            problem: CryoError | None = None
            if self._units() != units:
                problem = Refused(f"units are now {self._units()}: put again")
            elif not same(value, kept[self.field]):
                problem = DeviceRefused(f"{device.name} kept {kept[self.field]:g} instead of {value:g}")
            if problem is not None:
                device.hear(slot, await send(fresh), now())
                raise problem

        async def carry() -> None:
            await device.transact(work)

        await self.pair.carry_out(carry)
