"""The feed: dewar, needle valve and the three nodes of the transfer line."""

from __future__ import annotations

from cryosim.physics.exchange import stream_conductance, wetting
from cryosim.physics.helium_gas import CP, GAS_CONSTANT
from cryosim.physics.helium_tables import Saturation, enthalpy, temperature
from cryosim.physics.hydraulics import needle_valve_area, series_mass_flow
from cryosim.plant.nodes import change
from cryosim.plant.stvp_hands import Hands
from cryosim.plant.stvp_ledger import Ledger
from cryosim.plant.stvp_parameters import LIQUID_DENSITY, Parameters
from cryosim.plant.stvp_state import TABLES, State

TRICKLE = 1e-9  # kg/s below which nothing flows
ALIKE = 1e-3  # K within which wall and stream have one temperature, given how exactly that is known


def feed(s: State, hands: Hands, p: Parameters) -> float:
    """Return the mass flow through the needle valve, [kg/s]; it never runs back into the dewar."""
    if hands.valve <= 0.0 or s.dewar <= 0.0:
        return 0.0
    area = needle_valve_area(hands.valve, s.blockage, p.valve_coefficient, p.valve_exponent)
    line_density = 1.0 / s.line_specific_volume
    flow = series_mass_flow(s.dewar_pressure - s.pressure, area, s.feed_density, p.line_area, line_density)
    return flow if flow > TRICKLE else 0.0


def to_stream(
    flow: float, arriving: float, stream: float, wall: float, boiling: Saturation, dry: float, wetted: float
) -> float:
    """Return the secant conductance from a wall to the stream arriving at it, [W/K].

    Parameters
    ----------
    flow : float
        Mass flow, [kg/s].
    arriving, stream : float
        Its enthalpy, [J/kg], and temperature, [K].
    wall : float
        Temperature of the wall, [K].
    boiling : Saturation
        State of boiling at the stream's pressure.
    dry, wetted : float
        Conductance to the gas, and by how much liquid adds to it, [W/K].
    """
    excess = wall - stream
    if arriving < boiling.vapour:
        liquid = (boiling.vapour - arriving) / (boiling.vapour - boiling.liquid)
        dry += wetted * min(1.0, liquid) * wetting(wall - boiling.kelvin)
    rise = enthalpy(wall, boiling) - arriving
    if -ALIKE < excess < ALIKE and (rise > 0.0) is not (excess > 0.0):
        rise = CP * excess
    return stream_conductance(flow, rise, excess, dry)


def line(s: State, ledger: Ledger, p: Parameters, boiling: Saturation, dt: float) -> float:
    """Step the line with the flow ``s.flow`` in it; return the enthalpy at its end, [J/kg]."""
    flow, ambient, kelvin = s.flow, p.ambient, s.kelvin
    arriving = s.feed_enthalpy
    vacuum = s.line_conductance * p.line_vacuum_area
    dry = p.line_exchange * (flow / p.reference_flow) ** p.line_exponent if flow else 0.0
    stream = temperature(arriving, boiling) if flow else 0.0
    volume = 0.0
    mean_pressure = 0.5 * (s.dewar_pressure + s.pressure)
    before = specific_volume(arriving, stream, mean_pressure, boiling, flow)
    for node in range(3):
        wall = kelvin[node]
        r = wall / ambient
        # k (1 - (T/Ta)^4), as a conductance to the room
        room = p.line_leak[node] / ambient * (1.0 + r) * (1.0 + r * r) + vacuum
        g = to_stream(flow, arriving, stream, wall, boiling, dry, p.wetted) if flow else 0.0
        excess = wall - stream
        rise = change(s, node, TABLES[node], p.line_mass[node], room * (ambient - wall) - g * excess, room + g, dt)
        ledger.room[node] += dt * room * (ambient - wall - rise)
        if flow:
            taken = g * (excess + rise)
            ledger.stream[node] -= dt * taken
            arriving += taken / flow
            stream = temperature(arriving, boiling)
        else:
            stream = kelvin[node]
        leaving = specific_volume(arriving, stream, mean_pressure, boiling, flow)
        volume += 0.5 * (before + leaving) if flow else leaving
        before = leaving
    s.line_specific_volume = volume / 3.0
    return arriving


def specific_volume(arriving: float, stream: float, pressure: float, boiling: Saturation, flow: float) -> float:
    """Return the volume of a stream per mass, [m3/kg]; of gas at the wall's temperature without a flow."""
    gaseous = GAS_CONSTANT * stream / pressure
    if not flow or arriving >= boiling.vapour:
        return gaseous
    quality = max(0.0, (arriving - boiling.liquid) / (boiling.vapour - boiling.liquid))
    return quality * gaseous + (1.0 - quality) / LIQUID_DENSITY
