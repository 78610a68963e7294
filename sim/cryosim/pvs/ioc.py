"""The simulator IOC of a station: its PVs, kept true, and its Channel Access server."""

from __future__ import annotations

from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.records import Server
from cryoioc.records.declaration import MAX_NAME
from cryoioc.station import Station
from cryosim.plant.protocol import Playable
from cryosim.plant.stvp import Stvp
from cryosim.pvs.board import Board
from cryosim.pvs.hands import add_hands
from cryosim.pvs.instrument_faults import add_instrument_faults
from cryosim.pvs.pace import Pacing
from cryosim.pvs.panels import add_panels
from cryosim.pvs.plant_faults import add_plant_faults
from cryosim.pvs.session import add_files, add_pacing, add_reached, add_resets, post_reached
from cryosim.pvs.truths import add_temperatures, add_truths
from cryosim.serving import LOOPBACK

PREFIX = "TWIN:"
STATES_FOLDER = "twin"  # within the station's state_dir
PERIOD = 1.0  # s of the world between two looks at the plant
SHORTEST = 0.1  # s of real time between them, however fast the world goes
REPEATER = 5065  # UDP port of the CA repeater that libca starts on any machine with a client


def default_port(station: Station) -> int:
    """Return the port of the simulator IOC: the one above the station's, but not the CA repeater's."""
    port = station.ca.port + 1
    return port + 1 if port == REPEATER else port


class TwinIoc:
    """All PVs of the simulator IOC.

    Parameters
    ----------
    station : Station
    pacing : Pacing
        Of the world of that station.
    states : Path, optional
        Folder of saved states; ``twin`` in the station's ``state_dir`` when not given.

    Attributes
    ----------
    board : Board
        The PVs.

    Raises
    ------
    StationError
        When a PV's name is too long.
    """

    def __init__(self, station: Station, pacing: Pacing, states: Path | None = None) -> None:
        self.pacing = pacing
        self.prefix = station.prefix + PREFIX
        self.board = Board()
        world, plant = pacing.world, pacing.world.plant
        add_pacing(self.board, pacing)
        self._tachometer = add_reached(self.board, pacing)
        if isinstance(plant, Playable):
            add_resets(self.board, plant)
            if isinstance(plant, Stvp):
                if states is None and station.state_dir:
                    states = Path(station.state_dir) / STATES_FOLDER
                add_files(self.board, plant, states)
            add_hands(self.board, plant)
            add_truths(self.board, plant)
            add_plant_faults(self.board, plant)
        else:
            add_temperatures(self.board, plant, station.thermometers)
        add_instrument_faults(self.board, world.installed)
        add_panels(self.board, world.installed)
        longest = max((self.prefix + name for name in self.board.channels), key=len)
        if len(longest) > MAX_NAME:
            raise StationError([f"{station.path}: PV name {longest}: {MAX_NAME} characters are allowed"])
        self.board.refresh()

    def make_server(self, port: int) -> Server:
        """Return the Channel Access server, on loopback whatever file and environment say."""
        server = Server(self.board.channels.values(), prefix=self.prefix, interfaces=(LOOPBACK,), port=port)
        server.refused = self.board.refused
        return server

    async def follow(self) -> None:
        """Keep the PVs true until cancelled: every second of the world, ten times a second at most."""
        real = Clock()
        while True:
            looked = real.now()
            self.board.refresh()
            post_reached(self.board, self._tachometer)
            await self.pacing.clock.sleep(PERIOD)
            await real.sleep(looked + SHORTEST - real.now())
