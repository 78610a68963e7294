"""Books of helium and heat: what every node has taken from whom, what has crossed the boundary."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryosim.plant.stvp_parameters import Parameters
from cryosim.plant.stvp_state import NODES, State, node_masses


def _account() -> list[float]:
    return [0.0] * len(NODES)


@dataclass(slots=True)
class Ledger:
    """Sums since the books were opened; heat in [J] into the node, helium in [kg]."""

    room: list[float] = field(default_factory=_account)  # from the room
    electric: list[float] = field(default_factory=_account)  # from the heaters
    stream: list[float] = field(default_factory=_account)  # from the helium running past
    pool: list[float] = field(default_factory=_account)  # from the liquid it stands in
    contact: list[float] = field(default_factory=_account)  # from other nodes
    set: list[float] = field(default_factory=_account)  # brought in with an exchanged sample
    drawn: float = 0.0  # kg from the dewar into the line
    drawn_heat: float = 0.0  # J with it
    boiled: float = 0.0  # kg lost from the dewar otherwise
    filled: float = 0.0  # kg put into the dewar; taken out by a fault counts negative
    left: float = 0.0  # kg through pump, vent and relief; air coming in counts negative
    left_heat: float = 0.0  # J with it


@dataclass(frozen=True)
class Stores:
    """What the plant holds at one instant."""

    nodes: tuple[float, ...]  # J, by node
    helium: float  # kg, outside the dewar
    helium_heat: float  # J, of it
    dewar: float  # kg


def stores(s: State, p: Parameters) -> Stores:
    """Take stock of the plant."""
    nodes = tuple(m * h for m, h in zip(node_masses(p), s.enthalpy, strict=True))
    heat = s.liquid * s.liquid_enthalpy + s.gas_heat
    return Stores(nodes, s.liquid + s.gas, heat, s.dewar)
