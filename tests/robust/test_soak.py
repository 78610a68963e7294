"""The soak in seconds: every value reaches every client, the plant runs, and a slope is what it says."""

from __future__ import annotations

import shutil

import pytest
from benchmarks.records.processes import compile_client
from benchmarks.soak import load, plant
from benchmarks.soak.slope import percent_per_hour


@pytest.mark.skipif(shutil.which("gcc") is None, reason="the clients are compiled")
def test_every_value_reaches_every_client(tmp_path):
    seen = load.load(compile_client(tmp_path), 5.0)
    assert (seen.lost, seen.failed) == (0, 0)
    assert seen.events > 0


def test_ten_minutes_of_plant_time_leave_no_fault(tmp_path):
    lived = plant.day(600.0, 60.0)
    assert lived.internal == lived.errors == 0
    assert lived.beats > 0


@pytest.mark.parametrize("growth", [0.0, 0.4, -2.0])
def test_a_slope_is_found_and_what_came_before_does_not_count(growth):
    samples = [(t, 500.0) for t in range(0, 900, 60)]
    samples += [(t, 100.0 + growth * t / 3600.0) for t in range(900, 7200, 60)]
    assert percent_per_hour(samples, 900.0) == pytest.approx(growth, rel=0.05, abs=1e-6)
    assert percent_per_hour(samples[:20], 900.0) is None
