"""A mistake in the code that reads one instrument, in a real process: the other instrument is served."""

from __future__ import annotations

import pytest

MISTAKE = """
from cryoioc.pvs.device import Device
learn = Device.learn
def broken(self, slot, values, when):
    learn(self, slot, values, when)
    if self.name == "TC1" and slot.row.name == "{row}":
        raise ValueError("a mistake of ours")
Device.learn = broken
"""


@pytest.mark.parametrize("row", ["KRDG", "INNAME"], ids=["reading", "read once on connect"])
def test_one_instrument_is_out_and_the_other_is_served(start, row):
    service = start("demo", before=MISTAKE.format(row=row))
    service.wait_for_hints()
    service.let("one_out")
    assert service.popen.poll() is None
    assert service.end() == 0
    assert "internal error: ValueError: a mistake of ours" in service.stderr
