"""The cryostat: vaporizer with its winding, sample mount, tube and shield along the stream."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cryosim.physics.exchange import wetting
from cryosim.physics.helium_tables import Saturation, temperature
from cryosim.plant.nodes import SMALL, change, expected, put
from cryosim.plant.stvp_hands import Hands
from cryosim.plant.stvp_ledger import Ledger
from cryosim.plant.stvp_line import TRICKLE, to_stream
from cryosim.plant.stvp_parameters import Parameters
from cryosim.plant.stvp_state import SAMPLE, SHIELD, TABLES, TUBE, VAPORIZER, WINDING, State


@dataclass(slots=True)
class Stream:
    """Helium on its way through the cryostat during one step."""

    flow: float  # kg/s
    enthalpy: float  # J/kg
    kelvin: float = 0.0  # K
    separated: float = 0.0  # kg/s of liquid that has fallen into the pool
    separated_heat: float = 0.0  # W with it
    to_pool: float = 0.0  # W from vaporizer and sample into the pool
    to_gas: float = 0.0  # W from sample, tube and shield into the gas
    to_tube: float = 0.0  # W from vaporizer and sample
    to_shield: float = 0.0  # W from vaporizer and tube


def per_kelvin(points: tuple[tuple[float, float], ...]) -> list[float]:
    """Return a table of conductances, [W/K], at 0, 1, 2... 700 K; power laws between the points given."""
    values = []
    for t in range(701):
        (t0, g0), (t1, g1) = next(
            ((a, b) for a, b in zip(points, points[1:], strict=False) if t < b[0]), (points[-1], points[-1])
        )
        share = 1.0 if t1 == t0 or t < t0 else _log_ratio(t, t0) / _log_ratio(t1, t0)
        values.append(g0 * (g1 / g0) ** (share if t >= t0 else 0.0))
    return values


def _log_ratio(a: float, b: float) -> float:
    return math.log(a / b)


def vaporizer(
    s: State,
    ledger: Ledger,
    p: Parameters,
    exchange: list[float],
    boiling: Saturation,
    m: Stream,
    watt: float,
    dt: float,
) -> None:
    """Step vaporizer block and heater winding together: at 4 K the winding follows within a millisecond."""
    kelvin = s.kelvin
    wall = kelvin[VAPORIZER]
    g = excess = 0.0
    if m.flow:
        m.kelvin = temperature(m.enthalpy, boiling)
        excess = wall - m.kelvin
        dry = _at(exchange, wall) * (m.flow / p.reference_flow) ** p.vaporizer_exponent
        g = to_stream(m.flow, m.enthalpy, m.kelvin, wall, boiling, dry, p.wetted)
    bath = boiling.kelvin
    pool = p.vaporizer_pool * min(1.0, s.liquid / p.pool_covers_vaporizer) * wetting(wall - bath) if s.liquid else 0.0
    room = p.vaporizer_leak / p.ambient * (1.0 + wall / p.ambient)
    tail = s.jacket_conductance * p.tail_area
    bond, own = _winding(s, p, watt, dt)
    rest = p.tube_vaporizer * (kelvin[TUBE] - wall) + tail * (kelvin[SHIELD] - wall) + room * (p.ambient - wall)
    power = rest - g * excess - pool * (wall - bath) + bond * (kelvin[WINDING] - wall) + own
    total = g + pool + room + tail + bond + p.tube_vaporizer
    rise = change(s, VAPORIZER, TABLES[VAPORIZER], p.vaporizer_mass, power, total, dt)
    warmed = wall + rise
    from_winding = _step_winding(s, p, watt, bond * (kelvin[WINDING] - warmed) + own, dt)
    to_tube, to_shield = p.tube_vaporizer * (warmed - kelvin[TUBE]), tail * (warmed - kelvin[SHIELD])
    m.to_tube += to_tube
    m.to_shield += to_shield
    taken, into_pool = g * (excess + rise), pool * (warmed - bath)
    m.to_pool += into_pool
    if m.flow:
        m.enthalpy += taken / m.flow
    ledger.room[VAPORIZER] += dt * room * (p.ambient - warmed)
    ledger.stream[VAPORIZER] -= dt * taken
    ledger.pool[VAPORIZER] -= dt * into_pool
    ledger.contact[VAPORIZER] += dt * (from_winding - to_tube - to_shield)
    ledger.contact[WINDING] -= dt * from_winding
    ledger.electric[WINDING] += dt * watt


def _at(table: list[float], kelvin: float) -> float:
    k = min(int(kelvin), 699)
    return table[k] + (kelvin - k) * (table[k + 1] - table[k])


def _winding(s: State, p: Parameters, watt: float, dt: float) -> tuple[float, float]:
    """Return what the block sees of the winding: a conductance to it, [W/K], and a heat, [W].

    The winding's own implicit step is eliminated: what it passes on is
    gw (C (T4 - T3') + dt P) / (C + dt gw), C its mean heat capacity over the step.
    """
    kelvin, block = s.kelvin[WINDING], s.kelvin[VAPORIZER]
    share = min(1.0, 0.5 * (kelvin + block) / 300.0)
    gw = p.winding_bond_cold + (p.winding_bond_warm - p.winding_bond_cold) * share
    power = watt + gw * (block - kelvin)
    rise = expected(s, WINDING, TABLES[WINDING], p.winding_mass, power, gw, dt)
    capacity = p.winding_mass * s.heat[WINDING]
    if rise > SMALL * kelvin or rise < -SMALL * kelvin:
        capacity = dt * (power - gw * rise) / rise
    passed = gw / (capacity + dt * gw)
    return passed * capacity, passed * dt * watt


def _step_winding(s: State, p: Parameters, watt: float, passed: float, dt: float) -> float:
    """Step the winding that has passed heat to the block, [W]; return what it really could pass.

    When the block falls by kelvins in one step, the mean heat capacity foreseen was too large and the
    winding would end colder than the block; the block is then charged with the difference.
    """
    floor = min(s.kelvin[WINDING], s.kelvin[VAPORIZER])
    least = TABLES[WINDING].at(floor)
    enthalpy = s.enthalpy[WINDING] + dt * (watt - passed) / p.winding_mass
    if enthalpy < least:
        able = passed + p.winding_mass * (enthalpy - least) / dt
        block = s.enthalpy[VAPORIZER] + dt * (able - passed) / p.vaporizer_mass
        put(s, VAPORIZER, TABLES[VAPORIZER], block)
        enthalpy, passed = least, able
    put(s, WINDING, TABLES[WINDING], enthalpy)
    return passed


def separate(s: State, p: Parameters, boiling: Saturation, m: Stream) -> None:
    """Let liquid fall out of the stream behind the vaporizer, and vapour of the pool join it."""
    if m.flow and m.enthalpy < boiling.vapour and s.liquid < p.pool_limit:
        liquid = min(1.0, (boiling.vapour - m.enthalpy) / (boiling.vapour - boiling.liquid))
        share = p.separation * liquid * wetting(s.kelvin[VAPORIZER] - boiling.kelvin)
        heat = min(m.enthalpy, boiling.liquid)
        m.separated = share * m.flow
        m.separated_heat = m.separated * heat
        m.enthalpy = (m.enthalpy - share * heat) / (1.0 - share)
        m.flow -= m.separated
    # The pool is stepped last: this is the vapour of the step before, or what condensed in it.
    risen = m.flow + s.evaporation
    if s.evaporation > 0.0 and risen > TRICKLE:
        m.enthalpy = (m.flow * m.enthalpy + s.evaporation * boiling.vapour) / risen
    m.flow = risen if risen > TRICKLE else 0.0
    m.kelvin = temperature(m.enthalpy, boiling) if m.flow else 0.0


def sample(
    s: State,
    hands: Hands,
    ledger: Ledger,
    p: Parameters,
    boiling: Saturation,
    m: Stream,
    scale: float,
    watt: float,
    dt: float,
) -> None:
    """Step the sample mount; taken out it stands in the room."""
    kelvin = s.kelvin
    wall, bath = kelvin[SAMPLE], boiling.kelvin
    g = excess = pool = tube = 0.0
    room = p.sample_in_air
    if hands.sample_in:
        room = p.sample_leak / p.ambient * (1.0 + wall / p.ambient)
        tube = p.tube_sample
        if m.flow:
            excess = wall - m.kelvin
            g = to_stream(m.flow, m.enthalpy, m.kelvin, wall, boiling, p.sample_exchange * scale, p.wetted)
        if s.liquid:
            pool = p.sample_pool * min(1.0, s.liquid / p.pool_covers_sample) * wetting(wall - bath)
    power = watt + room * (p.ambient - wall) - g * excess - pool * (wall - bath) + tube * (kelvin[TUBE] - wall)
    rise = change(s, SAMPLE, TABLES[SAMPLE], p.sample_mass, power, room + g + pool + tube, dt)
    warmed = wall + rise
    taken, into_pool, to_tube = g * (excess + rise), pool * (warmed - bath), tube * (warmed - kelvin[TUBE])
    m.to_pool += into_pool
    m.to_tube += to_tube
    _give(m, taken, boiling)
    ledger.electric[SAMPLE] += dt * watt
    ledger.room[SAMPLE] += dt * room * (p.ambient - warmed)
    ledger.stream[SAMPLE] -= dt * taken
    ledger.pool[SAMPLE] -= dt * into_pool
    ledger.contact[SAMPLE] -= dt * to_tube


def _give(m: Stream, taken: float, boiling: Saturation) -> None:
    """Let the stream take heat, [W]."""
    m.to_gas += taken
    if m.flow:
        m.enthalpy += taken / m.flow
        m.kelvin = temperature(m.enthalpy, boiling)


def tube_and_shield(
    s: State, ledger: Ledger, p: Parameters, boiling: Saturation, m: Stream, scale: float, dt: float
) -> None:
    """Step the wall of the sample tube and the radiation shield, which the leaving gas cools."""
    kelvin, ambient = s.kelvin, p.ambient
    wall = kelvin[TUBE]
    excess = wall - m.kelvin
    g = to_stream(m.flow, m.enthalpy, m.kelvin, wall, boiling, p.tube_exchange * scale, 0.0) if m.flow else 0.0
    link, room = p.tube_shield, p.tube_room
    power = m.to_tube + room * (ambient - wall) + link * (kelvin[SHIELD] - wall) - g * excess
    rise = change(s, TUBE, TABLES[TUBE], p.tube_mass, power, room + link + g, dt)
    warmed, taken = wall + rise, g * (excess + rise)
    to_shield = link * (warmed - kelvin[SHIELD])
    m.to_shield += to_shield
    _give(m, taken, boiling)
    ledger.room[TUBE] += dt * room * (ambient - warmed)
    ledger.stream[TUBE] -= dt * taken
    ledger.contact[TUBE] += dt * (m.to_tube - to_shield)

    wall = kelvin[SHIELD]
    excess = wall - m.kelvin
    g = to_stream(m.flow, m.enthalpy, m.kelvin, wall, boiling, p.shield_exchange * scale, 0.0) if m.flow else 0.0
    r = wall / ambient
    room = p.shield_radiation / ambient * (1.0 + r) * (1.0 + r * r) + s.jacket_conductance * p.shield_area
    power = m.to_shield + room * (ambient - wall) - g * excess
    rise = change(s, SHIELD, TABLES[SHIELD], p.shield_mass, power, room + g, dt)
    taken = g * (excess + rise)
    m.to_gas += taken
    ledger.room[SHIELD] += dt * room * (ambient - wall - rise)
    ledger.stream[SHIELD] -= dt * taken
    ledger.contact[SHIELD] += dt * m.to_shield
