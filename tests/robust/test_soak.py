"""The soak in seconds: every event reaches every client, the plant runs, and what must not be is told."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.records.processes import compile_client
from benchmarks.soak import gates, load, plant, station
from benchmarks.soak.__main__ import WARM
from benchmarks.soak.census import Census, census, grown
from benchmarks.soak.slope import percent_per_hour

from . import fuzz
from .station import TIMEOUT

STEADY = tuple((float(t), 50.0) for t in range(0, 3600, 5))
COUNTED = Census(1_000_000, {"cryoioc.Kind": 1000})
LOADED = load.Load(
    3600.0, 36000, (7_200_000,) * 20, (7_200_000,) * 20, 0, (8.0,) * 60, 1.0, STEADY, 900.0, COUNTED, COUNTED
)
LIVED = plant.Day(86400.0, 86400.0, 3600.0, STEADY, 900.0, COUNTED, COUNTED, 0, 144, 144, 86400)
WATCHED = station.Watched(3600.0, 200_000, STEADY, 900.0, (15, 15), (12, 12), "")
LEAKING = tuple((t, 50.0 * (1 + 0.008 * t / 3600)) for t, _ in STEADY)  # 0.8 %/h


@pytest.mark.skipif(shutil.which("gcc") is None, reason="the clients are compiled")
def test_every_event_sent_is_received_by_every_client(tmp_path):
    seen = load.load(compile_client(tmp_path), 5.0, 2.0)
    assert len(seen.sent) == load.CLIENTS
    assert seen.sent == seen.received
    assert min(seen.sent) > load.PVS
    assert seen.broken == 0
    assert list(gates.missed(seen, LIVED, WATCHED)) == []


def test_minutes_of_plant_time_with_puts_and_a_broken_line_leave_no_fault(monkeypatch):
    monkeypatch.setattr(plant, "LATEST", float("inf"))  # however busy the machine
    lived = plant.day(180.0, 1.0, 0.5)
    assert lived.internal == 0
    assert (lived.broken, lived.reconnects) == (1, 1)
    assert lived.beats >= 180


def test_what_a_soak_has_started_ends_with_it():
    soak = subprocess.Popen([sys.executable, "-m", "tests.robust.soak_standin"], stdout=subprocess.PIPE, text=True)
    parts = [int(soak.stdout.readline()) for _ in range(3)]
    soak.send_signal(signal.SIGTERM)
    soak.communicate(timeout=TIMEOUT)
    assert soak.returncode == 128 + signal.SIGTERM
    for pid in parts:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_soak_as_it_must_be_misses_nothing():
    assert gates.missed(LOADED, LIVED, WATCHED) == []


@pytest.mark.parametrize(("change", "said"), [
    ({"received": (7_199_999, *(7_200_000,) * 19)}, "client 0: 7200000 events sent, 7199999 received"),
    ({"sent": (7_200_000,) * 19, "received": (7_200_000,) * 19}, "1 clients did not report"),
    ({"broken": 2}, "2 events missing or out of order"),
    ({"latencies": (*(8.0,) * 45, *(13.0,) * 15)}, "latency of the last quarter 1.62 times that of the second"),
    ({"memory": LEAKING}, "server: memory grows by 0.80 %/h"),
    ({"after": Census(1_011_000, COUNTED.objects)}, "server: 1.10 % more allocated blocks"),
    ({"after": Census(1_000_000, {"cryoioc.Kind": 1501})}, "server: 501 more cryoioc.Kind"),
])  # fmt: skip
def test_what_a_server_must_not_show_is_told(change, said):
    (sentence,) = gates.missed(replace(LOADED, **change), LIVED, WATCHED)
    assert sentence.startswith(said)


@pytest.mark.parametrize(("change", "said"), [
    ({"memory": LEAKING}, "IOC and twin: memory grows"),
    ({"plant": 43200.0}, "43200 s of 86400 s of plant time"),
    ({"internal": 1}, "1 internal faults"),
    ({"reconnects": 143}, "144 broken lines, 143 connected again"),
    ({"after": Census(1_020_000, {})}, "IOC and twin: 2.00 % more allocated blocks"),
])  # fmt: skip
def test_what_a_plant_day_must_not_show_is_told(change, said):
    (sentence,) = gates.missed(LOADED, replace(LIVED, **change), WATCHED)
    assert sentence.startswith(said)


@pytest.mark.parametrize(("change", "said"), [
    ({"memory": LEAKING}, "IOC over TCP: memory grows"),
    ({"files": (15, 16)}, "IOC over TCP: 15 files open after the warm-up, 16 in the end"),
    ({"threads": (12, 13)}, "IOC over TCP: 12 threads"),
    ({"events": 0}, "IOC over TCP: no event"),
    ({"said": "Traceback (most recent call last)"}, "IOC over TCP: Traceback"),
])  # fmt: skip
def test_what_a_station_must_not_show_is_told(change, said):
    (sentence,) = gates.missed(LOADED, LIVED, replace(WATCHED, **change))
    assert sentence.startswith(said)


def test_the_page_says_the_bounds():
    page = Path(__file__).parents[2].joinpath("docs", "robustness.md").read_text()
    for bound in (
        f"more than {gates.MOST_GROWTH:g} % per hour after the first {WARM / 60:.0f} min",
        f"more than {gates.MOST_BLOCKS:g} % more allocated blocks",
        f"more than {gates.MOST_OBJECTS} more objects of any one type",
        f"more than {gates.MOST_SLOWER:g} times that of the second, and above {gates.LEAST_LATENCY:g} ms",
        f"more\nthan {fuzz.MOST_GROWTH:g} % above that after the first fifth",
    ):
        assert bound in page


def test_latencies_too_small_to_say_anything_are_not_compared():
    assert gates.missed(replace(LOADED, latencies=(*(0.5,) * 45, *(1.0,) * 15)), LIVED, WATCHED) == []


@pytest.mark.parametrize("growth", [0.0, 0.4, -2.0])
def test_a_slope_is_found_whatever_came_before_and_whatever_a_fifth_of_the_minutes_say(growth):
    rng = random.Random(7)
    samples = [(float(t), 500.0) for t in range(0, 900, 5)]
    for minute in range(15, 120):
        wrong = rng.uniform(0.0, 20.0) if rng.random() < 0.2 else 0.0
        samples += [(t, 100.0 + growth * t / 3600.0 + wrong) for t in range(60 * minute, 60 * minute + 60, 5)]
    assert percent_per_hour(samples, 900.0) == pytest.approx(growth, rel=0.2, abs=0.2)
    assert percent_per_hour(samples[: 180 + 9 * 12], 900.0) is None


def test_a_census_finds_what_has_been_kept():
    before = census()
    kept = [Census(n, {}) for n in range(3000)]
    blocks, kinds = grown(before, census())
    assert kinds[0] == (len(kept) + 1, "benchmarks.soak.census.Census"), "and the first census"
    assert blocks > 0
