"""Autotune as a state machine (lakeshore-protocol.md 6.7).

The stages, their order, the conditions and what becomes of I and D are the instrument's.  The
estimation of P and I from the response is not documented: the values set before the tune are kept,
and a missing I becomes the factory's.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryosim.emulators.lakeshore.control import PERIOD
from cryosim.emulators.lakeshore.memory import CLOSED_LOOP
from cryosim.emulators.lakeshore.options import Options
from cryosim.emulators.lakeshore.outputs import Output

P_ONLY, PI, PID = 0, 1, 2
LAST_STAGE = {P_ONLY: 6, PI: 10, PID: 10}
FACTORY_I = 20.0
NEAR = 5.0
"""How close the reading must be to the setpoint, [K]."""


@dataclass(frozen=True)
class Conditions:
    """What a tune needs of its loop at this moment.

    Parameters
    ----------
    has_curve : bool
        A curve is assigned to the control input.
    distance : float
        Setpoint and reading apart, [K]; infinite without a valid reading.
    """

    has_curve: bool
    distance: float


class Autotune:
    """The one tune an instrument can run."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.power_up()

    def power_up(self) -> None:
        """Forget the last tune."""
        self.active = False
        self.output = 1
        self.error = False
        self.stage = 0
        self._mode = P_ONLY
        self._elapsed = 0.0

    def start(self, output: Output, mode: int, conditions: Conditions) -> None:
        """Start a tune if its conditions hold, else report error 1 in stage 0."""
        if self.active:
            # One loop at a time: the running tune goes on.
            return
        self.output, self.stage, self._mode, self._elapsed = output.number, 0, mode, 0.0
        self.error = not (_loop_on(output) and conditions.has_curve and conditions.distance <= NEAR)
        self.active = not self.error

    def tick(self, output: Output, valid: bool) -> None:
        """Advance the running tune by one period; ``valid`` is whether its sensor can be read."""
        if not self.active:
            return
        cancelled = self._options.autotune_cancel == "range or mode" and not _loop_on(output)
        if cancelled or not valid:
            self.active, self.error = False, True
            return
        self._elapsed += PERIOD
        if self._elapsed < self._options.autotune_stage_seconds * (self.stage + 1) - PERIOD / 2:
            return
        if self.stage == LAST_STAGE[self._mode]:
            self._finish(output)
        else:
            self.stage += 1

    def _finish(self, output: Output) -> None:
        self.active, self.stage = False, 0
        integral = 0.0 if self._mode == P_ONLY else output.settings.i or FACTORY_I
        output.change(i=integral, d=100.0 if self._mode == PID else 0.0)


def _loop_on(output: Output) -> bool:
    return output.settings.mode == CLOSED_LOOP and output.settings.range > 0
