"""Evaluation: both ways, scalars and arrays, joins, range, derivatives; breakpoints after rounding; uncertainty."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cryoioc.curves import OutsideRange, evaluator
from cryoioc.curves.catalogue import delivered, forms, instrument_curve, sensor
from cryoioc.curves.choose import choose, uniform
from cryoioc.curves.compare import BANDS, band_errors
from cryoioc.curves.fit import fit_chebychev, fit_smoothing
from cryoioc.curves.formats import LOG_OHM, VOLT, store_kelvin, store_units
from cryoioc.curves.making import CERTIFICATE, as_breakpoints, as_certificate, breakpoints_of
from cryoioc.curves.rules import RULES, prepare
from cryoioc.curves.uncertainty import DIODE, NTC_10_MV, Budget, accuracy

EVERY = [f"{name}:{form}" for name in ("X138113", "RX-103A", "DT-670") for form in forms(sensor(name))]


@pytest.fixture(scope="module")
def fit():
    return evaluator(delivered("X138113"))


@pytest.mark.parametrize("name", EVERY)
def test_both_ways_agree(name):
    curve = evaluator(delivered(name))
    kelvin = np.geomspace(curve.low, curve.high, 4001)
    reading = curve.sensor(kelvin)
    step = 2e-3 if name == "X138113:chebychev" else 0.1 if name.startswith("RX-103A") else 0.0  # at the joins
    back = curve.kelvin(reading)
    wrong = np.abs(back - kelvin) > 1e-9 * kelvin
    assert np.abs(back - kelvin).max() <= step + 1e-9 * curve.high
    assert wrong.mean() < 0.01
    assert curve.kelvin(float(reading[7])) == pytest.approx(back[7], rel=1e-13)
    assert curve.sensor(float(kelvin[7])) == pytest.approx(reading[7], rel=1e-13)


@pytest.mark.parametrize("name", EVERY)
def test_derivatives_are_those_of_the_curve(name):
    curve = evaluator(delivered(name))
    kelvin = np.geomspace(curve.low, curve.high, 103)[1:-1]
    h = 1e-5 * kelvin
    numeric = (curve.sensor(kelvin + h) - curve.sensor(kelvin - h)) / (2.0 * h)
    assert np.median(np.abs(curve.slope(kelvin) / numeric - 1.0)) < 1e-5
    assert np.median(np.abs(curve.kelvin_slope(curve.sensor(kelvin)) * numeric - 1.0)) < 1e-5
    expected = curve.slope(kelvin) * kelvin / curve.sensor(kelvin)
    assert curve.sensitivity(kelvin) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", EVERY)
def test_outside_is_an_error_or_nan_and_never_a_number(name):
    curve = evaluator(delivered(name))
    outside = [curve.sensor_low * 0.999, curve.sensor_high * 1.001, math.nan, math.inf, 0.0, -1.0]
    for reading in outside:
        assert math.isnan(curve.kelvin(reading, "nan"))
        for form in (reading, np.array([reading])):
            with pytest.raises(OutsideRange):
                curve.kelvin(form)
    mixed = curve.kelvin(np.array([*outside, curve.sensor_low]), "nan")
    assert np.isnan(mixed).tolist() == [True] * 6 + [False]
    for kelvin in (curve.low * 0.999, curve.high * 1.001, math.nan):
        assert math.isnan(curve.sensor(kelvin, "nan"))
        with pytest.raises(OutsideRange, match="K is outside the curve"):
            curve.sensor(kelvin)


def test_slopes_outside_are_refused_or_nan(fit):
    outside = fit.sensor_high * 1.1
    assert np.isnan(fit.kelvin_slope([outside, 3302.0], "nan")).tolist() == [True, False]
    assert fit.kelvin_slope(3302.0) == pytest.approx(1.0 / fit.slope(fit.kelvin(3302.0)), rel=1e-9)
    with pytest.raises(OutsideRange):
        fit.kelvin_slope(outside)


def test_each_reading_belongs_to_one_range(fit):
    for join in (1042.0, 242.5):
        below, above = join * (1.0 - 1e-12), join * (1.0 + 1e-12)
        x = math.log10(join)
        warmer, colder = [r for r in fit.ranges if r.z_high == math.log10(join) or r.z_low == math.log10(join)]
        assert fit.kelvin(join) == colder.kelvin_of_one(x) == pytest.approx(fit.kelvin(above), abs=1e-9)
        assert fit.kelvin(below) == pytest.approx(warmer.kelvin_of_one(x), abs=1e-9)


def test_a_temperature_inside_the_step_of_a_join_is_the_join(fit):
    cold, warm = fit.kelvin(1042.0), fit.kelvin(1041.9999999)
    assert warm - cold > 1e-3
    assert fit.sensor(0.5 * (cold + warm)) == pytest.approx(1042.0, rel=1e-9)


def test_shapes_are_kept(fit):
    assert fit.kelvin(np.full((3, 5), 3302.0)).shape == (3, 5)
    assert fit.sensor(np.full((2, 2), 4.34)).shape == (2, 2)
    assert isinstance(fit.kelvin(3302), float) and fit.kelvin(3302) == pytest.approx(4.34, abs=1e-4)


# --- from data to breakpoints ---------------------------------------------------------------------


def errors(chosen, fit):
    table = as_breakpoints(chosen, LOG_OHM, limit=325.0)
    return [band.largest for band in band_errors(evaluator(table), fit, BANDS)]


@pytest.mark.parametrize(("count", "better"), [(147, 0.30), (200, 0.59)])
def test_every_band_is_better_than_the_certificates(count, better, fit):
    chosen = choose(fit, LOG_OHM, count, low=1.4, high=325.0, tolerance=as_certificate)
    assert len(chosen.units) <= count
    for ours, theirs in zip(errors(chosen, fit), CERTIFICATE, strict=True):
        assert ours < (1.0 - better) * theirs


@pytest.mark.parametrize(("count", "largest"), [(147, 3.61e-3), (200, 2.00e-3)])
def test_the_same_error_everywhere(count, largest, fit):
    chosen = choose(fit, LOG_OHM, count, low=1.4, high=325.0, tolerance=uniform)
    assert max(errors(chosen, fit)) < largest


def test_breakpoints_are_what_an_instrument_stores(fit):
    chosen = choose(fit, LOG_OHM, 147, low=1.4, high=325.0)
    assert (store_units(chosen.units, LOG_OHM) == chosen.units).all()
    assert (store_kelvin(chosen.kelvin) == chosen.kelvin).all()
    stored = prepare(as_breakpoints(chosen, LOG_OHM, limit=325.0, name="X", serial="X"), RULES["lakeshore335"])
    assert stored.points == tuple(zip(chosen.units, chosen.kelvin, strict=True))
    # The whole range can be read: both ends are covered.
    assert 10.0 ** chosen.units[0] <= fit.sensor(325.0) and 10.0 ** chosen.units[-1] >= fit.sensor(1.4)


def test_diodes_too():
    fine = evaluator(delivered("DT-670:table144"))
    table, words = breakpoints_of(fine, 75, low=1.4, high=475.0, minmax=True)
    assert table.format is VOLT and words.startswith("off by at most")
    theirs = max(b.largest for b in band_errors(evaluator(instrument_curve("DT-670")), fine, (1.5, 475.0)))
    ours = max(b.largest for b in band_errors(evaluator(table), fine, (1.5, 475.0)))
    assert ours < theirs


def test_fits_to_the_raw_data(fit):
    data = delivered("X138113:data")
    assert [len(f.range.coefficients) - 1 for f in fit_chebychev(data, (14.2, 80.1))] == [10, 8, 7]
    spline = fit_smoothing(data)
    kelvin, sensor_ = np.array(data.kelvin), np.array(data.sensor)
    inside = slice(1, -1)
    assert np.abs(spline.kelvin(sensor_[inside]) / kelvin[inside] - 1.0).max() < 1e-3
    rms = np.sqrt(np.mean((spline.kelvin(sensor_[3:-3]) - fit.kelvin(sensor_[3:-3])) ** 2))
    assert rms < 10e-3


# --- uncertainty ------------------------------------------------------------------------------------


def test_uncertainty_has_the_certificates_figures_and_the_report_s_formula(fit):
    parts = Budget(sensor("X138113"), fit).at([1.4, 4.2, 10.0, 20.0, 30.0, 50.0, 100.0, 300.0])
    assert 2e3 * parts.calibration == pytest.approx([4, 4, 4, 8, 9, 12, 17, 46])
    assert 1e3 * parts.fit == pytest.approx([0.76, 0.76, 0.76, 1.52, 1.52, 1.52, 7.68, 7.68], abs=0.006)
    assert (parts.electronics == 0.0).all() and (parts.interpolation == 0.0).all()
    assert parts.expanded == pytest.approx(2.0 * np.hypot(parts.calibration, parts.fit))


def test_uncertainty_on_an_instrument(fit):
    lines = evaluator(instrument_curve("X138113"))
    parts = Budget(sensor("X138113"), fit, lines, NTC_10_MV).at(np.array([4.2, 300.0]))
    # 10 kohm range: 1 ohm and 0.04 %, by -1014 and -0.217 ohm/K, as a rectangle.
    assert parts.electronics[0] == pytest.approx((1.0 + 4e-4 * 3437.8) / 1013.9 / math.sqrt(3.0), rel=1e-3)
    assert parts.electronics[1] == pytest.approx((0.01 + 4e-4 * 68.467) / 0.21715 / math.sqrt(3.0), rel=1e-3)
    assert (parts.interpolation > 0.0).all()
    assert 1e3 * parts.expanded == pytest.approx([5.34, 204.9], abs=0.1)


def test_accuracy_is_that_of_the_smallest_range_that_holds_the_reading():
    assert accuracy([99.0, 101.0, 2e5], NTC_10_MV)[:2] == pytest.approx([0.01 + 0.0396, 0.01 + 0.0404])
    assert np.isnan(accuracy(2e5, NTC_10_MV))
    assert accuracy(1.0, DIODE) == pytest.approx(130e-6)


def test_no_uncertainty_outside(fit):
    budget = Budget(sensor("X138113"), fit)
    with pytest.raises(OutsideRange):
        budget.at(400.0)
    assert np.isnan(budget.at(400.0, "nan").expanded).all()
