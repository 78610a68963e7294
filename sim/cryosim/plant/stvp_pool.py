"""Liquid and gas in the sample tube: evaporation, pressure, and what leaves through pump and valves.

The pressure is implicit and linear in its new value; the gas itself is the state, so that helium is
conserved whatever the pressure does.
"""

from __future__ import annotations

from typing import NamedTuple

from cryosim.physics.helium_gas import ATMOSPHERE, GAS_CONSTANT
from cryosim.physics.helium_tables import Saturation, gas, saturation
from cryosim.plant.stvp_hands import Hands
from cryosim.plant.stvp_head import Stream
from cryosim.plant.stvp_ledger import Ledger
from cryosim.plant.stvp_parameters import Parameters
from cryosim.plant.stvp_state import State, gas_capacity

LEAST = 1e-3  # Pa, pressure of an empty tube
ATTEMPTS = 40  # of Newton's method; two or three are the rule


def outlets(s: State, hands: Hands, p: Parameters) -> tuple[float, float]:
    """Return pump and vent as a line: slope, [kg/s/Pa], and flow at zero pressure, [kg/s]."""
    slope = offset = 0.0
    if hands.pump and not s.pump_failed:
        speed = p.pump_speed / (GAS_CONSTANT * p.ambient)
        slope += speed
        offset -= speed * p.pump_ultimate
    # With the positioner out the top of the tube is open.
    vent = p.vent * ((1.0 if hands.vent else 0.0) + (0.0 if hands.sample_in else 10.0))
    return slope + vent, offset - vent * ATMOSPHERE


def pool(
    s: State,
    hands: Hands,
    ledger: Ledger,
    p: Parameters,
    boiling: Saturation,
    m: Stream,
    entering: float,
    heat: float,
    dt: float,
) -> None:
    """Step liquid, gas and pressure.

    Parameters
    ----------
    entering : float
        Gas from the line into the tube, [kg/s].
    heat : float
        Its enthalpy as it enters, and what sample, tube and shield have added to all gas, [W].
    """
    liquid = s.liquid + dt * m.separated
    energy = s.liquid * s.liquid_enthalpy + dt * (m.separated_heat + m.to_pool)
    capacity = gas_capacity(s, p)
    pump_and_vent = outlets(s, hands, p)
    tube = _Tube(liquid, energy, s.gas + dt * entering, capacity, *pump_and_vent)
    pressure = _pressure(tube, p, s.pressure, dt)
    evaporated, with_it = _evaporate(s, liquid, energy, pressure, dt * entering)
    s.evaporation = evaporated / dt
    s.metered = tube.slope * pressure + tube.offset
    s.relieved = max(0.0, p.relief * (pressure - p.relief_opens))
    s.passed += dt * max(0.0, s.metered)
    left = dt * (s.metered + s.relieved)
    air = _air_drawn_in(s, hands, p, left)
    _mix(s, ledger, p, dt * entering + evaporated, dt * heat + with_it, left, air)
    s.pressure = max(LEAST, s.gas / capacity)


class _Tube(NamedTuple):
    """The sample tube while its new pressure is looked for."""

    liquid: float  # kg
    energy: float  # J, enthalpy of that
    gas: float  # kg, before anything evaporates or leaves
    capacity: float  # kg/Pa
    slope: float  # kg/s/Pa, of what leaves
    offset: float  # kg/s


def _pressure(tube: _Tube, p: Parameters, pressure: float, dt: float) -> float:
    """Return the pressure at which gas, evaporation and what leaves agree at the end of the step, [Pa].

    Newton's method on a function that falls with the pressure.  A liquid of 20 g near 2 K holds forty
    times the gas above it, so that a pressure that is only nearly right would evaporate too much of it.
    """
    for _ in range(ATTEMPTS):
        slope, offset = tube.slope, tube.offset
        if pressure > p.relief_opens:
            slope += p.relief
            offset -= p.relief * p.relief_opens
        surplus = tube.gas - dt * (slope * pressure + offset) - tube.capacity * pressure
        steepness = dt * slope + tube.capacity
        if tube.liquid > 0.0:
            boiling = saturation(pressure)
            latent = boiling.vapour - boiling.liquid
            surplus += (tube.energy - tube.liquid * boiling.liquid) / latent
            steepness += tube.liquid * boiling.slope / latent
        change = surplus / steepness
        pressure += min(pressure, max(change, -0.7 * pressure))
        if -1e-7 * pressure < change < 1e-7 * pressure:
            break
    return max(LEAST, pressure)


def _evaporate(s: State, liquid: float, energy: float, pressure: float, entering: float) -> tuple[float, float]:
    """Let liquid turn into gas so that the rest boils at the new pressure; return gas, [kg], and its heat, [J].

    Negative when gas condenses, of which there is no more than enters.
    """
    if liquid <= 0.0:
        return 0.0, 0.0
    after = saturation(pressure)
    evaporated = (energy - liquid * after.liquid) / (after.vapour - after.liquid)
    evaporated = min(liquid, max(evaporated, -entering))
    s.liquid = liquid - evaporated
    if s.liquid <= 0.0:
        return evaporated, energy
    with_it = evaporated * after.vapour
    s.liquid_enthalpy = (energy - with_it) / s.liquid
    return evaporated, with_it


def _air_drawn_in(s: State, hands: Hands, p: Parameters, left: float) -> float:
    """Return how much of what streams back is air, [kg]: first comes the helium that fills the vent's hose."""
    if not hands.vent:
        s.hose = 0.0
    if left >= 0.0:
        s.hose = min(p.hose, s.hose + left) if hands.vent else 0.0
        return 0.0
    helium = min(s.hose, -left)
    s.hose -= helium
    return -left - helium


def _mix(s: State, ledger: Ledger, p: Parameters, entered: float, heat: float, left: float, air: float) -> None:
    """Mix what has entered, [kg] and [J], into the gas of the tube, and let some of the mixture leave, [kg].

    Negative when gas streams back, some of it air, [kg].
    """
    mixture = s.gas + entered
    heat += s.gas_heat
    s.air *= s.gas / mixture
    if left >= 0.0:
        left = min(left, 0.999 * mixture)
        leaving = left * heat / mixture
    else:
        leaving = left * gas(p.ambient, 1.0)
        s.air = (s.air * mixture + air) / (mixture - left)
    s.gas = mixture - left
    s.gas_heat = heat - leaving
    ledger.left += left
    ledger.left_heat += leaving
