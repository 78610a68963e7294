"""Every printed number of standard curve RX-103A, as printed and as corrected."""

from __future__ import annotations

import numpy as np
import pytest

from cryoioc.curves import BadCurve, OutsideRange
from cryoioc.curves.catalogue import chebychev, delivered, instrument_curve, sensor
from cryoioc.curves.tables import evaluator

RX103A = sensor("RX-103A")
ROWS = RX103A.rows("table.csv")
T = np.array([float(row["kelvin"]) for row in ROWS])
R = np.array([float(row["ohm"]) for row in ROWS])


def errors(form: str):
    """Return T of the fit minus T of the table, [mK]."""
    return 1e3 * (evaluator(delivered(f"RX-103A:{form}")).kelvin(R) - T)


def test_columns_agree_with_each_other():
    slope = np.array([float(row["ohm_per_kelvin"]) for row in ROWS])
    sensitivity = np.array([float(row["dlogr_dlogt"]) for row in ROWS])
    assert len(ROWS) == 88
    assert np.abs(slope * T / R - sensitivity).max() < 0.00061  # three decimals, four digits of the slope
    assert (np.diff(T) > 0).all() and (np.diff(R) < 0).all() and (np.diff(slope) > 0).all()
    # Slopes against the secants of the resistances: a printed digit that is wrong shows in either.
    secant = (R[2:] - R[:-2]) / (T[2:] - T[:-2])
    mean = 0.25 * (slope[:-2] + 2.0 * slope[1:-1] + slope[2:])
    assert np.abs(secant / mean - 1.0).max() < 0.03


def test_as_printed_the_lower_fit_misses_its_own_table():
    wrong = errors("as-printed")[(T >= 1.3) & (T <= 8.0)]
    assert np.abs(wrong).max() == pytest.approx(84, abs=1)
    assert np.sqrt(np.mean(wrong**2)) == pytest.approx(42, abs=3)


def test_with_the_sign_of_a7_turned_it_does_not():
    wrong = errors("chebychev")[T <= 6.0]
    assert np.abs(wrong).max() < 0.046
    assert np.sqrt(np.mean(wrong**2)) < 0.02


@pytest.mark.parametrize(("range_", "coefficient"), [(0, i) for i in range(9) if i != 7])
def test_no_other_sign_would_do(range_, coefficient):
    body = RX103A.toml("chebychev.toml")["range"][range_]
    a = [c[1] for c in body["coefficients"]]
    a[coefficient] = -a[coefficient]
    k = 2.0 * (np.log10(R[T <= 6.0]) - body["zl"]) / (body["zu"] - body["zl"]) - 1.0
    assert np.abs(np.polynomial.chebyshev.chebval(k, a) - T[T <= 6.0]).max() > 0.05


def test_rows_that_cannot_hold_between_the_fits():
    lower = chebychev(RX103A, ("rx103a-a7-sign",))  # joined at 8.00 K as printed
    from_lower = evaluator(lower).kelvin(R[(T >= 6.5) & (T < 8.0)])
    assert 1e3 * (from_lower - T[(T >= 6.5) & (T < 8.0)]) == pytest.approx([1.9, 0.0, -12.1], abs=0.1)
    step = errors("chebychev")
    assert {float(t): round(float(e), 1) for t, e in zip(T, step, strict=True) if abs(e) > 1.5} == {6.5: 1.9, 7.5: -4.3}


def test_upper_fit_is_far_better_than_its_text_says():
    wrong = errors("chebychev")[T >= 8.0]
    assert np.abs(wrong).max() < 1.35 and np.sqrt(np.mean(wrong**2)) < 0.42


def test_both_fits_end_where_the_table_ends():
    curve = evaluator(delivered("RX-103A"))
    for ohm in (10_000.0, 11_000.0, 34_200.0, 38_500.0):
        with pytest.raises(OutsideRange):
            curve.kelvin(ohm)


def test_basic_program_as_printed_does_not_depend_on_the_resistance():
    printed = next(c for c in RX103A.toml("corrections.toml")["correction"] if c["name"] == "rx103a-basic-bracket")
    body = RX103A.toml("chebychev.toml")["range"][0]
    numbers = [{"ZL": body["zl"], "ZU": body["zu"], "Z": z} for z in (4.2, 4.4, 4.6)]

    def x(which: str) -> list[float]:
        return [eval(printed[which].removeprefix("x="), {}, one) for one in numbers]  # noqa: S307

    assert x("printed") == pytest.approx([-16.05] * 3, abs=0.01)
    assert x("correct") == pytest.approx([2 * (n["Z"] - n["ZL"]) / (n["ZU"] - n["ZL"]) - 1 for n in numbers])


def test_a_correction_says_what_it_corrects(monkeypatch):
    printed = RX103A.toml("chebychev.toml")
    printed["range"][0]["coefficients"][7][1] = 0.5
    monkeypatch.setattr(type(RX103A), "toml", lambda self, name: {"chebychev.toml": printed}.get(name) or CORRECTIONS)
    with pytest.raises(BadCurve, match=r"rx103a-a7-sign: 0\.5 is printed, not -0\.029147"):
        chebychev(RX103A, ("rx103a-a7-sign",))


CORRECTIONS = RX103A.toml("corrections.toml")


def test_it_has_no_breakpoints_for_an_instrument():
    with pytest.raises(BadCurve, match="without breakpoints"):
        instrument_curve("RX-103A")


def test_dt670_sets_agree():
    fine, coarse = evaluator(delivered("DT-670:table144")), evaluator(delivered("DT-670:instrument75"))
    rows = sensor("DT-670").rows("breakpoints.csv")
    assert [sum(r["set"] == s for r in rows) for s in ("instrument75", "table144")] == [75, 144]
    nodes = np.array(coarse.x)[1:-1]
    at_nodes = np.abs(fine.kelvin(nodes) - coarse.kelvin(nodes))
    assert (at_nodes.max(), coarse.kelvin(nodes)[np.argmax(at_nodes)]) == pytest.approx((0.095, 23.3), abs=0.001)
    # Between its points the coarse set is farther off: a 21 K long line near 273 K.
    volts = np.linspace(max(fine.sensor_low, coarse.sensor_low), min(fine.sensor_high, coarse.sensor_high), 50_001)
    apart = np.abs(fine.kelvin(volts) - coarse.kelvin(volts))
    assert (apart.max(), fine.kelvin(volts)[np.argmax(apart)]) == pytest.approx((0.145, 273.0), abs=0.01)
    # Values quoted in lakeshore-protocol.md 8.1.
    assert fine.sensor(np.array([4.2, 77.35, 295.0])) == pytest.approx([1.57848, 1.02751, 0.57114], abs=6e-6)
