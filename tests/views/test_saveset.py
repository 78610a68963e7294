"""The save set: a configuration that Phoebus imports, of settings only."""

from __future__ import annotations

import csv

import pytest

# VALVE, HOT, COLD: entries, not settings; STATE, ON: a heater of a supply, the high voltage of a gauge.
NEVER = ("RANGE", "MOUT", "BIAS", "BYPASS", "TUNE", "VALVE", "HOT", "COLD", "STATE", "ON")


@pytest.fixture
def lines(describe):
    """The lines of the file."""
    return describe("saveset").splitlines()


@pytest.fixture
def entries(lines):
    """The lines below the columns."""
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_header_is_that_of_a_configuration(lines, place):
    """A tag line is followed by its text; a configuration has exactly three columns (``CSVExporter.java``)."""
    assert lines[0:2] == ["# SaveSet name:", f"# {place.prefix[:-1]}"]
    assert lines[2] == "# Description:"
    columns = next(line for line in lines if not line.startswith("#"))
    assert columns == "PV,READBACK,READ_ONLY"


def test_every_entry_is_a_wish_with_its_truth(desk, entries, place):
    for entry in entries:
        wish, truth = (entry[key].removeprefix(place.prefix) for key in ("PV", "READBACK"))
        assert desk.entries[wish].record.writable
        assert not desk.entries[truth].record.accepts_puts
        assert desk.aliases[f"{wish}:RBV"] == truth
        assert entry["READ_ONLY"] == "0"
        if not wish.endswith(":TEMP:SP"):  # its truth is TARGET: TEMP is the reading
            assert truth == wish.removesuffix(":SP")
    names = [entry["PV"] for entry in entries]
    assert len(names) == len(set(names))


def test_nothing_that_switches_a_heater_or_runs(desk, entries, place):
    named = {entry["PV"].removeprefix(place.prefix) for entry in entries}
    for name, entry in desk.entries.items():
        words = name.removesuffix(":SP").split(":")
        relay = any(word.startswith("RELAY") for word in words) and words[-1] == "MODE"
        stage = len(words) == 3 and f"{words[0]}:BIAS" in desk.entries  # of an amplifier: biased by a person only
        if entry.record.command or words[-1] in NEVER or relay or stage or words[0] == "INTLK":
            assert name not in named
        elif name.endswith(":SP"):
            assert name in named
