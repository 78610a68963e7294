"""Rate of change by least squares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryoioc.pvs.rate import Rate


@given(slope=st.floats(-50, 50), start=st.floats(1.4, 300), origin=st.floats(0, 1e6))
def test_a_straight_line_gives_its_slope(slope: float, start: float, origin: float) -> None:
    rate = Rate(10.0)
    for k in range(150):
        rate.add(origin + 0.1 * k, start + slope / 60 * 0.1 * k)
    assert rate.per_minute() == pytest.approx(slope, abs=1e-3)


def test_readings_that_come_seldom_still_make_a_rate() -> None:
    rate = Rate(10.0)
    for k in range(20):
        rate.add(8.0 * k, 150.0 + 1.0 * k)
    assert rate.per_minute() == pytest.approx(7.5)


def test_the_last_digit_alone_makes_no_rate() -> None:
    rate = Rate(10.0)
    for k in range(101):
        rate.add(0.1 * k, 13.0 + 0.001 * (k % 2))
    assert abs(rate.per_minute() or 0.0) < 0.001


def test_nothing_is_said_before_a_tenth_of_the_window() -> None:
    rate = Rate(10.0)
    for k in range(10):
        assert rate.per_minute() is None
        rate.add(0.1 * k, 10.0)


def test_readings_older_than_the_window_are_forgotten() -> None:
    rate = Rate(10.0)
    for k in range(400):
        rate.add(0.1 * k, 100.0 if k < 200 else 50.0)
    assert rate.per_minute() == pytest.approx(0.0, abs=1e-9)
    assert rate.highest() == 50.0
