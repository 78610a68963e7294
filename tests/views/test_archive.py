"""The archive list: what is measured, at its rate; settings when they change; no wish, no command, no long text."""

from __future__ import annotations

import pytest


@pytest.fixture
def listed(describe, place):
    """Name without prefix -> method and period."""
    rows = [line.partition("#")[0].split() for line in describe("archive").splitlines()]
    found = {name.removeprefix(place.prefix): (method, float(period)) for name, method, period in filter(None, rows)}
    assert len(found) == len(list(filter(None, rows)))
    return found


def test_every_line_is_a_pv_with_method_and_period(desk, listed):
    for name, (method, period) in listed.items():
        assert name in desk.entries
        assert method in ("MONITOR", "SCAN")
        assert 0 < period <= 3600


def test_neither_wishes_nor_commands_nor_long_texts(desk, listed):
    for name, entry in desk.entries.items():
        if entry.record.accepts_puts or entry.record.kind in ("charin", "charout"):
            assert name not in listed


def test_readings_at_their_rate_with_a_deadband(desk, listed, describe, place):
    """What is polled faster than once a second and is a number: its poll period, and a stated ADEL if it has one."""
    text = describe("archive")
    polled = 0
    for name, entry in desk.entries.items():
        setting = f"{name}:SP" in desk.entries
        if name in listed and listed[name][0] == "MONITOR":
            fast = 0 < entry.every < 1 and not setting
            assert listed[name][1] == (entry.every if fast else 1.0), name
            polled += fast
        if entry.record.adel:
            assert f"{place.prefix}{name} {listed[name][0]} {listed[name][1]:g}  # ADEL {entry.record.adel:g}" in text
    assert polled


def test_temperatures_heater_and_flow_have_a_deadband(desk, listed):
    for name, entry in desk.entries.items():
        fast = name in listed and listed[name][0] == "MONITOR" and 0 < entry.every <= 0.2
        if fast and entry.record.kind == "ai":
            assert entry.record.adel > 0, name


def test_settings_are_archived_as_what_the_instrument_has(desk, listed):
    for name in desk.entries:
        if name.endswith(":SP") and name.removesuffix(":SP") in desk.entries and not name.endswith(":TEMP:SP"):
            assert listed[name.removesuffix(":SP")] == ("MONITOR", 1.0)
    for name in desk.entries:
        if name.endswith(":TARGET"):
            assert name in listed
