"""What an operator's hands have set at the receiver."""

from __future__ import annotations

from dataclasses import dataclass

from cryosim.plant.hands import choice, switch

MAINS = {"50 Hz": 50.0, "60 Hz": 60.0}  # Hz


@dataclass(slots=True)
class Hands:
    """Positions of everything that is moved by hand; :func:`cryosim.plant.hands.turn` moves one."""

    compressor: bool = switch(False, "compressor of the cooler", ("Off", "On"))
    mains: str = choice("50 Hz", "mains of the compressor", tuple(MAINS))
    pump: bool = switch(False, "vacuum pump", ("Off", "On"))
    valve: bool = switch(False, "vacuum valve to the pump", ("Closed", "Open"))
    vent: bool = switch(False, "vessel open to the room", ("Closed", "Open"))
