"""SoftCal: a standard curve bent through one to three measured points (lakeshore-protocol.md 4.5)."""

from __future__ import annotations

from collections.abc import Sequence

from cryosim.emulators.lakeshore.curves import Curve
from cryosim.emulators.lakeshore.grammar import ExecutionError

_DIODE = ((2.0, 10.0), (50.0, 100.0), (200.0, 350.0))
_PLATINUM = ((50.0, 100.0), (200.0, 325.0), (400.0, 600.0))
WINDOWS = {1: _DIODE, 6: _PLATINUM, 7: _PLATINUM}
"""Where each of the three temperatures must lie, by standard curve, [K]."""


def softcal_curve(
    standard: int, source: Curve, serial: str, points: Sequence[tuple[float, float]]
) -> Curve:
    """Return the user curve SCAL generates.

    The method is not documented: the difference in sensor units at the measured points is added to
    every point of the standard curve, linear in temperature between them and constant beyond.  Where
    the standard's points are not known here, the measured ones become the curve.

    Parameters
    ----------
    standard : int
        1 DT-470, 6 PT-100, 7 PT-1000.
    source : Curve
        The standard curve.
    serial : str
        Of the new curve.
    points : sequence of (float, float)
        Kelvin and sensor units; a temperature of 0 marks one as not given.

    Raises
    ------
    ExecutionError
        When the standard cannot be bent, or a point is outside its window.
    """
    if standard not in WINDOWS:
        raise ExecutionError(standard)
    for (kelvin, _), (low, high) in zip(points, WINDOWS[standard], strict=True):
        if kelvin and not low <= kelvin <= high:
            raise ExecutionError(kelvin)
    given = sorted((kelvin, units) for kelvin, units in points if kelvin)
    known = [source.points[index] for index in sorted(source.points)]
    if known:
        shifts = [(kelvin, units - source.sensor(kelvin)) for kelvin, units in given]
        bent = [(units + _shift(kelvin, shifts), kelvin) for units, kelvin in known]
    else:
        bent = sorted((units, kelvin) for kelvin, units in given)
    table = dict(enumerate(bent, start=1))
    name = f"SCAL {source.name}"[:15]
    return Curve(name, serial[:10], source.format, source.limit, source.coefficient, table).with_coefficient()


def _shift(kelvin: float, shifts: Sequence[tuple[float, float]]) -> float:
    """Interpolate the shift at a temperature; 0.0 without any."""
    if not shifts:
        return 0.0
    if kelvin <= shifts[0][0]:
        return shifts[0][1]
    for (t0, s0), (t1, s1) in zip(shifts, shifts[1:], strict=False):
        if kelvin <= t1:
            return s0 + (kelvin - t0) * (s1 - s0) / (t1 - t0)
    return shifts[-1][1]
