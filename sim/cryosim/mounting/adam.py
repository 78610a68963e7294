"""ADAM-4017 input boxes, with the transmitters that the station file puts on their inputs."""

from __future__ import annotations

from collections.abc import Callable

from cryoioc.errors import StationError
from cryoioc.station import Instrument, Station
from cryoioc.station_rig import SIGNALS, Quantity, quantities
from cryosim.emulators.adam import Adam4017, Options
from cryosim.mounting.rack import Bench, Mounting, Rack, Wired, empty_bench
from cryosim.plant import Plant
from cryosim.plant.protocol import Cooled, Heated, Rig
from cryosim.transmitters import Transmitter

ATMOSPHERE = 101325.0  # Pa
MBAR = 100.0  # Pa
# Range of an input by unit of the signal.  A loop is read on the range that begins at 0 mA: on that of
# 4 to 20 mA a broken wire could not be told from an empty dewar.
RANGES = {"V": "08", "mA": "0D"}


def _measured(plant: Plant) -> dict[str, Callable[[], float]]:
    """Return the quantities that a plant has by their place in the station file, in its units."""
    found: dict[str, Callable[[], float]] = {}
    if isinstance(plant, Rig):
        found |= {
            "dewar.level": lambda: 100.0 * plant.dewar_level(),
            "dewar.pressure": lambda: (plant.dewar_pressure() - ATMOSPHERE) / MBAR,
            "tube.pressure": lambda: plant.tube_pressure() / MBAR,
        }
    if isinstance(plant, Cooled):
        found["compressor.state"] = lambda: float(plant.compressor_runs())
    if isinstance(plant, Heated):
        found |= {f"power.{name}.monitor": line.monitor for name, line in plant.lines.items()}
    return found


def _box(wired: dict[int, Transmitter], address: str) -> Wired:
    ranges = {channel: RANGES[transmitter.signal.unit] for channel, transmitter in wired.items()}
    box = Adam4017(wired, Options(address=address, ranges=ranges))
    return Wired(box, {str(channel): transmitter for channel, transmitter in wired.items()})


def _transmitter(quantity: Callable[[], float], spec: Quantity) -> Transmitter:
    return Transmitter(quantity, spec.at_low, spec.at_high, SIGNALS[spec.signal])


def _wanted(station: Station, box: str) -> dict[str, Quantity]:
    return {place: spec for place, spec in quantities(vars(station)).items() if spec.source == box}


def install(rack: Rack, unit: Instrument, seed: int) -> Wired:
    """Return the box of a station, set up for what is wired to it."""
    measured = _measured(rack.plant)
    wanted = _wanted(rack.station, unit.name)
    if lacking := [place for place in wanted if place not in measured]:
        what = f"sim.plant {rack.station.sim.plant} has none for an input of {unit.name}"
        raise StationError([f"{rack.station.path}: {place}: {what}" for place in lacking])
    return _box({spec.channel: _transmitter(measured[place], spec) for place, spec in wanted.items()}, unit.unit)


def on_bench(bench: Bench) -> tuple[Plant, Wired]:
    """Return a box alone: 5 V on input 0, a loop of 12 mA on input 1."""
    half = {0: Transmitter(lambda: 0.5, 0.0, 1.0, SIGNALS["0-10 V"]),
            1: Transmitter(lambda: 0.5, 0.0, 1.0, SIGNALS["4-20 mA"])}  # fmt: skip
    return empty_bench(), _box(half, "01")


MOUNTING = Mounting(install, on_bench, terminator=b"\r")
