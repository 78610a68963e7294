"""Bias tables: those delivered are what the reports print, and a wrong file is told line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoioc.bias_table import load
from cryoioc.errors import StationError

HERE = Path(__file__).parents[2] / "calibrations" / "bias"
FILES = {"YCA-2024 1103": "yca-2024-1103.toml", "YCA-2031 0204": "yca-2031-0204.toml"}
# Typed from IT-OAN 2010-14, section 2.6.1: serial, K, stage, V, mA, V.
PRINTED = [
    ("YCA-2024 1103", 297, 1, 1.00, 10, -3.20), ("YCA-2024 1103", 297, 2, 1.50, 10, -0.01),
    ("YCA-2024 1103", 297, 3, 1.50, 10, 0.01), ("YCA-2024 1103", 15, 1, 0.6, 4, -1.19),
    ("YCA-2024 1103", 15, 2, 0.5, 3, 0.69), ("YCA-2024 1103", 15, 3, 1.2, 4, 0.21),
    ("YCA-2031 0204", 297, 1, 1.00, 10, -2.77), ("YCA-2031 0204", 297, 2, 1.50, 10, 0.15),
    ("YCA-2031 0204", 297, 3, 1.50, 10, 0.16), ("YCA-2031 0204", 15, 1, 0.6, 4, -1.20),
    ("YCA-2031 0204", 15, 2, 0.5, 4, 0.68), ("YCA-2031 0204", 15, 3, 1.1, 4, 0.38)]  # fmt: skip
NOISE = {("YCA-2024 1103", 297): (68.9, 34.8), ("YCA-2024 1103", 15): (3.8, 36.3),
         ("YCA-2031 0204", 297): (68.2, 34.4), ("YCA-2031 0204", 15): (3.9, 36.4)}  # fmt: skip


@pytest.mark.parametrize(("serial", "kelvin", "stage", "volts", "milliamperes", "gate"), PRINTED)
def test_a_delivered_table_is_the_printed_one(serial, kelvin, stage, volts, milliamperes, gate):
    row = load(serial, HERE / FILES[serial]).between(kelvin, kelvin)
    assert row is not None
    bias = row.stages[stage - 1]
    assert (bias.drain, round(1e3 * bias.current, 9), bias.gate) == (volts, milliamperes, gate)
    assert (row.noise, row.gain) == NOISE[serial, kelvin]


@pytest.mark.parametrize("serial", FILES)
def test_a_delivered_table_is_found_by_its_serial_number(serial):
    assert load(serial, None) == load(serial, HERE / FILES[serial])


@pytest.mark.parametrize(("old", "new", "line"), [
    ("drain = [0.6, 0.5, 1.2]", "drain = [0.6, 5.0, 1.2]", "row 2.drain: expected a list of numbers from 0 to 2, "),
    ("drain = [0.6, 0.5, 1.2]", "drain = [0.6, 0.5]", "row 2: expected 3 stages as in the first row, found drain 2, "),
    ("drain = [0.6, 0.5, 1.2]", "drain = [0.6, 0.5, 1.1]", "row 2.power: drain times current is 8.3 mW"),
    ("drain = [0.6, 0.5, 1.2]", "drain = [0.6, 0.5, 0.6]", "row 2.power: drain times current is 6.3 mW, found 9 mW"),
    ("drain = [0.6, 0.5, 1.2]", "drain = 0.6", "row 2.drain: expected a list of numbers from 0 to 2, found 0.6"),
    ("drain = [0.6, 0.5, 1.2]", "drain = [0.0, 0.5, 1.2]", "row 2.drain: expected numbers above 0, found [0.0, 0.5, "),
    ("temperature = 15.0", "temperature = 297.0", "row 1.temperature: 297 K is there twice"),
    ("noise = 3.8", "nois = 3.8", "row 2.nois: unknown key; did you mean noise?"),
    ("gain = 36.3\n", "", "row 2: key gain is missing; expected a number from 0 to 100"),
    ('serial = "YCA-2024 1103"', 'serial = "YCA-2031 0204"', "serial: expected 'YCA-2024 1103', found 'YCA-2031 0204'"),
    ('serial = "YCA-2024 1103"', "", "key serial is missing; expected text"),
    ("[[row]]", "[row]", "not TOML"),
    ("gate = [-1.19, 0.69, 0.21]", 'gate = [-1.19, "0,69", 0.21]', "row 2.gate: expected a list of numbers from -6"),
])  # fmt: skip
def test_a_mistake_is_one_line(tmp_path, old, new, line):
    text = (HERE / FILES["YCA-2024 1103"]).read_text()
    assert old in text
    path = tmp_path / "bias.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(StationError) as told:
        load("YCA-2024 1103", path)
    assert told.value.lines[0].startswith(f"{path}: {line}")


def test_a_serial_number_without_a_table_names_those_that_have_one():
    with pytest.raises(StationError, match="no bias table of 'YCA-1 1' is delivered, only of YCA-2024 1103, YCA-2031"):
        load("YCA-1 1", None)
