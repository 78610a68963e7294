"""Bias supplies: resistors behind those of a station, on the bench also the receiver's amplifiers, warm."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryoioc.station import Instrument as StationInstrument
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
from cryosim.plant.protocol import Heated
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


def _in_station(face: Face) -> Callable[[Rack, StationInstrument, int], Wired]:
    def install(rack: Rack, unit: StationInstrument, seed: int) -> Wired:
        """Return the supply of a station: the heaters it names, and a resistor on every other output."""
        ports: dict[int, LoadPort] = {n: Resistor(OHM) for n in _numbers(face)}
        ports |= {one.output: _heater(rack, one) for one in rack.station.powers.values() if one.instrument == unit.name}
        return Wired(Supply(face, ports))

    return install


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
    """Return the board of a station, with a resistor on every drain and every gate."""
    return Wired(Gaia({n: (Resistor(OHM), Resistor(GATE_OHM)) for n in MODELS[unit.model].channels}))


E36312A = Mounting(_in_station(E36312A_FACE), _resistors(E36312A_FACE))
HMP4040 = Mounting(_in_station(HMP4040_FACE), _resistors(HMP4040_FACE))
N6700 = Mounting(_in_station(n6700(MODULES)), _frame)
GAIA = Mounting(_station_board, _board)
