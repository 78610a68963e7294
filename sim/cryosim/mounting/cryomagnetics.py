"""Cryomagnetics LM-500 level meters with the probe of channel 1 in the dewar."""

from __future__ import annotations

from cryoioc.station import Instrument
from cryosim.emulators.cryomagnetics import Lm500
from cryosim.mounting.rack import Bench, Mounting, Rack, Wired, empty_bench, measured, rig_of
from cryosim.plant import Plant
from cryosim.plant.protocol import Rig
from cryosim.transmitters import LevelProbe


def _meter(plant: Rig) -> Wired:
    probe = LevelProbe(plant.dewar_level)
    meter = Lm500(probe)
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
