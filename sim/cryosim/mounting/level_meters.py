"""Level meters with their probe in the dewar; of an LM-500 that of channel 1."""

from __future__ import annotations

from collections.abc import Callable

from cryoioc.errors import StationError
from cryoioc.station import Instrument as StationInstrument
from cryosim.emulators.ami import Ami1700
from cryosim.emulators.cryomagnetics import Lm500
from cryosim.emulators.ports import Instrument, LevelPort
from cryosim.mounting.rack import Bench, Mounting, Rack, Wired, empty_bench
from cryosim.plant import Plant
from cryosim.plant.protocol import Rig
from cryosim.transmitters import LevelProbe

STEP = 0.1  # s
FIRST_MEASUREMENT = 20.0  # s, by which it is over


def _rig_of(rack: Rack, unit: StationInstrument) -> Rig:
    """Return dewar and tube of a station; :class:`StationError` where its plant has none."""
    if not isinstance(rack.plant, Rig):
        where = f"{rack.station.path}: instrument.{unit.name}"
        raise StationError([f"{where}: sim.plant {rack.station.sim.plant} has no dewar for a {unit.model}"])
    return rack.plant


def _mounting(build: Callable[[LevelPort], Instrument]) -> Mounting:
    """Return how the level meters of one model are mounted."""

    def meter(plant: Rig) -> Wired:
        """Return one that has been on for a while: its first measurement is over."""
        probe = LevelProbe(plant.dewar_level)
        made = build(probe)
        for _ in range(round(FIRST_MEASUREMENT / STEP)):
            made.advance(STEP)
        return Wired(made, {"1": probe})

    def install(rack: Rack, unit: StationInstrument, seed: int) -> Wired:
        return meter(_rig_of(rack, unit))

    def on_bench(bench: Bench) -> tuple[Plant, Wired]:
        """Return one alone, its probe in a dewar that does not empty."""
        plant = empty_bench()
        return plant, meter(plant)

    return Mounting(install, on_bench)


AMI1700 = _mounting(Ami1700)
LM500 = _mounting(Lm500)
