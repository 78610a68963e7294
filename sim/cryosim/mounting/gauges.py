"""Vacuum gauge controllers with the gauges that the station file names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cryoioc.station import Instrument, Station
from cryoioc.station_models import MODELS
from cryosim.emulators import mks, pfeiffer, ports
from cryosim.emulators.gauge_heads import COLD_CATHODE, PIRANI, Head, Kind
from cryosim.gauge_sockets import GaugeSocket
from cryosim.mounting.rack import Bench, Mounting, Rack, Wired, empty_bench, vacuum_of
from cryosim.plant import Plant

# name of the model, its gauges in order, its serial number or "", its unit ID or ""
Build = Callable[[str, Sequence[Head], str, str], ports.Instrument]


def _pfeiffer(model: str, heads: Sequence[Head], serial: str, unit: str) -> ports.Instrument:
    options = pfeiffer.Options(serial=serial) if serial else pfeiffer.Options()
    return pfeiffer.Controller(pfeiffer.FACES[model], heads, options)


def _mks(model: str, heads: Sequence[Head], serial: str, unit: str) -> ports.Instrument:
    factory = mks.Options()
    number = model.removeprefix("mks").upper()
    # An address that every controller hears is nobody's own.
    address = unit if unit not in ("", mks.BROADCAST) else factory.address
    options = mks.Options(number=number, address=address, serial=serial or factory.serial, knows_model=number == "946")
    return mks.Controller(heads, options)


def _kinds(station: Station, name: str) -> Mapping[int, Kind]:
    """Return what the station file puts on the sockets of a controller."""
    table = station.vacuum
    if table is None:
        return {}
    named = ((table.pirani, PIRANI), (table.cold_cathode, COLD_CATHODE))
    return {gauge.channel: kind for gauge, kind in named if gauge is not None and gauge.instrument == name}


def _mounted(model: str, kinds: Mapping[int, Kind], pressure: Callable[[], float], build: Build, serial: str,
             unit: str) -> Wired:  # fmt: skip
    sockets = {channel: GaugeSocket(pressure) for channel in MODELS[model].channels}
    # On a socket that the file does not name sits a Pirani, as the second on most cryostats.
    heads = [Head(kinds.get(channel, PIRANI), socket) for channel, socket in sockets.items()]
    wired = {str(channel): socket for channel, socket in sockets.items()}
    return Wired(build(model, heads, serial, unit), wired)


def mounting(build: Build, terminator: bytes, ending: bytes = b"", *, cold: int = -1) -> Mounting:
    """Return how the controllers of one maker are mounted; on the bench the ``cold``-th socket has a cold cathode."""

    def install(rack: Rack, unit: Instrument, seed: int) -> Wired:
        """Return the controller of a station, its gauges on the plant's vacuum."""
        kinds, vacuum = _kinds(rack.station, unit.name), vacuum_of(rack, unit)
        return _mounted(unit.model, kinds, vacuum.vacuum_pressure, build, unit.serial, unit.unit)

    def on_bench(bench: Bench) -> tuple[Plant, Wired]:
        """Return a controller alone: a cold cathode on one of its sockets, Piranis on the others, 1e-6 mbar."""
        facts, plant = MODELS[bench.model], empty_bench()
        kinds = {facts.channels[cold]: COLD_CATHODE}
        unit = next(iter(facts.unit_ids), "")
        return plant, _mounted(bench.model, kinds, plant.vacuum_pressure, build, "", unit)

    return Mounting(install, on_bench, terminator, ending)


PFEIFFER = mounting(_pfeiffer, b"\n\r\x03\x05")
MKS = mounting(_mks, b"F", b";FF", cold=0)
