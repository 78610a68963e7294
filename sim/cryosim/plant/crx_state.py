"""The state of the receiver plant: enthalpies of four nodes, residual gas, what zeolite and surfaces hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryosim.physics.solids import EnthalpyTable, mixed_table
from cryosim.plant.crx_parameters import Parameters

NODES = ("STAGE1", "STAGE2", "ZEOLITE1", "ZEOLITE2")
STAGE1, STAGE2, ZEOLITE1, ZEOLITE2 = range(len(NODES))
STAGES = NODES[:2]
ATMOSPHERE = 101325.0  # Pa
MBAR = 100.0  # Pa
PUMPED = 1.0  # Pa, at which a cooldown may begin: 1e-2 mbar
COLD_GAS = 1e-4  # Pa, at the operating point: 1e-6 mbar; seed 001, section 1
WATER_LEFT = 0.8  # share of the water that is still there after the pump-down


def _zeros() -> list[float]:
    return [0.0] * len(NODES)


@dataclass(slots=True)
class State:
    """Everything that goes on from one step to the next."""

    enthalpy: list[float] = field(default_factory=_zeros)  # J/kg
    kelvin: list[float] = field(default_factory=_zeros)  # K
    heat: list[float] = field(default_factory=_zeros)  # J/kg/K
    air: float = ATMOSPHERE  # Pa, at a gauge at room temperature; what zeolite takes
    helium: float = 0.0  # Pa
    water: float = 0.0  # Pa
    loading: list[float] = field(default_factory=lambda: [0.0, 0.0])  # Pa m3 of air in each zeolite box
    wet: float = 0.0  # Pa m3 of water on the surfaces
    leak_air: float = 0.0  # Pa m3/s, beyond what the seals let through
    leak_helium: float = 0.0  # Pa m3/s, out of the cooler
    condition: float = 1.0  # share of the cooler's capacity
    tripped: bool = False  # compressor
    welded: bool = False  # contacts of all thermostats
    stuck: dict[str, float] = field(default_factory=dict)  # K, by thermometer that has come loose
    overheated: bool = False  # a stage has been, latched
    capacity: list[float] = field(default_factory=lambda: [0.0, 0.0])  # W, taken from each stage in the last step
    seconds: float = 0.0  # s since the plant was set up


def masses(p: Parameters) -> tuple[float, ...]:
    """Return the masses of the nodes, [kg]."""
    return (p.first_aluminium, p.second_aluminium + p.second_copper, p.box_aluminium, p.box_aluminium)


def tables(p: Parameters) -> tuple[EnthalpyTable, ...]:
    """Return the enthalpies of the nodes."""
    aluminium = mixed_table({"aluminium": 1.0})
    second = mixed_table({"aluminium": p.second_aluminium, "copper": p.second_copper})
    return (aluminium, second, aluminium, aluminium)


def capacities(p: Parameters) -> tuple[float, float]:
    """Return what the two zeolite boxes can hold, [Pa m3]."""
    return p.zeolite_first * p.zeolite_capacity, p.zeolite_second * p.zeolite_capacity


def at_rest(p: Parameters, solids: tuple[EnthalpyTable, ...], first: float, second: float, gas: float) -> State:
    """Return a state with its stages at two temperatures, [K], and a pressure of air, [Pa]."""
    s = State(air=gas, wet=p.water if gas > PUMPED else WATER_LEFT * p.water)
    for node, kelvin in enumerate((first, second, first, second)):
        s.enthalpy[node] = solids[node].at(kelvin)
        s.kelvin[node], s.heat[node] = solids[node].look_up(s.enthalpy[node])
    return s
