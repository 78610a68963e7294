"""Bias supplies: behind those of a station its heaters and amplifiers, on the bench resistors or warm amplifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cryoioc.station import Instrument as StationInstrument
from cryoioc.station_amplifier import Drain, Gate
from cryoioc.station_models import MODELS
from cryoioc.station_power import Power
from cryosim.emulators.gaia import Gaia
from cryosim.emulators.ports import Instrument, LoadPort
from cryosim.emulators.scpi import E36312A as E36312A_FACE
from cryosim.emulators.scpi import HMP4040 as HMP4040_FACE
from cryosim.emulators.scpi import Face, Supply, n6700
from cryosim.mounting.rack import Bench, Mounting, Rack, Wired
from cryosim.plant import Plant
from cryosim.plant.amplifier import TRANSISTORS, Amplifier
from cryosim.plant.loads import Resistor
from cryosim.plant.protocol import Amplified, Heated
from cryosim.plant.table import ROOM, Table

OHM = 100.0  # of the resistors on the bench
GATE_OHM = 1e6  # what leaks through a gate (bias-flow-vacuum.md 2.3)
MODULES = ("N6761A", "N6784A", "N6761A", "N6784A")  # drain, gate, drain, gate


def _amplifiers() -> list[Amplifier]:
    return [Amplifier(serial, lambda: ROOM) for serial in TRANSISTORS]


def _resistors(face: Face) -> Callable[[Bench], tuple[Plant, Wired]]:
    def on_bench(bench: Bench) -> tuple[Plant, Wired]:
        """Return a supply with a resistor on every output."""
        ports: Mapping[int, LoadPort] = {n: Resistor(OHM) for n in _numbers(face)}
        return _mounted([], Supply(face, ports))

    return on_bench


def _numbers(face: Face) -> range:
    return range(1, len(face.outputs) + 1)


def _in_station(face_of: Callable[[Rack, StationInstrument], Face]) -> Callable[[Rack, StationInstrument, int], Wired]:
    def install(rack: Rack, unit: StationInstrument, seed: int) -> Wired:
        """Return the supply of a station: heaters and stages it names, and a resistor on every other output."""
        face = face_of(rack, unit)
        ports: dict[int, LoadPort] = {n: Resistor(OHM) for n in _numbers(face)}
        ports |= {one.output: _heater(rack, one) for one in rack.station.powers.values() if one.instrument == unit.name}
        ports |= {output.output: port for output, port in _terminals(rack, unit)}
        return Wired(Supply(face, ports, seed=seed))

    return install


def _terminals(rack: Rack, unit: StationInstrument) -> Iterator[tuple[Drain | Gate, LoadPort]]:
    """Yield what of the amplifiers of a station hangs on an instrument, and the wire itself."""
    plant = rack.plant
    for spec in rack.station.amplifiers.values():
        assert isinstance(plant, Amplified)
        for stage, real in zip(spec.stages, plant.amplifiers[spec.name].stages, strict=True):
            pairs: tuple[tuple[Drain | Gate, LoadPort], ...] = ((stage.drain, real.drain), (stage.gate, real.gate))
            yield from (pair for pair in pairs if pair[0].instrument == unit.name)


def _frame_face(rack: Rack, unit: StationInstrument) -> Face:
    """Return a frame with the modules that the station states."""
    modules = list(MODULES)
    stated: list[Drain | Gate | Power] = [output for output, _ in _terminals(rack, unit)]
    stated += [power for power in rack.station.powers.values() if power.instrument == unit.name]
    for one in stated:
        modules[one.output - 1] = "N6784A" if one.source_measure else "N6761A"
    return n6700(modules)


def _heater(rack: Rack, power: Power) -> LoadPort:
    """Return the plant's heater of that name, or a resistor where the plant has none."""
    lines: Mapping[str, LoadPort] = rack.plant.lines if isinstance(rack.plant, Heated) else {}
    return lines.get(power.name) or Resistor(power.load_ohm + power.lead_ohm)


def _frame(bench: Bench) -> tuple[Plant, Wired]:
    """Return a frame with drain and gate of the first two stages of an amplifier."""
    amplifiers = _amplifiers()[:1]
    first, second, _ = amplifiers[0].stages
    ports: Mapping[int, LoadPort] = {1: first.drain, 2: first.gate, 3: second.drain, 4: second.gate}
    return _mounted(amplifiers, Supply(n6700(MODULES), ports))


def _board(bench: Bench) -> tuple[Plant, Wired]:
    """Return a board with the six stages of both amplifiers on its first channels."""
    amplifiers = _amplifiers()
    stages = [stage for amplifier in amplifiers for stage in amplifier.stages]
    return _mounted(amplifiers, Gaia({n: (stage.drain, stage.gate) for n, stage in enumerate(stages, 1)}))


def _mounted(amplifiers: list[Amplifier], instrument: Instrument) -> tuple[Plant, Wired]:
    return Table(amplifiers), Wired(instrument)


def _station_board(rack: Rack, unit: StationInstrument, seed: int) -> Wired:
    """Return the board of a station: the stages it names, and resistors on every other drain and gate."""
    pairs: dict[int, tuple[LoadPort, LoadPort]] = {
        n: (Resistor(OHM), Resistor(GATE_OHM)) for n in MODELS[unit.model].channels}  # fmt: skip
    for output, port in _terminals(rack, unit):
        drain, gate = pairs[output.output]
        pairs[output.output] = (port, gate) if isinstance(output, Drain) else (drain, port)
    return Wired(Gaia(pairs, seed=seed))


E36312A = Mounting(_in_station(lambda rack, unit: E36312A_FACE), _resistors(E36312A_FACE))
HMP4040 = Mounting(_in_station(lambda rack, unit: HMP4040_FACE), _resistors(HMP4040_FACE))
N6700 = Mounting(_in_station(_frame_face), _frame)
GAIA = Mounting(_station_board, _board)
