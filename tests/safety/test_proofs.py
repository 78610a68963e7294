"""docs/safety.md "Proof": every interlock of both stations has a test, and each test that is named is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cryoioc.station import load

TOP = Path(__file__).parents[2]
PROOF = (TOP / "docs" / "safety.md").read_text("utf-8").partition("\n## Proof\n")[2].partition("\n## ")[0]
TABLES = dict(re.findall(r"^\| interlock[^|]*\| `(\S+)` \|\n\|---\|---\|\n((?:\|.*\n)+)", PROOF, flags=re.M))


@pytest.mark.parametrize(
    ("station", "module"),
    [("stvp", "tests/pvs/test_interlocks.py"), ("crx", "tests/bias/test_receiver_interlocks.py")],
)
def test_every_interlock_has_a_proof_that_exists(station, module):
    rows = [row.strip("|").split("|") for row in TABLES[module].splitlines()]
    named = [name for names, _ in rows for name in re.findall(r"`(\w+)`", names)]
    assert named == list(load(TOP / "db" / f"{station}.toml").interlocks)
    tree = ast.parse((TOP / module).read_text("utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for names, proofs in rows:
        found = re.findall(r"`([^`]+)`", proofs)
        assert found, names
        for proof in found:
            assert (TOP / proof).is_file() if "/" in proof else proof in there, proof
