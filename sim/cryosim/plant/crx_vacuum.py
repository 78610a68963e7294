"""One step of the receiver's vacuum: air with pump, vent and zeolite at once, then water and helium."""

from __future__ import annotations

import math

from cryosim.physics.sorption import half_pressure, loading_after
from cryosim.physics.vacuum import outgassing_time
from cryosim.plant.crx_hands import Hands
from cryosim.plant.crx_ledger import Ledger
from cryosim.plant.crx_parameters import Parameters
from cryosim.plant.crx_state import ATMOSPHERE, STAGE1, ZEOLITE1, State, capacities

TRAPS_BELOW, TRAPS_ALL = 200.0, 150.0  # K of the shield between which it becomes a trap for water
EXACT = 1e-12  # relative, of the pressure
ITERATIONS = 60


def vacuum(s: State, hands: Hands, ledger: Ledger, p: Parameters, dt: float) -> None:
    """Let gas come, go and stick for ``dt`` seconds."""
    pump = p.pump_speed if hands.pump and hands.valve else 0.0
    vent = p.volume / p.vent_time if hands.vent else 0.0
    _air(s, ledger, p, pump, vent, dt)
    _water(s, ledger, p, pump, bool(vent), dt)
    load = s.leak_helium * dt
    after = (s.helium * p.volume + load) / (p.volume + pump * dt)
    ledger.helium += load - pump * after * dt
    s.helium = after
    _relief(s, ledger, p)


def _air(s: State, ledger: Ledger, p: Parameters, pump: float, vent: float, dt: float) -> None:
    """Solve gas and zeolite together: warm zeolite answers in less than a step."""
    load = p.leak + p.wall_outgassing + s.leak_air + pump * p.pump_ultimate + vent * ATMOSPHERE
    away = pump + vent
    speed = p.zeolite_speed * dt
    boxes = [
        (held, size, speed * half_pressure(s.kelvin[ZEOLITE1 + n]))
        for n, (held, size) in enumerate(zip(s.loading, capacities(p), strict=True))
    ]
    had = s.air * p.volume + sum(s.loading) + load * dt
    pressure = s.air
    for _ in range(ITERATIONS):
        ends = [loading_after(held, speed * pressure, size, stiff) for held, size, stiff in boxes]
        excess = (p.volume + away * dt) * pressure + sum(end for end, _ in ends) - had
        slope = p.volume + away * dt + speed * sum(change for _, change in ends)
        step = excess / slope
        pressure = max(0.0, pressure - step)
        if abs(step) <= EXACT * pressure:
            break
    before = s.air * p.volume + sum(s.loading)
    s.loading = [loading_after(held, speed * pressure, size, stiff)[0] for held, size, stiff in boxes]
    s.air = pressure
    ledger.air += load * dt - away * pressure * dt
    # What the iteration has left over is booked as gas: the books are exact, the pressure to its last digits.
    s.air += (before + load * dt - away * pressure * dt - s.air * p.volume - sum(s.loading)) / p.volume
    s.air = max(0.0, s.air)


def _water(s: State, ledger: Ledger, p: Parameters, pump: float, open_to_room: bool, dt: float) -> None:
    """Let water leave the surfaces as they are warm, and come back to them as they are cold."""
    time = outgassing_time(s.kelvin[STAGE1])
    sticks = p.water / (outgassing_time(p.ambient) * p.water_pressure)
    cold = min(1.0, max(0.0, (TRAPS_BELOW - s.kelvin[STAGE1]) / (TRAPS_BELOW - TRAPS_ALL)))
    back = sticks + p.water_trap * cold
    leaves = s.wet * -math.expm1(-dt / time)
    after = (s.water * p.volume + leaves) / (p.volume + (pump + back) * dt)
    s.wet += back * after * dt - leaves
    s.water = after
    ledger.water -= pump * after * dt
    if open_to_room:
        taken = (p.water - s.wet) * -math.expm1(-dt / p.moistening)
        s.wet += taken
        ledger.water += taken


def _relief(s: State, ledger: Ledger, p: Parameters) -> None:
    """Let out what is above the pressure of the relief valve."""
    share = (ATMOSPHERE + p.relief_opens) / max(1.0, s.air + s.water + s.helium)
    if share >= 1.0:
        return
    lost = (1.0 - share) * p.volume
    ledger.air -= lost * s.air
    ledger.water -= lost * s.water
    ledger.helium -= lost * s.helium
    s.air, s.water, s.helium = share * s.air, share * s.water, share * s.helium
