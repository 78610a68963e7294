"""Heater power from what the instrument says.  A computation, not a measurement.

The 33x reports a percentage of full-scale current or of full-scale power, as ``HTRSET`` was set; the
range divides the full-scale power by decades (lakeshore-protocol.md 5.3 [M350] [C336]).
"""

from __future__ import annotations

from dataclasses import dataclass

COMPLIANCE = 50.0  # V, output 1 of the family; the 335's own figure is unverified (5.2)
VOLTAGE_FULL_SCALE = 10.0  # V, outputs of voltage type


@dataclass(frozen=True)
class HeaterSetup:
    """What a current output is set to and wired to."""

    max_current: float  # A, as set in the instrument
    heater_ohm: float  # ohm, what is wired to the output
    percent_of: str  # "Current" or "Power"


def full_scale_current(setup: HeaterSetup, decades: int) -> float:
    """Return the current at 100 %, [A].

    Parameters
    ----------
    setup : HeaterSetup
        Settings and load.
    decades : int
        Ranges below the highest one; each divides the power by ten.
    """
    most = min(setup.max_current, COMPLIANCE / setup.heater_ohm)
    return float(most * 10.0 ** (-decades / 2))


def heater_power(percent: float, setup: HeaterSetup, decades: int | None) -> float:
    """Return the power in the heater, [W].

    Parameters
    ----------
    percent : float
        Heater output as reported, [%].
    setup : HeaterSetup
        Settings and load.
    decades : int or None
        Ranges below the highest one; None when the range is Off.

    Examples
    --------
    >>> setup = HeaterSetup(max_current=1.414, heater_ohm=25.0, percent_of="Current")
    >>> round(heater_power(42.0, setup, 0), 2)
    8.82
    """
    if decades is None:
        return 0.0
    part = abs(percent) / 100.0
    if setup.percent_of == "Current":
        part *= part
    return part * full_scale_current(setup, decades) ** 2 * setup.heater_ohm


def voltage_power(percent: float, load_ohm: float) -> float:
    """Return the power of an output of voltage type, [W]: (percent of 10 V)^2 / load."""
    return (percent / 100.0 * VOLTAGE_FULL_SCALE) ** 2 / load_ohm
