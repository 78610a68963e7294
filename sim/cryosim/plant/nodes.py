"""One step of one node: implicit in its own temperature, heat booked as it was applied."""

from __future__ import annotations

from typing import Protocol

from cryosim.physics.solids import EnthalpyTable

SMALL = 0.003  # relative change of temperature in one step up to which the heat capacity counts as constant


class Nodes(Protocol):
    """The thermal part of a plant's state, one entry a node."""

    enthalpy: list[float]  # J/kg
    kelvin: list[float]  # K
    heat: list[float]  # J/kg/K


def change(
    s: Nodes, node: int, table: EnthalpyTable, mass: float, power: float, conductance: float, dt: float
) -> float:
    """Let a node take heat for one step; return by how much its temperature changed for that, [K].

    Parameters
    ----------
    s : Nodes
        Changed: enthalpy, temperature and heat capacity of the node.
    node : int
        Which.
    table : EnthalpyTable
        Its material.
    mass : float
        Its mass, [kg].
    power : float
        Heat flowing in at its present temperature, [W].
    conductance : float
        By how much that falls per kelvin it warms, [W/K].
    dt : float
        Length of the step, [s].

    Notes
    -----
    Linearly implicit Euler, H' = H + dt (Q - G dT) / m.  A link of conductance g that carried q before
    the step has carried q - g dT during it: that is what the other side must be given.
    """
    rise = expected(s, node, table, mass, power, conductance, dt)
    put(s, node, table, s.enthalpy[node] + dt * (power - conductance * rise) / mass)
    return rise


def put(s: Nodes, node: int, table: EnthalpyTable, enthalpy: float) -> None:
    """Give a node an enthalpy, [J/kg]."""
    s.enthalpy[node] = enthalpy
    s.kelvin[node], s.heat[node] = table.look_up(enthalpy)


def expected(
    s: Nodes, node: int, table: EnthalpyTable, mass: float, power: float, conductance: float, dt: float
) -> float:
    """Return by how much :func:`change` would change the temperature, [K]."""
    kelvin = s.kelvin[node]
    slope = dt * conductance
    rise = dt * power / (mass * s.heat[node] + slope)
    if rise > SMALL * kelvin or rise < -SMALL * kelvin:
        rise = _large(table, mass, s.enthalpy[node], kelvin, dt * power, slope, rise)
    return rise


def _large(
    table: EnthalpyTable, mass: float, before: float, kelvin: float, energy: float, slope: float, rise: float
) -> float:
    """Return the temperature change of a large step by Newton's method on the enthalpy, [K].

    The heat capacity of copper changes by three decades between 4 and 100 K: without this a cooling
    node would fall below the stream that cools it.
    """
    for _ in range(12):
        rise = max(rise, 0.6 - kelvin)
        enthalpy = table.at(kelvin + rise)
        heat = table.look_up(enthalpy)[1]
        correction = (energy - slope * rise - mass * (enthalpy - before)) / (mass * heat + slope)
        rise += correction
        if -1e-5 * kelvin < correction < 1e-5 * kelvin:
            break
    return rise
