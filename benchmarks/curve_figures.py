"""Figures of ``docs/calibrations.md``: errors of the delivered formats and of ours, per band and drawn.

``python -m benchmarks.curve_figures``, which ``make docs`` calls, writes them anew; a test holds the page against the
code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.report import Table, filled
from benchmarks.rig import ROOT
from cryoioc.curves import Curve, catalogue, evaluator
from cryoioc.curves.choose import Tolerance, choose, uniform
from cryoioc.curves.compare import BANDS, band_errors
from cryoioc.curves.formats import LOG_OHM
from cryoioc.curves.making import as_breakpoints, as_certificate
from cryoioc.curves.plot import errors_figure
from cryoioc.curves.uncertainty import NTC_10_MV, Budget

DOCS = ROOT.parent / "docs"
PAGE = DOCS / "calibrations.md"
FORMS = {"cubic spline, 84": "spline", "340, 147, straight lines": "340", "91C/93C/330, 53, Lagrange": "330",
         "234, 90, straight lines": "234", "interpolation table, 150": "table"}  # fmt: skip
TEMPERATURES = (1.4, 4.2, 10.0, 20.0, 50.0, 100.0, 300.0)
HEAD = "Differences to the three Chebychev ranges of X138113, 1.4 K to 325 K; `make docs` writes them anew."
PICTURES = "![errors of the formats](figures/formats.svg)\n\n![ours beside the certificate's](figures/ours.svg)"


def delivered() -> dict[str, Curve]:
    """Return the certificate's formats."""
    return {label: evaluator(catalogue.delivered(f"X138113:{form}")) for label, form in FORMS.items()}


def ours(reference: Curve) -> dict[str, Curve]:
    """Return breakpoints chosen here."""
    shapes: Mapping[str, Tolerance] = {"shaped as the certificate's": as_certificate, "min-max": uniform}
    return {
        f"ours, {count}, {label}": _lines(reference, count, shape)
        for count in (147, 200)
        for label, shape in shapes.items()
    }


def _lines(reference: Curve, count: int, shape: Tolerance) -> Curve:
    chosen = choose(reference, LOG_OHM, count, low=1.4, high=325.0, tolerance=shape)
    return evaluator(as_breakpoints(chosen, LOG_OHM, limit=325.0))


def tables(reference: Curve, curves: Mapping[str, Curve]) -> Iterator[Table]:
    """Yield the tables of the page."""
    edges = [f"{low:g}-{high:g} K" for low, high in zip(BANDS, BANDS[1:], strict=False)]
    errors = Table("Largest error by band, mK", ("curve", *edges))
    for label, curve in curves.items():
        errors.add(label, *(f"{1e3 * band.largest:.2f}" for band in band_errors(curve, reference, BANDS)))
    yield errors
    budget = Table("Uncertainty on a 335 with the certificate's 147 points, k = 1, and expanded, k = 2, mK",
                   ("T, K", "calibration", "fit", "breakpoints", "instrument", "expanded"))  # fmt: skip
    used = evaluator(catalogue.instrument_curve("X138113"))
    parts = Budget(catalogue.sensor("X138113"), reference, used, NTC_10_MV).at(TEMPERATURES)
    columns = (parts.calibration, parts.fit, parts.interpolation, parts.electronics, parts.expanded)
    for kelvin, *row in zip(TEMPERATURES, *columns, strict=True):
        budget.add(f"{kelvin:g}", *(f"{1e3 * value:.2f}" for value in row))
    yield budget


def all_tables() -> list[Table]:
    """Return what the page has to say at present."""
    reference = evaluator(catalogue.delivered("X138113"))
    return list(tables(reference, delivered() | ours(reference)))


def main() -> None:
    """Write page and figures."""
    reference = evaluator(catalogue.delivered("X138113"))
    figures = DOCS / "figures"
    figures.mkdir(exist_ok=True)
    errors_figure(figures / "formats.svg", delivered(), reference, "Formats of the certificate of X138113")
    certificate = {"340, 147, straight lines": delivered()["340, 147, straight lines"]}
    errors_figure(figures / "ours.svg", certificate | ours(reference), reference, "Ours beside the certificate's")
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """Return the page with what the code says at present."""
    return filled(PAGE, f"{HEAD}\n\n{PICTURES}", all_tables())


if __name__ == "__main__":
    main()
