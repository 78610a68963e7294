"""What an operator's hands have set at the STVP, and how far each of them can be turned."""

from __future__ import annotations

from dataclasses import dataclass

from cryosim.plant.hands import choice, fields_of, measured, switch
from cryosim.plant.stvp_parameters import PSI

PUMPS = ("none", "turbo", "mechanical")  # on a vacuum space
CRYOGENS = ("He", "N2")
CLOSED_OPEN = ("Closed", "Open")


@dataclass(slots=True)
class Hands:
    """Positions of everything that is moved by hand; :func:`cryosim.plant.hands.turn` moves one."""

    valve: float = measured(0.0, "needle valve, turns from closed (clockwise opens)", "turns", 0.0, 4.0)
    pump: bool = switch(False, "pump on the sample tube", ("Off", "On"))
    vent: bool = switch(True, "sample tube open to the atmosphere", CLOSED_OPEN)
    dewar_pressure: float = measured(1.25 * PSI, "Dewar regulator, above the atmosphere", "Pa", 0.0, 4.5 * PSI)
    cylinder: bool = switch(True, "gas cylinder open to the dewar", CLOSED_OPEN)
    dewar_vent: bool = switch(False, "dewar open to the atmosphere", CLOSED_OPEN)
    sample_in: bool = switch(True, "sample positioner inserted", ("Out", "In"))
    jacket_pump: str = choice("none", "pump on the jacket's vacuum", PUMPS)
    line_pump: str = choice("none", "pump on the transfer line's vacuum", PUMPS)
    cryogen: str = choice("He", "liquid in the dewar", CRYOGENS)


FIELDS = fields_of(Hands)
