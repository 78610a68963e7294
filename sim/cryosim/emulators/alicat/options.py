"""What an Alicat was ordered as, and the readings of what no source settles."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """One unit as it left the factory and was set up; section numbers of bias-flow-vacuum.md."""

    controller: bool = False  # MC with a valve and a setpoint; else M, a meter
    unit_id: str = "A"  # A to Z
    firmware: str = "10v04.0-R24"  # decides which commands exist
    firmware_date: str = "Jan  9 2025,15:04:07"
    serial: str = "483206"
    gas: str = "He"
    full_scale: float = 50.0  # SLPM and LPM
    decimals: int = 2  # of the flow columns; differs from unit to unit
    pressure_decimals: int = 3
    totaliser: bool = False  # the extra column before the gas
    reference_celsius: float = 25.0  # degC, of a standard litre; factory setting, unverified
    reference_psia: float = 14.696  # PSIA, of a standard litre
    noise: float = 0.0  # LPM, rms, of the flow reading
    faults: tuple[str, ...] = ()  # status words that are always on, such as ADC
    over_range: float = 1.024  # of full scale, where MOV and VOV appear; unverified
    saturation: float = 1.28  # of full scale, where the flow columns stop; unverified
    lock_trap: bool = True  # 1v to 7v take every AL... as lock display; False: they answer "?"
    setpoint_source: str = "S"  # S serial, A analog, U user knob; A and U ignore serial setpoints
    stream_interval: float = 0.05  # s; fixed before 10v05

    @property
    def version(self) -> tuple[int, int]:
        """Firmware as (major, minor); ``10v04.0-R24`` is (10, 4)."""
        match = re.match(r"(\d+)v(\d+)", self.firmware)
        if match is None:
            raise ValueError(f"firmware {self.firmware!r}: expected a text like 10v04.0-R24")
        return int(match[1]), int(match[2])

    @property
    def model(self) -> str:
        """Model number as ``??M*`` gives it."""
        return f"{'MC' if self.controller else 'M'}-{self.full_scale:g}SLPM-D"
