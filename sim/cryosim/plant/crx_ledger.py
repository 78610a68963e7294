"""Books of heat and gas of the receiver: what has crossed a boundary since they were opened."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryosim.plant.crx_parameters import Parameters
from cryosim.plant.crx_state import NODES, State, masses


def _account() -> list[float]:
    return [0.0] * len(NODES)


@dataclass(slots=True)
class Ledger:
    """Heat in [J] into the node, gas in [Pa m3] into the vessel."""

    room: list[float] = field(default_factory=_account)  # from the room
    electric: list[float] = field(default_factory=_account)  # from heaters and amplifiers
    cooler: list[float] = field(default_factory=_account)  # taken by the cooler, negative
    contact: list[float] = field(default_factory=_account)  # from other nodes
    air: float = 0.0  # through leaks, walls and vent, less what pump and relief took
    helium: float = 0.0
    water: float = 0.0  # from the room's air, less what pump and relief took


@dataclass(frozen=True)
class Stores:
    """What the plant holds at one instant."""

    nodes: tuple[float, ...]  # J, by node
    air: float  # Pa m3, as gas and in the zeolite
    helium: float  # Pa m3
    water: float  # Pa m3, as gas and on the surfaces


def stores(s: State, p: Parameters) -> Stores:
    """Take stock of the plant."""
    nodes = tuple(m * h for m, h in zip(masses(p), s.enthalpy, strict=True))
    return Stores(nodes, s.air * p.volume + sum(s.loading), s.helium * p.volume, s.water * p.volume + s.wet)
