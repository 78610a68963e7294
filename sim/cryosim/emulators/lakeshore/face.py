"""The three models as data: everything in which a 335, a 336 and a 350 differ.

Source: lakeshore-protocol.md 1, 4, 5 and 7.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Model = Literal["lakeshore335", "lakeshore336", "lakeshore350"]

DISABLED, DIODE, PLATINUM, NTC, THERMOCOUPLE = range(5)
"""Sensor types of INTYPE (4.3)."""

FULL_SCALE: dict[int, tuple[float, ...]] = {
    DISABLED: (1.0,),
    DIODE: (2.5, 10.0),
    PLATINUM: (10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4),
    NTC: (10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5),
    THERMOCOUPLE: (50.0,),
}
"""Full scale per sensor type and range code, [V], [ohm] or [mV] (5.1; the last NTC range: 350 only, 7.1)."""


@dataclass(frozen=True)
class OutputFace:
    """One output of a model.

    Parameters
    ----------
    number : int
        As addressed on the wire.
    current, voltage : bool
        Which types the output can be.
    ranges : int
        Heater ranges above Off of the current type.
    max_amperes : float
        Largest current, [A].
    compliance : float
        Largest voltage of the current type, [V].
    fixed : bool
        Whether the current is not set by HTRSET (output 2 of a 350).
    """

    number: int
    current: bool
    voltage: bool
    ranges: int
    max_amperes: float = 0.0
    compliance: float = 50.0
    fixed: bool = False


@dataclass(frozen=True)
class Face:
    """One model.

    Parameters
    ----------
    identity : str
        Second field of ``*IDN?``.
    inputs : tuple of str
        Letters of the inputs; their place plus one is their number in OUTMODE, ZONE and ANALOG.
    outputs : tuple of OutputFace
    max_currents : tuple of float
        Amperes of HTRSET codes 1 to 4, [A].
    sensor_type : int
        Factory sensor type.
    ntc_ranges : int
        How many NTC ranges there are.
    excitation : bool
        Whether INTYPE has a sixth argument.
    diode_current : bool
        Whether DIOCUR addresses the inputs of the model (on a 350 only those of the scanner card).
    heater_type : bool
        Whether HTRSET has a type field and POLARITY exists: the second output can be either type.
    emulation : bool
        Whether EMUL exists; known of the 335 only.
    all_inputs : bool
        Whether input 0 in KRDG?, CRDG? and SRDG? means all.
    ethernet : bool
        Whether INTSEL, NET, NETID? and WEBLOG exist.
    mirror : bool
        Whether output mode 6 exists.
    slowest_ramp : float
        Smallest ramp rate, [K/min].
    brightness : tuple of int
        BRIGT: lowest, highest, factory value and places of the reply.
    display : tuple of int
        Highest value of each argument of DISPLAY.
    display_fields, display_sources : int
        How many custom display fields there are, and the highest source code of one.
    """

    identity: str
    inputs: tuple[str, ...]
    outputs: tuple[OutputFace, ...]
    max_currents: tuple[float, ...]
    sensor_type: int
    ntc_ranges: int
    excitation: bool
    diode_current: bool
    heater_type: bool
    emulation: bool
    all_inputs: bool
    ethernet: bool
    mirror: bool
    slowest_ramp: float
    brightness: tuple[int, int, int, int]
    display: tuple[int, ...]
    display_fields: int
    display_sources: int

    def output(self, number: int) -> OutputFace:
        """Return the output addressed as ``number``."""
        return self.outputs[number - 1]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of all outputs."""
        return tuple(output.number for output in self.outputs)

    @property
    def current_outputs(self) -> tuple[int, ...]:
        """Numbers of the outputs that can be of current type."""
        return tuple(output.number for output in self.outputs if output.current)

    @property
    def voltage_outputs(self) -> tuple[int, ...]:
        """Numbers of the outputs that can be of voltage type."""
        return tuple(output.number for output in self.outputs if output.voltage)


_VOLTAGE_3 = OutputFace(3, current=False, voltage=True, ranges=0)
_VOLTAGE_4 = OutputFace(4, current=False, voltage=True, ranges=0)

_FACE_336 = Face(
    identity="MODEL336",
    inputs=("A", "B", "C", "D"),
    outputs=(
        OutputFace(1, current=True, voltage=False, ranges=3, max_amperes=2.0),
        OutputFace(2, current=True, voltage=False, ranges=3, max_amperes=1.414),
        _VOLTAGE_3,
        _VOLTAGE_4,
    ),
    max_currents=(0.707, 1.0, 1.414, 2.0),
    sensor_type=DIODE,
    ntc_ranges=9,
    excitation=False,
    diode_current=True,
    heater_type=False,
    emulation=False,
    all_inputs=True,
    ethernet=True,
    mirror=True,
    slowest_ramp=0.1,
    brightness=(1, 32, 28, 2),
    display=(10, 2, 4),
    display_fields=8,
    display_sources=8,
)

FACES: dict[Model, Face] = {
    "lakeshore335": Face(
        identity="MODEL335",
        inputs=("A", "B"),
        outputs=(
            OutputFace(1, current=True, voltage=False, ranges=3, max_amperes=1.732),
            # Current and compliance of this one are not known: Options.second_output_amperes, _volts.
            OutputFace(2, current=True, voltage=True, ranges=3),
        ),
        max_currents=(0.707, 1.0, 1.414, 1.732),
        sensor_type=DIODE,
        ntc_ranges=9,
        excitation=False,
        diode_current=True,
        heater_type=True,
        emulation=True,
        all_inputs=False,
        ethernet=False,
        mirror=False,
        slowest_ramp=0.1,
        brightness=(0, 3, 3, 1),
        display=(7,),
        display_fields=4,
        display_sources=6,
    ),
    "lakeshore336": _FACE_336,
    "lakeshore350": replace(
        _FACE_336,
        identity="MODEL350",
        outputs=(
            OutputFace(1, current=True, voltage=False, ranges=5, max_amperes=1.732),
            OutputFace(2, current=True, voltage=False, ranges=5, max_amperes=0.1, compliance=10.0, fixed=True),
            _VOLTAGE_3,
            _VOLTAGE_4,
        ),
        max_currents=(0.707, 1.0, 1.414, 1.732),
        sensor_type=NTC,
        ntc_ranges=10,
        excitation=True,
        diode_current=False,
        mirror=False,
        slowest_ramp=0.001,
    ),
}
