"""Codes of an Alicat: gases, statistics, units and status words.

Codes after bias-flow-vacuum.md 3.1 and the code registry of ``GraysonBellamy/alicatlib``.
Viscosities at 25 degC and 1 atm from general tables of gas properties, good to a few per cent; the
mixtures are mole-fraction means.  They matter only when the gas selected is not the gas that flows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gas:
    """One entry of the gas table."""

    code: int
    short: str
    long: str
    viscosity: float  # uPa s


GASES: dict[int, Gas] = {
    gas.code: gas
    for gas in (
        Gas(0, "Air", "Air", 18.5),
        Gas(1, "Ar", "Argon", 22.6),
        Gas(2, "CH4", "Methane", 11.1),
        Gas(3, "CO", "Carbon Monoxide", 17.7),
        Gas(4, "CO2", "Carbon Dioxide", 14.9),
        Gas(5, "C2H6", "Ethane", 9.4),
        Gas(6, "H2", "Hydrogen", 8.9),
        Gas(7, "He", "Helium", 19.9),
        Gas(8, "N2", "Nitrogen", 17.8),
        Gas(9, "N2O", "Nitrous Oxide", 14.9),
        Gas(10, "Ne", "Neon", 31.8),
        Gas(11, "O2", "Oxygen", 20.6),
        Gas(12, "C3H8", "Propane", 8.2),
        Gas(13, "nC4H10", "Normal Butane", 7.5),
        Gas(14, "C2H2", "Acetylene", 10.3),
        Gas(15, "C2H4", "Ethylene", 10.3),
        Gas(16, "iC4H10", "Isobutane", 7.5),
        Gas(17, "Kr", "Krypton", 25.4),
        Gas(18, "Xe", "Xenon", 23.1),
        Gas(19, "SF6", "Sulfur Hexafluoride", 15.3),
        Gas(20, "C-25", "25% CO2, 75% Ar", 20.7),
        Gas(21, "C-10", "10% CO2, 90% Ar", 21.8),
        Gas(22, "C-8", "8% CO2, 92% Ar", 22.0),
        Gas(23, "C-2", "2% CO2, 98% Ar", 22.4),
        Gas(24, "C-75", "75% CO2, 25% Ar", 16.8),
        Gas(25, "He-25", "25% He, 75% Ar", 21.9),
        Gas(26, "He-75", "75% He, 25% Ar", 20.6),
        Gas(27, "A1025", "90% He, 7.5% Ar, 2.5% CO2", 20.0),
        Gas(28, "Star29", "Stargon CS", 21.9),
        Gas(29, "P-5", "5% CH4, 95% Ar", 22.0),
    )
}
MIXTURES = range(236, 256)  # codes a user may fill

# Molar masses of what may flow, [kg/mol]: the plant speaks of mass.
MOLAR_MASS = {"He": 4.0026e-3, "N2": 28.0134e-3, "Air": 28.965e-3, "Ar": 39.948e-3, "H2": 2.01588e-3}

STATUS_WORDS = (
    "ADC", "OPL", "POV", "P2O", "TOV", "VOV", "MOV", "TMF", "OVR", "COM", "HLD", "EXH", "GTA", "LCK",
)  # fmt: skip
# Words that came with later firmware than 8v and 9v; bias-flow-vacuum.md 3.1 (captures).
LATE_WORDS = ("P2O", "COM", "GTA")

ABSOLUTE_PRESSURE, TEMPERATURE, VOLUME_FLOW, MASS_FLOW = 2, 3, 4, 5
TOTAL_MASS, VALVE_DRIVE = 9, 13
PRESSURE_SETPOINT, VOLUME_SETPOINT, MASS_SETPOINT = 34, 36, 37
LOOP_VARIABLES = {
    PRESSURE_SETPOINT: ABSOLUTE_PRESSURE,
    VOLUME_SETPOINT: VOLUME_FLOW,
    MASS_SETPOINT: MASS_FLOW,
}


@dataclass(frozen=True)
class Unit:
    """A unit code: what it is called and how it follows from the unit inside."""

    code: int
    label: str
    factor: float
    offset: float = 0.0

    def show(self, value: float) -> float:
        """Return a value in this unit from one in the unit inside."""
        return value * self.factor + self.offset

    def take(self, value: float) -> float:
        """Return a value in the unit inside from one in this unit."""
        return (value - self.offset) / self.factor


# From litres per minute, PSIA and degC, which is what the instrument works in.
MASS_UNITS = {
    u.code: u
    for u in (
        Unit(4, "SmL/m", 1e3), Unit(6, "SL/s", 1 / 60), Unit(7, "SLPM", 1.0), Unit(8, "SL/h", 60.0),
        Unit(11, "SCCS", 1e3 / 60), Unit(12, "SCCM", 1e3), Unit(18, "SCFM", 0.0353147),
        Unit(19, "SCFH", 60 * 0.0353147),
    )
}  # fmt: skip
VOLUME_UNITS = {
    u.code: u
    for u in (
        Unit(4, "mL/m", 1e3), Unit(6, "L/s", 1 / 60), Unit(7, "LPM", 1.0), Unit(8, "L/h", 60.0),
        Unit(11, "CCS", 1e3 / 60), Unit(12, "CCM", 1e3), Unit(18, "CFM", 0.0353147),
    )
}  # fmt: skip
PRESSURE_UNITS = {
    u.code: u
    for u in (
        Unit(2, "PaA", 6894.757), Unit(4, "kPaA", 6.894757), Unit(6, "mbarA", 68.94757),
        Unit(7, "barA", 0.06894757), Unit(10, "PSIA", 1.0), Unit(13, "torrA", 51.71493),
    )
}  # fmt: skip
TEMPERATURE_UNITS = {
    2: Unit(2, "`C", 1.0),
    3: Unit(3, "`F", 1.8, 32.0),
    4: Unit(4, "`K", 1.0, 273.15),
}
UNITS_OF = {
    ABSOLUTE_PRESSURE: PRESSURE_UNITS,
    TEMPERATURE: TEMPERATURE_UNITS,
    VOLUME_FLOW: VOLUME_UNITS,
    MASS_FLOW: MASS_UNITS,
}
DEFAULT_UNITS = {ABSOLUTE_PRESSURE: 10, TEMPERATURE: 2, VOLUME_FLOW: 7, MASS_FLOW: 7}
