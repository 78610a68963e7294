"""One draw of the drill on the virtual clock: IOC, lines, instruments and cryostat in one process."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from cryoioc.clock import run_virtual
from cryoioc.rehearsal.drill_play import Outcome, play_on
from cryoioc.rehearsal.drill_scene import VirtualScene
from cryoioc.rehearsal.drill_watch import Seen
from cryoioc.rehearsal.stage import Stage
from cryoioc.station import Station
from cryosim.drill.draw import Draw, Stand


def play(station: Station, draw: Draw, *, protected: bool) -> Outcome:
    """Play a draw on the virtual clock.

    Parameters
    ----------
    station : Station
        The STVP; where its ports are does not matter, none is opened.
    protected : bool
        False: with every interlock disabled, as the control.
    """
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) if draw.kills else None
        found = prepared(station, draw.stand, protected)
        return Outcome(draw, protected, run_virtual(_play(found, draw, state, protected)))


def prepared(station: Station, stand: Stand, protected: bool) -> Station:
    """Return the station as a draw finds it."""
    kelvin = {"VAP": stand.vaporizer, "SAMPLE": stand.sample}
    sim = replace(station.sim, temperatures=kelvin, flow=stand.flow or 8.8)
    interlocks = {name: replace(one, enabled=protected) for name, one in station.interlocks.items()}
    return replace(station, state_dir="", sim=sim, interlocks=interlocks)


async def _play(station: Station, draw: Draw, state: Path | None, protected: bool) -> Seen:
    stage = Stage(station, seed=draw.world, state=state)
    scene = VirtualScene(stage)
    if draw.stand.superfluid:
        scene.plant.reset("superfluid")
    async with stage.open():
        await stage.ready()
        return await play_on(scene, draw, protected=protected)
