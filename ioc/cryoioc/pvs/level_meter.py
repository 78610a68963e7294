"""A helium level meter as the source of a level: percent of the probe, and when that was measured.

A superconducting probe boils helium while it measures, so it is powered now and then only, and the meter
goes on answering the last level in between.  None of the meters says when that was.  A measurement is
*seen* when the meter says that it measures, or the level has changed; before one was seen, the level is as
old as the sample interval at most, as far as anybody knows, and MINOR.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from cryoioc.devices.ami import obeyed
from cryoioc.devices.cryomagnetics import FAULTS, MEASURING, STATUS_BITS
from cryoioc.link import Conversation
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.rig_quantity import RigQuantity
from cryoioc.records import Channel
from cryoioc.station_rig import Quantity

SETTLED = 30.0  # s after a connection; by then the first measurement is over, or it measures all the time
POWERED = 10.0  # mA in a probe that is being measured; 75 mA is usual
PERCENT = (-2.0, 105.0)  # what a level can be
CM_PER = {"CM": 1.0, "C": 1.0, "IN": 2.54, "I": 2.54}


def percent(value: float, unit: str, length: Values | None) -> float | None:
    """Return a level in per cent of the probe; None where its length is needed and not known.

    ``length`` holds "length" and "unit" of the active length.

    >>> percent(31.5, "IN", {"length": 160.02, "unit": "CM"})
    50.0
    """
    if unit == "%":
        return value
    if length is None or length["unit"] not in CM_PER or length["length"] <= 0.0:
        return None
    share = value * CM_PER[unit] / (float(length["length"]) * CM_PER[length["unit"]])
    return round(100.0 * share, 3)


class LevelMeter(ABC):
    """What all meters have in common.

    Parameters
    ----------
    quantity : RigQuantity
        The level, [%].
    interval : Channel
        Where the time between two samples is shown, [min].
    """

    def __init__(self, quantity: RigQuantity, interval: Channel, device: Device) -> None:
        self.quantity, self.device = quantity, device
        self.seen: float | None = None  # s, clock time of the last measurement seen
        self.interval: float | None = None  # s, between two samples
        self.on_measured: Callable[[float, float], None] = lambda when, level: None
        self._shown = interval
        self._measuring: bool | None = None  # None: not told on this connection
        self._since = 0.0  # s, when the connection came up
        self._last: float | None = None  # %, level of the last reply
        device.on_edge(self._edge)

    @abstractmethod
    async def measure(self) -> None:
        """Have it measured now; the level follows when the meter has done so."""

    def _edge(self) -> None:
        """What the meter did while nobody listened was not seen; it may have been switched off and on."""
        self._measuring, self._since = None, self.quantity.clock.now()

    def _bad(self, status: str) -> None:
        self.quantity.lose("No reading", status)

    def _sampled_every(self, seconds: float) -> None:
        self.interval = seconds
        self._shown.post(seconds / 60.0)

    def _busy(self, measuring: bool) -> None:
        """Note whether the meter measures just now; when it ends, the next level is a new one."""
        now = self.quantity.clock.now()
        if measuring or self._measuring:
            self.seen = now
        if not measuring:
            self._since = now - SETTLED  # it has a level
        self._measuring = measuring

    def _level(self, level: float | None) -> None:
        now = self.quantity.clock.now()
        if self._measuring is None:
            return
        if self._measuring and now < self._since + SETTLED:
            # Its first since it was switched on, perhaps: until it ends there is no level.
            self.quantity.lose("Measuring", "READ" if self._last is not None else "UDF")
            return
        if level is None:
            self.quantity.lose("Wrong setting", "CALC")
            return
        if not PERCENT[0] <= level <= PERCENT[1]:
            self.quantity.lose("Sensor fault", "READ")
            return
        if self._last is not None and level != self._last:
            self.seen = now
            self.on_measured(now, level)
        self._last = level
        if self.seen is not None:
            self.quantity.take(level, self.seen, "Measuring" if self._measuring else "OK")
        elif self.interval is not None:
            when = now - self.interval if self.quantity.when is None else self.quantity.when
            self.quantity.take(level, when, "Age assumed", "MINOR")


class Ami(LevelMeter):
    """AMI 1700: the current in its probe tells when it measures."""

    def __init__(self, quantity: RigQuantity, interval: Channel, device: Device, spec: Quantity) -> None:
        super().__init__(quantity, interval, device)
        self._unit, self._length = device.slot("HE:UNIT"), device.slot("HE:LEN")
        device.watch(device.slot("MEAS:HE:LEV"), self._good, self._bad)
        device.watch(device.slot("MEAS:ADC2"), lambda values: self._busy(values["current"] >= POWERED))
        device.watch(device.slot("HE:INT"), lambda values: self._sampled_every(60.0 * values["interval"]))

    def _good(self, values: Values) -> None:
        if self._unit.values is None:
            return
        unit, known = self._unit.values["unit"], self._length.values
        length = {"length": known["length"], "unit": unit} if known is not None else None
        self._level(percent(values["level"], unit, length))

    async def measure(self) -> None:
        """Have it measured now; :class:`DeviceRefused` if the meter says anything else than yes."""
        command = self.device.model["MEAS:HE:SAMP"].tell({})

        async def work(talk: Conversation) -> None:
            (reply,) = await talk.chain([command])
            obeyed(command, reply)

        await self.device.transact(work)


class Lm(LevelMeter):
    """Cryomagnetics LM-500: its status says when it measures, and whether the sensor is whole."""

    def __init__(self, quantity: RigQuantity, interval: Channel, device: Device, spec: Quantity) -> None:
        super().__init__(quantity, interval, device)
        self._channel = spec.channel
        self._faults: tuple[str, ...] = ()
        self._status, self._selected = device.slot("STAT"), device.slot("CHAN")
        self._length: Slot = device.slot("LNGTH")
        device.watch(device.slot("MEAS", str(spec.channel)), self._good, self._bad)
        device.watch(self._status, self._told)
        device.watch(device.slot("INTVL"), self._interval)

    def _mine(self) -> bool:
        """Say whether settings that were read are about our channel."""
        return self._selected.values is not None and self._selected.values["channel_number"] == self._channel

    def _interval(self, values: Values) -> None:
        if self._mine():
            self._sampled_every(float(values["interval"]))

    def _told(self, values: Values) -> None:
        bits = values["first" if self._channel == 1 else "second"]
        self._faults = tuple(word for word in STATUS_BITS.words(bits) if word in FAULTS)
        self._busy(bool(bits & MEASURING))

    def _good(self, values: Values) -> None:
        if self._status.values is None:
            return
        if self._faults:
            self.quantity.lose("Sensor fault", "READ")
            return
        known = self._length.values if self._mine() else None
        length = {"length": known["value"], "unit": known["unit"]} if known is not None else None
        self._level(percent(values["value"], values["unit"], length))

    async def measure(self) -> None:
        """Have it measured now.  Its front panel is locked while it takes commands, and given back at once."""
        model, channel = self.device.model, str(self._channel)
        commands = [model["REMOTE"].tell({}), model["MEAS!"].tell({}, channel), model["LOCAL"].tell({})]

        async def work(talk: Conversation) -> None:
            (reply,) = await talk.chain([*commands, self._status.row.ask()])
            self.device.learn(self._status, self._status.row.parse(reply), self.quantity.clock.now())

        await self.device.transact(work)


LEVEL_METERS: dict[str, type[Ami] | type[Lm]] = {"ami1700": Ami, "lm500": Lm}
