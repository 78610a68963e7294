"""The same seed gives the same bits, on the wire and at the PVs, through the whole chain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cryoioc.clock import run_virtual
from cryoioc.rehearsal import Stage
from cryoioc.station import load
from cryosim.mounting.rack import Equipment

from ..chronicle import Chronicle, chronicle

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"

def rehearsed(seed: int) -> Chronicle:
    """Return what PVs and wire have seen in a minute with a fault in it."""

    async def run() -> Chronicle:
        stage = Stage(replace(load(STVP), state_dir=""), Equipment(noise=True), seed)
        told = chronicle(stage)
        async with stage.open():
            await stage.ready()
            await stage.clock.sleep(10.0)  # until every input of an interlock has been read
            await stage.put("LOOP1:TEMP:SP", 20.0)
            await stage.put("LOOP1:RANGE:SP", "High")
            await stage.put("TWIN:TC1:FAULT:GARBAGE:SP", "On")
            await stage.clock.sleep(2.0)
            await stage.put("TWIN:TC1:FAULT:GARBAGE:SP", "Off")
            await stage.clock.sleep(20.0)
        return told

    return run_virtual(run())


def test_the_same_seed_gives_the_same_bits_and_another_one_others():
    first = rehearsed(1)
    assert len(first.heard) > 1000 and len(first.wire) > 300
    assert rehearsed(1) == first
    assert rehearsed(2) != first
