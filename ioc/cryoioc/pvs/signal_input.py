"""A quantity that a transmitter sends as a voltage or current to an input of a box.

A number counts only when the box is known to be set to engineering units and to a range of the right
unit, and when the transmitter can be sending it: 0 mA in a loop of 4 to 20 mA is a broken wire.
"""

from __future__ import annotations

from typing import Protocol

from cryoioc.clock import Clock
from cryoioc.devices.adam import FORMAT, RANGES, Range
from cryoioc.pvs.device import Device, Values
from cryoioc.station_rig import SIGNALS, Quantity


class Measured(Protocol):
    """Whatever a source keeps true."""

    clock: Clock

    def take(self, value: float, when: float) -> None:
        """Take a value that was measured at clock time ``when``, [s]."""

    def lose(self, word: str, status: str) -> None:
        """Hear in a word, and as a status of EPICS, that there is no value now."""


class SignalInput:
    """What one input of a box says of a quantity."""

    def __init__(self, quantity: Measured, spec: Quantity, device: Device) -> None:
        self.quantity, self.spec, self.signal = quantity, spec, SIGNALS[spec.signal]
        (unit,) = device.model.units
        channel = str(spec.channel)
        self.box, self.single = device.slot("$2", unit), device.slot("$8C", unit, channel)
        device.watch(device.slot("#N", unit, channel), self._good, lambda status: quantity.lose("No reading", status))
        for slot in (self.box, self.single):
            device.watch(slot, lambda _: None)

    def _range(self) -> Range | None:
        """Return what the input is set to; None while that is not known, or not of use."""
        if self.box.values is None or self.single.values is None:
            return None
        if int(self.box.values["format"], 16) & FORMAT:
            return None
        return RANGES.get(self.single.values["range"] or self.box.values["range"])

    def _good(self, values: Values) -> None:
        span, signal, spec = self._range(), self.signal, self.spec
        if span is None or span.unit != signal.unit:
            known = self.box.values is not None and self.single.values is not None
            self.quantity.lose("Wrong setting" if known else "No reading", "CALC" if known else "UDF")
            return
        sent = values["value"] * span.factor
        if sent < signal.least:
            self.quantity.lose("Open loop" if signal.low > 0.0 else "Under range", "READ")
        elif sent > signal.most:
            self.quantity.lose("Over range", "READ")
        else:
            share = (sent - signal.low) / (signal.high - signal.low)
            value = spec.at_low + share * (spec.at_high - spec.at_low)
            self.quantity.take(value, self.quantity.clock.now())
