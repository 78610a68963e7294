"""The short form of the fuzzer of lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoioc.station import load

from . import fuzz_lines

DB = Path(__file__).parents[2] / "db"
SEED = 13941
ANSWERS = 80


@pytest.mark.parametrize("name", ["stvp", "crx"])
def test_no_nonsense_on_a_line_is_a_fault_of_driver_or_emulator(name):
    result = fuzz_lines.run(load(DB / f"{name}.toml"), ANSWERS, SEED)
    assert result.faults == []
    assert result.answers >= ANSWERS and result.questions > ANSWERS / 20
