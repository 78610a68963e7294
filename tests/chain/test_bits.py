"""The same seed gives the same bits, on the wire and at the PVs, through the whole chain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from cryoioc.clock import run_virtual
from cryoioc.rehearsal import Stage
from cryoioc.station import load
from cryosim.mounting.rack import Equipment

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
# What the process itself is asked for: memory, processor, files, threads, date.
OF_THIS_PROCESS = "IOC:"


class Listener:
    """A subscription to a PV that keeps what it is told."""

    mask = 1 | 4  # DBE_VALUE, DBE_ALARM

    def __init__(self, stage: Stage, name: str, heard: list[tuple[Any, ...]]) -> None:
        self.stage, self.name, self.heard = stage, name, heard
        self.channel = stage.channel(name)
        self.channel.subscribe(self)

    def deliver(self) -> None:
        self.heard.append((self.stage.clock.now(), self.name, repr(self.channel.value), self.channel.severity))


def rehearsed(seed: int) -> tuple[list[tuple[Any, ...]], list[tuple[float, str, bytes]]]:
    """Return what PVs and wire have seen in a minute with a fault in it."""
    heard: list[tuple[Any, ...]] = []
    wire: list[tuple[float, str, bytes]] = []

    async def run() -> None:
        stage = Stage(replace(load(STVP), state_dir=""), Equipment(noise=True), seed)
        stage.world.installed["TC1"].line.log = wire
        for name in stage.ioc.desk.channels:
            if not name.startswith(OF_THIS_PROCESS):
                Listener(stage, name, heard)
        async with stage.open():
            await stage.ready()
            await stage.clock.sleep(10.0)  # until every input of an interlock has been read
            await stage.put("LOOP1:TEMP:SP", 20.0)
            await stage.put("LOOP1:RANGE:SP", "High")
            await stage.put("TWIN:TC1:FAULT:GARBAGE:SP", "On")
            await stage.clock.sleep(2.0)
            await stage.put("TWIN:TC1:FAULT:GARBAGE:SP", "Off")
            await stage.clock.sleep(20.0)

    run_virtual(run())
    return heard, wire


def test_the_same_seed_gives_the_same_bits_and_another_one_others():
    first = rehearsed(1)
    assert len(first[0]) > 1000 and len(first[1]) > 300
    assert rehearsed(1) == first
    assert rehearsed(2) != first
