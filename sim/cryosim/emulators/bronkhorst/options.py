"""What was ordered, and what no source settles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """One instrument; of what is not settled the reading that is harder on a driver first."""

    controller: bool = False  # with a valve and a setpoint
    setpoint: float = 0.0  # share of the capacity, when it is switched on
    node: int = 3  # of the instrument; 0x80 reaches it whatever it is
    serial: str = "M6212345A"
    model: str = "F-112AC-M20-ABD-55-V"
    firmware: str = "V1.12"
    tag: str = "USERTAG"
    fluid: str = "He"
    capacity: float = 50.0  # in the unit, of the fluid
    unit: str = "ln/min"
    floats: bool = True  # process 33: older instruments have only shares of the capacity
    own_node: bool = True  # answers carry the node of the instrument, whatever was asked; bias-flow-vacuum.md 3.2
    offset: int = 0  # steps at no flow
    alarms: int = 0  # of alarm info, always on
