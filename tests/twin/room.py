"""A station with the simulator IOC in front of its world, on the virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cryoioc.clock import run_virtual
from cryoioc.errors import CryoError
from cryoioc.link.transport import memory_pair
from cryoioc.records import Channel, put
from cryoioc.station import load
from cryosim.plant.stvp import Stvp
from cryosim.pvs import Pace, Pacing, TwinIoc
from cryosim.station_world import build

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
PREFIX = "STVP:TWIN:"


def station_file(folder: Path, plant: str = "stvp") -> Path:
    """Write a station that differs from the STVP in its plant and its folder of states."""
    path = folder / "station.toml"
    state_dir = folder / "state"
    path.write_text(f'[station]\ninclude = ["{STVP}"]\nstate_dir = "{state_dir}"\n[sim]\nplant = "{plant}"\n')
    return path


@dataclass
class Room:
    """What a scene plays with."""

    twin: TwinIoc
    pacing: Pacing

    @property
    def plant(self) -> Stvp:
        plant = self.pacing.world.plant
        assert isinstance(plant, Stvp)
        return plant

    def __getitem__(self, name: str) -> Channel:
        return self.twin.board.channels[name]

    async def put(self, name: str, value: Any) -> None:
        channel = self[name]
        await put(channel, (value,), hooks=self.twin.board.hooks)

    async def refused(self, name: str, value: Any) -> str:
        """Put what must be refused; return the reason, which must be in the messages too."""
        before = {other: channel.value for other, channel in self.twin.board.channels.items()}
        with pytest.raises(CryoError) as refusal:
            await self.put(name, value)
        reason = str(refusal.value)
        assert reason.startswith(self["MSG"].value) and self["MSG"].value
        assert self["MSG:LONG"].value == f"{name}: {reason}"
        changed = {other for other, value in before.items() if self[other].value != value}
        assert changed <= {"MSG", "MSG:LONG"}
        return reason

    async def ask(self, instrument: str, text: bytes) -> bytes:
        """Exchange one message with an instrument over a line of its own."""
        end, far = memory_pair()
        serving = asyncio.create_task(self.pacing.world.installed[instrument].line.serve(far))
        end.write(text)
        reply = b""
        while not reply.endswith((b"\r", b"\n")):
            reply += await end.read()
        end.close()
        await serving
        return reply


Scene = Callable[[Room], Awaitable[None]]


def play(station: Path, scene: Scene, states: Path | None = None) -> None:
    """Play a scene in a world that goes on."""

    async def run() -> None:
        lines = Pace()
        read = load(station)
        pacing = Pacing(build(read, lines), lines)
        twin = TwinIoc(read, pacing, states)
        beside = [asyncio.create_task(work) for work in (pacing.run(), twin.follow())]
        await asyncio.sleep(0)
        try:
            await scene(Room(twin, pacing))
        finally:
            for task in beside:
                task.cancel()
            ended = await asyncio.gather(*beside, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended)

    run_virtual(run())
