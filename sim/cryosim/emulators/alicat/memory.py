"""What an Alicat keeps when its power fails, and the total, which it does not."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryosim.emulators.alicat.options import Options
from cryosim.emulators.alicat.tables import DEFAULT_UNITS, GASES, LOOP_VARIABLES, MASS_SETPOINT, UNITS_OF, Gas, Unit

NORMAL = (0.0, 14.696)  # degC and PSIA of a normal litre; factory setting, unverified


@dataclass
class Memory:
    """Settings of one unit."""

    unit_id: str
    gas: int
    reference: dict[str, tuple[float, float]]  # S standard, N normal: (degC, PSIA)
    source: str  # of the setpoint
    stream_interval: float  # s
    locked: bool = False
    setpoint: float = 0.0  # of the loop variable, in SLPM, LPM or PSIA whatever unit is shown
    loop_variable: int = MASS_SETPOINT
    ramp_rate: float = 0.0  # per ramp_unit; 0: no ramp
    ramp_unit: int = 4  # time code: 3 ms, 4 s, 5 min, 6 h, 7 d
    ramp_when: tuple[int, int, int, int] = (1, 1, 1, 1)  # up, down, to zero, at power-up
    flow_zero: float = 0.0  # LPM taken off by a tare
    pressure_zero: float = 0.0  # PSIA taken off by a tare
    total: float = 0.0  # SL
    total_frozen: bool = False
    mixtures: dict[int, Gas] = field(default_factory=dict)
    units: dict[int, int] = field(default_factory=lambda: dict(DEFAULT_UNITS))  # code by statistic
    batches: dict[int, float] = field(default_factory=lambda: {1: 0.0, 2: 0.0})  # SL
    averaging: int = 1  # ms
    # Registers that are only kept: 21 P, 22 D, 23 I, 85 loop algorithm (numat driver).
    registers: dict[int, int] = field(default_factory=lambda: {21: 500, 22: 5000, 23: 0, 85: 1})

    @classmethod
    def of(cls, options: Options) -> Memory:
        """Return the memory of a unit as delivered."""
        return cls(
            unit_id=options.unit_id,
            gas=next(gas.code for gas in GASES.values() if gas.short == options.gas),
            reference={"S": (options.reference_celsius, options.reference_psia), "N": NORMAL},
            source=options.setpoint_source,
            stream_interval=options.stream_interval,
        )

    def unit(self, statistic: int) -> Unit:
        """Return the engineering unit of a statistic."""
        return UNITS_OF[statistic][self.units[statistic]]

    def setpoint_unit(self) -> Unit:
        """Return the engineering unit of the setpoint."""
        return self.unit(LOOP_VARIABLES[self.loop_variable])

    def in_unit(self, statistic: int, value: float) -> float:
        """Return a value in the engineering unit of its statistic."""
        return self.unit(statistic).show(value)
