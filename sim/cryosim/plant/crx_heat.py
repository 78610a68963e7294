"""One step of heat in the receiver: first stage, second stage, zeolite boxes, each implicit in its own temperature."""

from __future__ import annotations

from dataclasses import dataclass

from cryosim.physics.cooler import COLDEST, first_stage_capacity, second_stage_capacity
from cryosim.physics.radiation import radiated_heat, radiative_conductance
from cryosim.physics.solids import EnthalpyTable
from cryosim.physics.vacuum import gas_conductance
from cryosim.physics.wires import AREA_36_AWG, conductivity_integral
from cryosim.plant.crx_ledger import Ledger
from cryosim.plant.crx_parameters import Parameters
from cryosim.plant.crx_state import STAGE1, STAGE2, ZEOLITE1, State, masses
from cryosim.plant.nodes import change

PROBE = 0.1  # K, over which the slope of a capacity is taken


@dataclass(frozen=True)
class Powers:
    """What is put into the nodes, [W]."""

    heaters: tuple[float, ...]  # into first and second stage
    regeneration: tuple[float, ...]  # into the two zeolite boxes
    bias: float  # of the amplifiers, into the second stage


@dataclass(frozen=True)
class Flow:
    """Heat at the present temperatures, [W], and by how much it falls per kelvin that the node warms, [W/K]."""

    heat: float
    slope: float


def heat(
    s: State,
    ledger: Ledger,
    p: Parameters,
    solids: tuple[EnthalpyTable, ...],
    frequency: float,
    powers: Powers,
    dt: float,
) -> None:
    """Step all nodes; ``frequency`` of the compressor's mains, 0 when it is at rest, [Hz]."""
    gas = gas_conductance(s.air + s.water, s.helium)
    between = p.second_conductance + gas * p.cold_area + (0.0 if frequency else p.displacer_second)
    down = between * (s.kelvin[STAGE1] - s.kelvin[STAGE2]) + _wires(p, s.kelvin[STAGE2], s.kelvin[STAGE1])
    taken = [_cooled(s, node, frequency) for node in (STAGE1, STAGE2)]
    rooms = (_room_first(s, p, gas, frequency), _room_second(s, p))
    weights = masses(p)
    arrived = 0.0  # W, from the first stage
    for node in (STAGE1, STAGE2):
        box = node + ZEOLITE1
        to_box = p.box_link * (s.kelvin[node] - s.kelvin[box])
        sinks = (down, between) if node == STAGE1 else (0.0, 0.0)
        electric = powers.heaters[node] + (powers.bias if node == STAGE2 else 0.0)
        room, cooler = rooms[node], taken[node]
        rise = change(
            s, node, solids[node], weights[node],
            room.heat - cooler.heat - sinks[0] - to_box + electric + arrived,
            room.slope + cooler.slope + sinks[1] + p.box_link, dt,
        )  # fmt: skip
        carried, boxed = sinks[0] + sinks[1] * rise, to_box + p.box_link * rise
        ledger.room[node] += dt * (room.heat - room.slope * rise)
        ledger.cooler[node] -= dt * (cooler.heat + cooler.slope * rise)
        ledger.electric[node] += dt * electric
        ledger.contact[node] += dt * (arrived - carried - boxed)
        s.capacity[node] = cooler.heat
        arrived = carried
        change(s, box, solids[box], weights[box], boxed + powers.regeneration[node], 0.0, dt)
        ledger.contact[box] += dt * boxed
        ledger.electric[box] += dt * powers.regeneration[node]
    s.overheated = s.overheated or max(s.kelvin[:ZEOLITE1]) > p.overheated


def _cooled(s: State, node: int, frequency: float) -> Flow:
    """Return what the cooler takes from a stage, and how that grows as it warms."""
    if not frequency:
        return Flow(0.0, 0.0)
    first, second = max(COLDEST, s.kelvin[STAGE1]), max(COLDEST, s.kelvin[STAGE2])
    if node == STAGE1:
        now = first_stage_capacity(first, second, frequency, s.condition)
        then = first_stage_capacity(first + PROBE, second, frequency, s.condition)
    else:
        now = second_stage_capacity(first, second, frequency, s.condition)
        then = second_stage_capacity(first, second + PROBE, frequency, s.condition)
    return Flow(now, (then - now) / PROBE)


def _room_first(s: State, p: Parameters, gas: float, frequency: float) -> Flow:
    kelvin = s.kelvin[STAGE1]
    solid = p.first_conductance + gas * p.shield_area + (0.0 if frequency else p.displacer_first)
    radiated = radiated_heat(p.shield_area, p.shield_emissivity, p.ambient, kelvin)
    slope = radiative_conductance(p.shield_area, p.shield_emissivity, kelvin)
    return Flow(solid * (p.ambient - kelvin) + radiated + _wires(p, kelvin, p.ambient), solid + slope)


def _room_second(s: State, p: Parameters) -> Flow:
    kelvin = s.kelvin[STAGE2]
    radiated = radiated_heat(p.window_area, p.window_emissivity, p.ambient, kelvin)
    slope = radiative_conductance(p.window_area, p.window_emissivity, kelvin)
    return Flow(p.second_room * (p.ambient - kelvin) + radiated, p.second_room + slope)


def _wires(p: Parameters, cold: float, warm: float) -> float:
    """Return what the wires carry over half of their length, [W]; so little that it is left explicit."""
    return p.wires * AREA_36_AWG / (0.5 * p.wire_length) * conductivity_integral(max(4.0, cold), max(4.0, warm))
