"""What the instrument says of itself: standard event register, status byte, and the groups of its dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryosim.emulators.scpi.output import Output, Trip
from cryosim.emulators.scpi.registers import Register

if TYPE_CHECKING:
    from cryosim.emulators.scpi.supply import Supply

# Channel groups of an N6700 (operating guide of N6705C p. 350).
CV, CC, OFF = 1, 2, 4  # operation
OV, OC, LIMIT, UNREGULATED, PROTECTED = 1, 2, 128, 1024, 2048  # questionable
# Summary of one output in the questionable group of E36312A and HMP (bias-flow-vacuum.md 1.2).
SUMMARY_CC, SUMMARY_CV = 1, 2
SUMMARY_TRIPS = {"high": (512, 1024), "low": (4, 8)}  # over-voltage, over-current
INSTRUMENT = 1 << 13  # bit of the questionable group that sums up the outputs
ERRORS, QUESTIONABLE, EVENTS, SERVICE, OPERATION = 4, 8, 32, 64, 128  # status byte


class Status:
    """All registers of one instrument."""

    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self.standard: Register = Register()
        self.service: int = 0  # *SRE
        count = len(supply.outputs)
        self.operation: list[Register] = [Register() for _ in range(count)]
        self.questionable: list[Register] = [Register() for _ in range(count)]
        self.instrument: Register = Register()
        self.whole: Register = Register()

    def update(self) -> None:
        """Take the conditions of all outputs as they are now."""
        for output, operation, questionable in zip(
            self._supply.outputs, self.operation, self.questionable, strict=True
        ):
            if self._supply.face.frame:
                operation.update(_operation(output))
                questionable.update(_questionable(output))
            else:
                questionable.update(_summary(output, SUMMARY_TRIPS[self._supply.options.summary_bits]))
        sums = (2 << n for n, register in enumerate(self.questionable) if register.summary)
        self.instrument.update(sum(sums))
        self.whole.update(INSTRUMENT if self.instrument.summary else 0)

    def clear(self) -> None:
        """Do what ``*CLS`` does to registers."""
        for register in (self.standard, self.instrument, self.whole, *self.operation, *self.questionable):
            register.event = 0

    def byte(self) -> int:
        """Return the status byte."""
        supply = self._supply
        questionable = any(r.summary for r in self.questionable) if supply.face.frame else self.whole.summary
        bits = ERRORS if len(supply.errors) and supply.face.dialect == "list" else 0
        bits |= QUESTIONABLE if questionable else 0
        bits |= EVENTS if self.standard.summary else 0
        bits |= OPERATION if any(r.summary for r in self.operation) else 0
        return bits | (SERVICE if bits & self.service else 0)


def _operation(output: Output) -> int:
    if not output.settings.on:
        return OFF
    if not output.live:
        return 0
    return CC if output.terminals().limited else CV


def _questionable(output: Output) -> int:
    bits = {Trip.OVER_VOLTAGE: OV, Trip.OVER_CURRENT: OC, Trip.COUPLED: PROTECTED}.get(output.trip, 0)
    if output.live and output.terminals().limited and output.rating.smu:
        bits |= LIMIT
    return bits


def _summary(output: Output, trips: tuple[int, int]) -> int:
    bits = 0
    if output.live:
        bits |= SUMMARY_CC if output.terminals().limited else SUMMARY_CV
    if output.trip is Trip.OVER_VOLTAGE:
        bits |= trips[0]
    elif output.trip is not Trip.NONE:
        bits |= trips[1]
    return bits
