"""The commands about user curves, which models differ in by their numbers and limits alone."""

from __future__ import annotations

from collections.abc import Container, MutableMapping
from dataclasses import dataclass, replace

from cryosim.emulators.lakeshore.arguments import Parameters, one_of, only
from cryosim.emulators.lakeshore.curves import POINTS, Curve
from cryosim.emulators.lakeshore.grammar import CommandError, ExecutionError
from cryosim.emulators.lakeshore.numbers import parse_real
from cryosim.emulators.lakeshore.softcal import WINDOWS, softcal_curve

COEFFICIENTS = (1, 2)


@dataclass(frozen=True)
class Shelf:
    """What one model takes.

    Parameters
    ----------
    user : container of int
        Numbers of the curves that can be written.
    formats : container of int
        Formats of a curve.
    highest : float
        Of the temperature limit in a header, [K].
    """

    user: Container[int]
    formats: Container[int]
    highest: float

    def header(self, curves: MutableMapping[int, Curve], parameters: Parameters, *, exponent: bool) -> None:
        """CRVHDR: what is left out stays."""
        slot, name, serial, form, limit, coefficient = only(parameters, 6)
        number = one_of(slot, self.user)
        old = curves[number]
        new = replace(
            old,
            name=old.name if name is None else name[:15],
            serial=old.serial if serial is None else serial[:10],
            format=old.format if form is None else one_of(form, self.formats),
            limit=old.limit if limit is None else parse_real(limit, exponent),
            coefficient=old.coefficient if coefficient is None else one_of(coefficient, COEFFICIENTS),
        )
        if not 0.0 <= new.limit <= self.highest:
            raise ExecutionError(limit)
        curves[number] = new.with_coefficient()

    def point(self, curves: MutableMapping[int, Curve], parameters: Parameters, *, exponent: bool) -> None:
        """CRVPT: sensor units and temperature of one point."""
        slot, index, units, kelvin = only(parameters, 4)
        number, place = one_of(slot, self.user), one_of(index, POINTS)
        if units is None or kelvin is None:
            raise CommandError("CRVPT")
        curves[number] = curves[number].with_point(place, parse_real(units, exponent), parse_real(kelvin, exponent))

    def delete(self, curves: MutableMapping[int, Curve], parameters: Parameters) -> None:
        """CRVDEL."""
        curves[one_of(only(parameters, 1)[0], self.user)] = Curve()

    def softcal(self, curves: MutableMapping[int, Curve], parameters: Parameters, *, exponent: bool) -> None:
        """SCAL: a user curve out of a standard one and up to three points."""
        standard, destination, serial, *rest = only(parameters, 9)
        number, source = one_of(destination, self.user), one_of(standard, WINDOWS)
        values = [0.0 if text is None else parse_real(text, exponent) for text in rest]
        points = list(zip(values[0::2], values[1::2], strict=True))
        curves[number] = softcal_curve(source, curves[source], serial or "", points)
