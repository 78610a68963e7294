"""AMI 1700 level meters with their probe in the dewar."""

from __future__ import annotations

from cryoioc.station import Instrument
from cryosim.emulators.ami import Ami1700
from cryosim.mounting.rack import Bench, Mounting, Rack, Wired, empty_bench, measured, rig_of
from cryosim.plant import Plant
from cryosim.plant.protocol import Rig
from cryosim.transmitters import LevelProbe


def _meter(plant: Rig) -> Wired:
    probe = LevelProbe(plant.dewar_level)
    meter = Ami1700(probe)
    measured(meter)
    return Wired(meter, {"1": probe})


def install(rack: Rack, unit: Instrument, seed: int) -> Wired:
    """Return the level meter of a station."""
    return _meter(rig_of(rack, unit))


def on_bench(bench: Bench) -> tuple[Plant, Wired]:
    """Return a level meter alone, its probe in a dewar that does not empty."""
    plant = empty_bench()
    return plant, _meter(plant)


MOUNTING = Mounting(install, on_bench)
