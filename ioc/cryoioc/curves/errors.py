"""What can be wrong with a curve, split by what the reader of the message has to mend."""

from __future__ import annotations

from cryoioc.errors import CryoError


class BadCurve(CryoError):
    """The numbers are no calibration curve: out of order, doubled, not finite, of another unit."""


class CurveFileError(CryoError):
    """A file cannot be read as a curve.  One line: file, line where it applies, what is wrong."""


class OutsideRange(CryoError):
    """A reading or a temperature lies outside the range a curve is valid for."""
