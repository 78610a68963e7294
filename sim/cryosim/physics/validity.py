"""Leaving the range in which a law holds is an error, never a silent extrapolation."""

from __future__ import annotations

from cryoioc.errors import CryoError


class OutOfRange(CryoError, ValueError):
    """An argument lies outside the range in which a law holds."""


def within(name: str, value: float, low: float, high: float, unit: str) -> None:
    """Raise unless a value lies in a closed range.

    Parameters
    ----------
    name : str
        What the value is, [-]
    value : float
        The value, [any]
    low : float
        Lower end, [same]
    high : float
        Upper end, [same]
    unit : str
        Unit to name, [-]

    Raises
    ------
    OutOfRange
        When it does not, or is not a number.

    Examples
    --------
    >>> within("temperature", 4.2, 1.25, 5.0, "K")
    """
    if not low <= value <= high:
        raise OutOfRange(f"{name} {value:g} {unit}: the law holds from {low:g} to {high:g} {unit}")
