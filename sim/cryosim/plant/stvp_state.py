"""The state of the STVP plant: specific enthalpies of eight nodes, helium, vacua, damage.

Enthalpy and not temperature is the state of a node: at 4 K copper takes 0.03 J/K, and one step of a
full heater is 5 J.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryosim.physics.helium_gas import ATMOSPHERE, GAS_CONSTANT
from cryosim.physics.helium_tables import gas, saturation
from cryosim.physics.hydraulics import needle_valve_area
from cryosim.physics.solids import EnthalpyTable, enthalpy_table
from cryosim.plant.stvp_parameters import Parameters

NODES = ("LEG", "FLEXIBLE", "BAYONET", "VAPORIZER", "WINDING", "SAMPLE", "TUBE", "SHIELD")
LEG, FLEXIBLE, BAYONET, VAPORIZER, WINDING, SAMPLE, TUBE, SHIELD = range(8)

_COPPER, _STAINLESS, _ALUMINIUM = (enthalpy_table(m) for m in ("copper", "stainless", "aluminium"))
TABLES: tuple[EnthalpyTable, ...] = (
    *(_STAINLESS,) * 3,
    *(_COPPER,) * 3,
    _STAINLESS,
    _ALUMINIUM,
)


def node_masses(p: Parameters) -> tuple[float, ...]:
    """Return the masses of the nodes, [kg]."""
    return (*p.line_mass, p.vaporizer_mass, p.winding_mass, p.sample_mass, p.tube_mass, p.shield_mass)


def _zeros() -> list[float]:
    return [0.0] * len(NODES)


@dataclass(slots=True)
class Vacuum:
    """Residual gas of one vacuum space."""

    air: float = 1e-3  # Pa
    helium: float = 1e-5  # Pa
    water: float = 1e-4  # Pa
    frozen: float = 0.0  # Pa m3 of air and water on cold surfaces
    getter: float = 0.0  # Pa m3 of helium in the charcoal
    wet: float = 2e-5  # Pa m3 of water still in the walls
    leak_air: float = 0.0  # Pa m3/s
    leak_helium: float = 0.0  # Pa m3/s
    contaminated: bool = False  # oil or water drawn in from a pump


@dataclass(slots=True)
class State:
    """Everything that a saved state holds, and what the next step needs of the last one."""

    enthalpy: list[float] = field(default_factory=_zeros)  # J/kg, of the nodes
    kelvin: list[float] = field(default_factory=_zeros)  # K
    heat: list[float] = field(default_factory=_zeros)  # J/kg/K
    bobbin: float = 0.0  # K, sensor of the sample mount
    liquid: float = 0.0  # kg, in the sample tube
    liquid_enthalpy: float = 0.0  # J/kg
    gas: float = 0.0  # kg, in the sample tube
    gas_heat: float = 0.0  # J, enthalpy of that gas
    pressure: float = ATMOSPHERE  # Pa, in the sample tube
    dewar: float = 0.0  # kg of liquid
    dewar_pressure: float = ATMOSPHERE  # Pa
    feed_enthalpy: float = 0.0  # J/kg, of what the leg draws
    feed_density: float = 1.0  # kg/m3
    blockage: float = 0.0  # share of the needle valve closed by ice
    air: float = 0.0  # share of air in the gas of the sample tube
    hose: float = 0.0  # kg of helium in the hose behind the vent
    jacket: Vacuum = field(default_factory=Vacuum)
    line: Vacuum = field(default_factory=Vacuum)
    jacket_conductance: float = 0.0  # W/m2/K
    line_conductance: float = 0.0  # W/m2/K
    flow: float = 0.0  # kg/s, through the needle valve
    evaporation: float = 0.0  # kg/s, from the pool
    metered: float = 0.0  # kg/s, through pump and vent
    passed: float = 0.0  # kg, that has passed the meter there since this state began
    relieved: float = 0.0  # kg/s, through the relief valve
    line_specific_volume: float = 6.0  # m3/kg, mean along the line
    winding_open: bool = False
    joints_failed: bool = False
    pump_failed: bool = False
    overheated: bool = False  # above the limit on the feedthrough's label, latched
    stuck: dict[str, float] = field(default_factory=dict)  # K, by thermometer that has come loose
    seconds: float = 0.0  # s since the plant was set up


def set_node(s: State, node: int, kelvin: float) -> None:
    """Put a node at a temperature, [K]."""
    s.enthalpy[node] = TABLES[node].at(kelvin)
    s.kelvin[node], s.heat[node] = TABLES[node].look_up(s.enthalpy[node])


def gas_capacity(s: State, p: Parameters) -> float:
    """Return gas in the sample tube per pressure, [kg/Pa]."""
    kelvin = s.kelvin
    return (p.cold_volume / kelvin[SAMPLE] + 2.0 * p.warm_volume / (kelvin[TUBE] + p.ambient)) / GAS_CONSTANT


def _at_rest(p: Parameters, kelvin: dict[int, float], pressure: float, liquid: float = 0.0) -> State:
    """Return a state with nodes at given temperatures, the rest of them at room temperature."""
    s = State(dewar=p.dewar_full, dewar_pressure=ATMOSPHERE, pressure=pressure)
    for node in range(len(NODES)):
        set_node(s, node, kelvin.get(node, p.ambient))
    s.bobbin = s.kelvin[SAMPLE]
    boiling = saturation(pressure)
    s.liquid, s.liquid_enthalpy = liquid, boiling.liquid
    s.gas = pressure * gas_capacity(s, p)
    s.gas_heat = s.gas * gas(max(s.kelvin[TUBE], boiling.kelvin), pressure / ATMOSPHERE)
    s.line_specific_volume = GAS_CONSTANT * s.kelvin[FLEXIBLE] / pressure
    return s


def warm(p: Parameters) -> State:
    """Return the cryostat purged with helium, everything at room temperature."""
    return _at_rest(p, {}, ATMOSPHERE)


def cold(p: Parameters, vaporizer: float = 13.0, sample: float = 15.0) -> State:
    """Return the cryostat cold and running, its shield cold too; temperatures in [K]."""
    kelvin = {LEG: 4.4, FLEXIBLE: 4.5, BAYONET: 4.7, VAPORIZER: vaporizer, WINDING: vaporizer}
    s = _at_rest(p, {**kelvin, SAMPLE: sample, TUBE: max(sample, 20.0), SHIELD: max(sample, 80.0)}, ATMOSPHERE + 500.0)
    s.line_specific_volume, s.hose = 0.03, p.hose
    return s


def superfluid(p: Parameters) -> State:
    """Return the cryostat with 20 g of superfluid helium under the pump, needle valve closed."""
    kelvin = {
        LEG: 5.0,
        FLEXIBLE: 6.0,
        BAYONET: 6.0,
        VAPORIZER: 1.8,
        WINDING: 1.8,
        SAMPLE: 1.75,
        TUBE: 20.0,
        SHIELD: 80.0,
    }
    return _at_rest(p, kelvin, 1400.0, liquid=0.020)


def valve_for(flow: float, s: State, p: Parameters, feed_density: float, pressure_drop: float) -> float:
    """Return the turns of the needle valve that pass a flow, [kg/s], in this state."""
    line = 1.0 / (p.line_area**2 / s.line_specific_volume)
    left = pressure_drop / flow**2 - line
    if left <= 0.0:
        return p.valve_turns
    area = (1.0 / (left * feed_density)) ** 0.5
    one_turn = needle_valve_area(1.0, 0.0, p.valve_coefficient, p.valve_exponent)
    return min(p.valve_turns, float((area / one_turn) ** (1.0 / p.valve_exponent)))
