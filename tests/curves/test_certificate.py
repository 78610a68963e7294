"""Every printed number of certificate X138113 against the others it must agree with.

What cannot agree is in the errata, and the test of a table says there how far it is off.
Bounds follow from the digits printed; where physics.md 9.2 gives a measured figure, that is the bound.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from cryoioc.curves.catalogue import delivered, sensor
from cryoioc.curves.chebychev import ChebychevRange
from cryoioc.curves.compare import BANDS, band_errors
from cryoioc.curves.fit import fit_chebychev
from cryoioc.curves.tables import evaluator

X138113 = sensor("X138113")
RANGES = X138113.toml("chebychev.toml")["range"]
POINTS = {1: (1, 31), 2: (27, 57), 3: (53, 84)}  # first and last point of each range
NOT_MEASURED = {2: (27, 28, 29), 3: (53, 54, 55)}  # rows whose "T Meas." is the fit of the range before


def half_a_digit(text: str) -> float:
    """Return half of the last digit printed."""
    mantissa, _, exponent = text.upper().partition("E")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


def polynomial(number: int) -> ChebychevRange:
    body = RANGES[number - 1]
    return ChebychevRange(body["zl"], body["zu"], tuple(c[1] for c in body["coefficients"]), body["zl"], body["zu"])


@pytest.fixture(scope="module")
def curve():
    return evaluator(delivered("X138113"))


@pytest.fixture(scope="module")
def equation():
    """T Eq. by point: that of the range each point belongs to, joins to the warmer one."""
    rows = X138113.rows("fit_residuals.csv")
    return {int(r["index"]): (float(r["ohm"]), float(r["kelvin_equation"])) for r in rows if _useful(r)}


def _useful(row) -> bool:
    first = {1: 1, 2: 29, 3: 55}[int(row["range"])]
    last = {1: 28, 2: 54, 3: 84}[int(row["range"])]
    return first <= int(row["index"]) <= last


def test_files_are_those_of_the_manifests():
    for name in ("X138113", "RX-103A", "DT-670"):
        assert sensor(name).changed_files() == []


def test_test_data_are_the_measured_points_rounded():
    exact = {row["index"]: row for row in reversed(X138113.rows("fit_residuals.csv"))}
    rows = X138113.rows("test_data.csv")
    assert len(rows) == 84
    for row in rows:
        for name, other in (("kelvin", "kelvin_measured"), ("ohm", "ohm")):
            error = abs(float(row[name]) - float(exact[row["index"]][other]))
            assert error <= half_a_digit(row[name]) * 1.001, row
        assert row["excitation"] == "2mV ±25%"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_polynomial_gives_every_t_eq_and_every_difference(number):
    rows = [row for row in X138113.rows("fit_residuals.csv") if row["range"] == str(number)]
    first, last = POINTS[number]
    assert [int(row["index"]) for row in rows] == list(range(first, last + 1))
    kelvin = polynomial(number).kelvin(np.log10(column(rows, "ohm")))
    # Six decimals of the coefficients and seven digits of R: 0.012, 0.023, 0.076 mK (physics.md 9.2).
    assert np.abs(kelvin - column(rows, "kelvin_equation")).max() <= {1: 13e-6, 2: 24e-6, 3: 77e-6}[number]
    for row in rows:
        difference = (float(row["kelvin_measured"]) - float(row["kelvin_equation"])) * 1e3
        assert abs(difference - float(row["difference_mk"])) <= 0.0105, row


@pytest.mark.parametrize("number", [1, 2, 3])
def test_head_of_each_range_follows_from_its_rows(number):
    rows = [row for row in X138113.rows("fit_residuals.csv") if row["range"] == str(number)]
    body = RANGES[number - 1]
    assert body["zl"] == pytest.approx(math.log10(float(rows[-1]["ohm"])), abs=2e-7)
    assert body["zu"] == pytest.approx(math.log10(float(rows[0]["ohm"])), abs=2e-7)
    difference = column(rows, "difference_mk")
    assert math.sqrt(np.mean(difference**2)) == pytest.approx(body["rms_mk"], abs=0.006)
    worst = int(np.argmax(np.abs(difference)))
    assert (difference[worst], int(rows[worst]["index"])) == (body["worst_mk"], body["worst_point"])
    assert body["order"] == len(body["coefficients"]) - 1


def test_points_in_the_overlap_are_the_fit_before_and_no_measurement():
    rows = {(r["range"], int(r["index"])): r for r in X138113.rows("fit_residuals.csv")}
    for number, points in NOT_MEASURED.items():
        for point in points:
            here, before = rows[(str(number), point)], rows[(str(number - 1), point)]
            assert here["kelvin_measured"] == before["kelvin_equation"] != before["kelvin_measured"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_ratios_of_the_coefficients(number):
    for _, coefficient, deviation, ratio in RANGES[number - 1]["coefficients"]:
        # Five digits of the deviation, six decimals of the coefficient.
        error = abs(ratio) * 5e-5 + 5e-7 / deviation + 0.006
        assert coefficient / deviation == pytest.approx(ratio, abs=error)


def test_least_squares_give_the_printed_coefficients_and_deviations():
    fits = fit_chebychev(delivered("X138113:data"), (14.2, 80.1), (8, 6, 7))
    for fit, body, (first, last) in zip(fits, RANGES, POINTS.values(), strict=True):
        assert (fit.first, fit.first + len(fit.residuals) - 1) == (first, last)
        printed = np.array([c[1:3] for c in body["coefficients"]])
        assert np.abs(np.array(fit.range.coefficients) - printed[:, 0]).max() < 1.3e-5
        assert fit.deviations == pytest.approx(printed[:, 1], rel=0.004)
        assert fit.rms * 1e3 == pytest.approx(body["rms_mk"], abs=0.007)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_useful_ends_in_kelvin_and_ohm(number, curve):
    body = RANGES[number - 1]
    fit = polynomial(number)
    for kelvin, ohm in ((body["low_kelvin"], body["ohm_at_low"]), (body["high_kelvin"], body["ohm_at_high"])):
        # Both are rounded to three or four digits.
        assert fit.kelvin_of_one(math.log10(ohm)) == pytest.approx(kelvin, rel=1.5e-3)


def test_joins_step_by_what_the_errata_say(curve):
    one, two, three = (polynomial(n) for n in (1, 2, 3))
    step = two.kelvin_of_one(math.log10(1042)) - one.kelvin_of_one(math.log10(1042))
    assert step * 1e3 == pytest.approx(1.08, abs=0.01)
    step = three.kelvin_of_one(math.log10(242.5)) - two.kelvin_of_one(math.log10(242.5))
    assert abs(step) * 1e3 == pytest.approx(0.13, abs=0.01)


def test_interpolation_table_is_a_spline_through_t_eq(equation):
    """It is no table of the polynomials: a not-a-knot spline of log R(T) through the points of the fits."""
    ohm, kelvin = (np.array(c) for c in zip(*equation.values(), strict=True))
    spline = CubicSpline(kelvin, np.log10(ohm), bc_type="not-a-knot")
    rows = X138113.rows("interpolation_table.csv")
    assert len(rows) == 150
    t = column(rows, "kelvin")
    r = 10.0 ** spline(t)
    slope = r * math.log(10.0) * spline(t, 1)
    for row, k, value, gradient in zip(rows, t, r, slope, strict=True):
        assert value == pytest.approx(float(row["ohm"]), rel=7e-6), row
        assert gradient == pytest.approx(float(row["ohm_per_kelvin"]), rel=1e-4), row
        assert k * gradient / value == pytest.approx(float(row["dlogr_dlogt"]), rel=1e-4), row


def test_interpolation_table_against_the_polynomials(curve):
    rows = X138113.rows("interpolation_table.csv")
    t, r = column(rows, "kelvin"), column(rows, "ohm")
    error = curve.kelvin(r) - t
    assert np.abs(error).max() * 1e3 == pytest.approx(0.94, abs=0.02)
    assert t[np.argmax(np.abs(error))] == 14.0
    assert error[t == 1.5][0] * 1e3 == pytest.approx(0.42, abs=0.01)
    assert (curve.slope(1.4) / float(rows[0]["ohm_per_kelvin"]) - 1.0) == pytest.approx(-0.0087, abs=4e-4)
    # Within a row: dlogR/dlogT = dR/dT T / R, to the digits printed.
    s = column(rows, "ohm_per_kelvin") * t / r
    assert s == pytest.approx(column(rows, "dlogr_dlogt"), rel=1.1e-4)


def test_cubic_spline_nodes_are_the_points_and_t_eq(equation):
    rows = X138113.rows("cubic_spline.csv")
    assert len(rows) == 84
    residuals = {(r["range"], r["index"]): r for r in X138113.rows("fit_residuals.csv")}
    for number, row in zip(range(84, 0, -1), rows, strict=True):
        ohm, kelvin = equation[number]
        if number in (29, 55):  # joins: the colder range's value; the table takes the warmer's
            kelvin = float(residuals[({29: "1", 55: "2"}[number], str(number))]["kelvin_equation"])
        assert abs(float(row["ohm"]) - ohm) <= half_a_digit(row["ohm"]) * 1.01
        assert abs(float(row["kelvin"]) - kelvin) <= half_a_digit(row["kelvin"]) * 1.01


def test_cubic_spline_curvatures_are_those_of_a_not_a_knot_spline(equation):
    rows = X138113.rows("cubic_spline.csv")
    exact = [equation[number][0] for number in range(84, 0, -1)]
    kelvin = [equation[number][1] for number in range(84, 0, -1)]
    kelvin[84 - 29] = 14.18048
    spline = CubicSpline(exact, kelvin, bc_type="not-a-knot")
    curvature, printed = spline(exact, 2), column(rows, "curvature")
    relative = np.abs(curvature / printed - 1.0)
    # The second derivative of numbers rounded to 10 uK; the last row is where it nearly vanishes.
    assert relative[:-1].max() < 2e-3
    assert printed[-1] == pytest.approx(-1.29e-10, rel=0.02) and curvature[-1] == pytest.approx(-1.29e-10, rel=0.05)


def test_340_breakpoints_lie_below_the_curve_on_purpose(curve):
    rows = X138113.rows("breakpoints_340.csv")
    assert [int(row["index"]) for row in rows] == list(range(1, 148))
    units, kelvin = column(rows, "log10_ohm"), column(rows, "kelvin")
    assert (np.diff(units) > 0).all() and (np.diff(kelvin) < 0).all()
    assert (kelvin[0], kelvin[-1]) == (325.0, 1.4)
    error = kelvin - curve.kelvin(10.0**units)
    assert np.abs(error).max() * 1e3 == pytest.approx(12.7, abs=0.1)
    rounding = 0.5e-5 * np.abs(np.gradient(kelvin, units))  # of the fifth decimal of log R
    assert (error <= rounding).all()
    # So the chord above a point is off by about as much the other way, and a comparison with the table fails.
    table = {float(row["kelvin"]): math.log10(float(row["ohm"])) for row in X138113.rows("interpolation_table.csv")}
    assert round(table[325.0], 5) == 1.80266 and units[0] == 1.80265


def test_330_breakpoints_are_points_of_the_tables_spline(curve, equation):
    rows = X138113.rows("breakpoints_330.csv")
    assert [int(row["index"]) for row in rows] == list(range(1, 54))
    ohm, kelvin = (np.array(c) for c in zip(*equation.values(), strict=True))
    spline = CubicSpline(kelvin, np.log10(ohm), bc_type="not-a-knot")
    t, units = column(rows, "kelvin"), column(rows, "log10_ohm")
    assert np.abs(spline(t) - units).max() < 0.6e-5
    # Against the polynomial the same holds but at three of them.
    wrong = np.abs(np.log10(curve.sensor(t)) - units)
    assert t[wrong > 1e-5].tolist() == [1.9, 1.7, 1.5]
    assert wrong[wrong > 1e-5] == pytest.approx([1.0e-5, 4.5e-5, 27.4e-5], abs=0.1e-5)


def test_decades(curve):
    rows = X138113.rows("decades.csv")
    for row in rows:
        error = curve.kelvin(float(row["ohm"])) - float(row["kelvin"])
        assert abs(error) < {"100": 2.1e-3, "1000": 1.1e-3, "10000": 0.51e-3}[row["ohm"]], row
    assert len(rows) == 3


def test_234_breakpoints(curve):
    rows = X138113.rows("breakpoints_234.csv")
    assert [int(row["index"]) for row in rows] == list(range(1, 91))
    for row in rows:
        assert float(row["ohm"]) == pytest.approx(10.0 ** float(row["log10_ohm"]), rel=6e-7), row
    inside = [row for row in rows if curve.low <= float(row["kelvin"]) <= curve.high]
    assert [row["kelvin"] for row in rows if row not in inside] == ["1.345", "1.232"]
    first = polynomial(1)
    for row in rows:
        exact = curve.kelvin(float(row["ohm"])) if row in inside else first.kelvin_of_one(float(row["log10_ohm"]))
        assert abs(float(row["kelvin"]) - exact) < 0.55e-3, (row, exact)
    assert (rows[0]["kelvin"], rows[9]["kelvin"]) == ("311.494", "203.318")


def test_maximum_errors_of_the_234_cannot_be_reached_by_straight_lines(curve):
    claimed = [float(row["error_kelvin"]) * 1e3 for row in X138113.rows("maximum_error_234.csv")]
    assert claimed == [10.0, 19.0, 8.0, 16.0, 65.0]
    table = evaluator(delivered("X138113:234"))
    found = [1e3 * band.largest for band in band_errors(table, curve, (1.4, 10.0, 20.0, 40.0, 100.0, 325.0))]
    assert found == pytest.approx([15.7, 25.6, 13.0, 26.8, 106.7], abs=0.06)


MEASURED = {  # largest error, mK, by band (physics.md 9.2, recomputed on a finer grid)
    "spline": (0.24, 0.08, 0.31, 1.09, 0.08, 0.31, 0.91),
    "340": (1.32, 0.99, 2.17, 2.02, 5.18, 5.27, 12.64),
    "330": (0.42, 0.06, 0.26, 0.54, 0.34, 1.31, 6.37),
    "234": (5.18, 4.4, 15.73, 25.64, 12.98, 26.8, 106.65),
}


@pytest.mark.parametrize("form", MEASURED)
def test_what_each_format_can_reach(form, curve):
    bands = band_errors(evaluator(delivered(f"X138113:{form}")), curve, BANDS)
    assert [1e3 * band.largest for band in bands] == pytest.approx(MEASURED[form], abs=0.02)


def test_thermal_cycle(curve):
    found = [curve.kelvin(float(row["ohm"])) for row in X138113.rows("thermal_cycle.csv")]
    assert found == pytest.approx([295.32, 77.43, 4.216], abs=0.006)


def test_uncertainties_are_a_whole_table():
    rows = X138113.rows("uncertainty.csv")
    assert [row["kelvin"] for row in rows] == ["1.4", "4.2", "10", "20", "30", "50", "100", "300", "400", "500"]
    # Column sums typed from the page.
    sums = {"GR": 60, "CX-1010": 285, "CX-1030": 223, "CX-1050": 178, "CX-1070": 170, "CX-1080": 138, "RX-102A": 129,
            "RX-103A": 121, "RX-202A": 95, "PT-100": 159, "PT-25": 161, "RF-800": 139, "Diode": 265}  # fmt: skip
    assert {name: sum(int(row[name] or 0) for row in rows) for name in sums} == sums
