"""Calibration curves: read, evaluate, convert, fit, compare, upload.  Rule: no number outside its range.

``formats`` and ``tables`` say what calibrations are, ``curve`` and its kinds evaluate them, ``files`` reads
and writes them, ``catalogue`` holds the delivered ones, ``fit`` and ``choose`` make new ones, ``compare`` and
``uncertainty`` judge them, ``rules``, ``slots`` and ``upload`` bring them into an instrument.
"""

from cryoioc.curves.curve import Curve
from cryoioc.curves.errors import BadCurve, CurveFileError, OutsideRange
from cryoioc.curves.tables import Breakpoints, Calibration, ChebychevFit, InterpolationTable, TestData, evaluator

__all__ = [
    "BadCurve",
    "Breakpoints",
    "Calibration",
    "ChebychevFit",
    "Curve",
    "CurveFileError",
    "InterpolationTable",
    "OutsideRange",
    "TestData",
    "evaluator",
]
