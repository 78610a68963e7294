"""The valve of a controller: it follows its setpoint with one time constant."""

from __future__ import annotations

import math

from cryosim.emulators.alicat.memory import Memory
from cryosim.emulators.alicat.tables import PRESSURE_SETPOINT

TIME_CONSTANT = 0.3  # s; bias-flow-vacuum.md 3.1
RAMP_SECONDS = {3: 1e-3, 4: 1.0, 5: 60.0, 6: 3600.0, 7: 86400.0}  # s by time code


class Valve:
    """State of a controller that a power failure resets."""

    def __init__(self, full_scale: float, target: float) -> None:
        self.full_scale = full_scale  # SLPM
        self.target = target  # where the setpoint has got to on its ramp, as Memory.setpoint
        self.flow = 0.0  # SLPM
        self.closed = False  # held closed
        self.kept = False  # held in place
        self._pressure: float | None = None  # PSIA, while pressure is controlled

    @property
    def held(self) -> bool:
        """True while the valve does not follow the setpoint."""
        return self.closed or self.kept

    @property
    def drive(self) -> float:
        """Valve drive, [%]."""
        return 100.0 * min(1.0, max(0.0, self.flow / self.full_scale))

    def pressure_or(self, psia: float) -> float:
        """Return the controlled pressure, or that of the pipe when flow is controlled, [PSIA]."""
        return psia if self._pressure is None else self._pressure

    def advance(self, dt: float, memory: Memory) -> None:
        """Let ``dt`` seconds pass."""
        self._ramp(dt, memory)
        share = 1.0 - math.exp(-dt / TIME_CONSTANT)
        wanted = self.target
        if memory.loop_variable == PRESSURE_SETPOINT:
            if not self.held:
                before = 14.696 if self._pressure is None else self._pressure
                self._pressure = before + share * (wanted - before)
            return
        self._pressure = None
        if self.closed:
            wanted = 0.0
        if not self.kept:
            self.flow += share * (min(1.28 * self.full_scale, max(0.0, wanted)) - self.flow)

    def _ramp(self, dt: float, memory: Memory) -> None:
        goal, now = memory.setpoint, self.target
        up, down, to_zero, _ = memory.ramp_when
        asked = to_zero if goal == 0.0 else up if goal > now else down
        if not memory.ramp_rate or not asked:
            self.target = goal
            return
        step = memory.ramp_rate / RAMP_SECONDS[memory.ramp_unit] * dt
        self.target = min(goal, now + step) if goal > now else max(goal, now - step)
