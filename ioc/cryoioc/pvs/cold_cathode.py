"""The high voltage of a cold cathode: on only where the Pirani allows it, off by itself where it does harm."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cryoioc.devices import gauges
from cryoioc.errors import CryoError, DeviceRefused, Refused
from cryoioc.link import Conversation
from cryoioc.pvs.about import About
from cryoioc.pvs.background import Background
from cryoioc.pvs.desk import Group
from cryoioc.pvs.device import Device, Values
from cryoioc.pvs.settings import Pair
from cryoioc.pvs.vacuum_gauge import VacuumGauge, slot_of
from cryoioc.records import Put
from cryoioc.station_vacuum import Vacuum

ON, OFF, FIXED = "On", "Off", "Fixed"  # words of a controller; the last: this gauge cannot be switched
POWER = ("SEN", "CP")  # row of the high voltage, whichever the model has
FRESH = 5.0  # s, age up to which a Pirani's reading allows the high voltage
AGAIN = 5.0  # s between two tries to switch off


class ColdCathode:
    """``VAC:CC``, ``VAC:CC:STATUS``, ``VAC:CC:ON`` and ``VAC:CC:ON:SP``.

    Parameters
    ----------
    group : Group
    spec : Vacuum
    device : Device
        Controller of the cold cathode.
    pirani : VacuumGauge
        What says whether it may be on.
    changed : callable
        Called when its pressure or state has changed.
    """

    def __init__(
        self, group: Group, spec: Vacuum, device: Device, pirani: VacuumGauge, changed: Callable[[], None]
    ) -> None:
        assert spec.cold_cathode is not None
        channel = spec.cold_cathode.channel
        self.group, self.spec, self.device, self.pirani = group, spec, device, pirani
        self.clock = group.desk.clock
        # Under range is no bound here: a discharge that has not struck reads so at any pressure.
        self.gauge = VacuumGauge(group, "CC", spec.cold_cathode, device, bounds={},
                                 calm=(gauges.STARTING,), changed=changed)  # fmt: skip
        self._slot = slot_of(device, next(row for row in POWER if row in device.model.rows), channel)
        row = self._slot.row
        names = [one.name for one in row.fields]
        self._field = f"channel{channel}" if f"channel{channel}" in names else names[0]
        keywords = {"kind": "bi", "states": (OFF, ON), "doc": "High voltage of the cold cathode"}
        self._pair = Pair(group, "CC:ON", keywords, instrument=device.name, query=row.ask(*self._slot.address),
                          set=row.set, every=row.every, about=About(restorable=False))  # fmt: skip
        self._low_since: float | None = None  # s, since when the Pirani has allowed it
        self._was_on = False
        self._tried = -AGAIN  # s, when it was last switched off by itself
        self._why = ""  # it is being switched off, or was, by itself
        self._background = Background(device.give_up)
        device.watch(self._slot, self._good, self._pair.hide)
        group.accept(self._pair.wish, self.put)

    async def put(self, request: Put) -> None:
        """Switch the high voltage; :class:`Refused` while the Pirani does not allow it."""
        word = str(request.value)
        if word == ON:
            self._insist()
        await self._pair.carry_out(partial(self._switch, word))
        self.gauge.dropped, self._why = False, ""
        self.gauge.show()

    def judge(self) -> None:
        """Follow the Pirani: count how long it has allowed the high voltage, and take that away above the limit."""
        now, mbar = self.clock.now(), self.pirani.mbar
        if mbar is None or mbar >= self.spec.on_below:
            self._low_since = None
        elif self._low_since is None:
            self._low_since = now
        too_high = mbar is not None and mbar > self.spec.off_above
        if too_high and self._was_on and not self._pair.ours and now - self._tried >= AGAIN:
            self._tried = now
            self._why = f"{mbar:.1E} mbar: cold cathode switched off"
            self._background.spawn(self._protect())

    def _insist(self) -> None:
        """Raise :class:`Refused` unless the Pirani allows the high voltage."""
        below = f"on only below {self.spec.on_below:.1E} mbar"
        self.device.insist_on_link()
        mbar = self.pirani.mbar
        if mbar is None or self.pirani.age > FRESH * self.clock.speed:
            raise Refused(f"Pirani gives no pressure: {below}")
        if mbar >= self.spec.on_below:
            raise Refused(f"{mbar:.1E} mbar: {below}")
        passed = self.clock.now() - self._low_since if self._low_since is not None else 0.0
        if passed < self.spec.on_after:
            raise Refused(f"low for {passed:.0f} s, wanted {self.spec.on_after:g} s {below}")

    async def _switch(self, word: str) -> None:
        """Have the controller switch, and read back what it did; nothing is sent if it is so already.

        Off is sent all the same where the controller has put it off for its protection: it then forgets why.
        """
        row, address = self._slot.row, self._slot.address
        changes = {one.name: FIXED for one in row.fields} | {self._field: word}

        async def work(talk: Conversation) -> None:
            (reply,) = await talk.chain([row.ask(*address)])
            if row.parse(reply)[self._field] != word or (word == OFF and self.gauge.state == gauges.PROTECTED):
                if word == ON:
                    self._insist()
                (answer,) = await talk.chain([row.tell(changes, *address)])
                row.parse(answer)
                (reply,) = await talk.chain([row.ask(*address)])
            kept = self.device.hear(self._slot, [reply], self.clock.now())[self._field]
            if kept != word:
                cannot = "cannot be switched" if kept == FIXED else f"stayed {kept}"
                raise DeviceRefused(f"cold cathode of {self.device.name} {cannot}")

        await self.device.transact(work)

    async def _protect(self) -> None:
        try:
            await self._switch(OFF)
        except CryoError as error:
            self.group.say(f"cold cathode is still on: {error}")
            return
        self.group.say(self._why)

    def _good(self, values: Values) -> None:
        word = values[self._field]
        if word == FIXED:
            self._pair.hide("READ")
            self._was_on = False
            return
        fell = self._was_on and word == OFF and not self._pair.ours
        self._was_on = word == ON
        if fell or word == ON:
            self.gauge.dropped = fell
            self.gauge.show()
        self._pair.show(word)
