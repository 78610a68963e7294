"""What every family of instruments gets to be mounted with, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryoioc.errors import StationError
from cryoioc.station import Instrument as StationInstrument
from cryoioc.station import Station
from cryosim.emulators.lakeshore import Options as LakeShoreOptions
from cryosim.emulators.lakeshore218 import Options as MonitorOptions
from cryosim.emulators.line import LineSettings, Spacing
from cryosim.emulators.ports import Instrument
from cryosim.plant import DummyPlant, Plant
from cryosim.plant.protocol import Vacuum
from cryosim.wiring import HeaterLeads, Leads

FACTORY_SERIAL = "0000000"  # of an instrument whose serial number the station does not state


@dataclass(frozen=True)
class Equipment:
    """What a station file does not say about the instruments and their lines."""

    lines: Mapping[str, LineSettings] = field(default_factory=dict)  # by model; the terminator is the model's own
    lakeshore_options: LakeShoreOptions = LakeShoreOptions()
    monitor_options: MonitorOptions = MonitorOptions()  # the version is the model's own
    noise: bool = False  # of the sensors, as large as physics.md 3.9 says


@dataclass(frozen=True)
class Rack:
    """Where the instruments of a station are mounted."""

    station: Station
    plant: Plant
    equipment: Equipment


@dataclass(frozen=True)
class Wired:
    """An instrument and the leads that a fault can break."""

    instrument: Instrument
    sensors: Mapping[str, Leads] = field(default_factory=dict)  # by input
    heaters: Mapping[int, HeaterLeads] = field(default_factory=dict)  # by output


@dataclass(frozen=True)
class Bench:
    """Which instrument stands on the bench, and on what line."""

    model: str
    controller: bool = False  # of flow meters
    baud: int = 0  # bit/s; 0: no throttle
    latency: float = 0.008  # s
    spacing: Spacing = Spacing.OFF
    serial_line: bool = False  # one client at a time


@dataclass(frozen=True)
class Mounting:
    """How the instruments of one model are mounted."""

    install: Callable[[Rack, StationInstrument, int], Wired]  # rack, which one, seed
    on_bench: Callable[[Bench], tuple[Plant, Wired]]
    terminator: bytes = b"\n"  # each of these bytes ends a message to this model,
    ending: bytes = b""  # if the message then ends in this


def vacuum_of(rack: Rack, unit: StationInstrument) -> Vacuum:
    """Return the insulating vacuum of a station; :class:`StationError` where its plant has none."""
    if not isinstance(rack.plant, Vacuum):
        where = f"{rack.station.path}: instrument.{unit.name}"
        raise StationError([f"{where}: sim.plant {rack.station.sim.plant} has no vacuum for a {unit.model}"])
    return rack.plant


def empty_bench() -> DummyPlant:
    """Return a plant without mounts and flow, for an instrument that needs none."""
    return DummyPlant((), temperatures={}, heaters={}, mass_flow=0.0)
