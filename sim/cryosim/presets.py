"""What the laboratory has entered into an instrument before anybody connects, in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cryoioc.errors import CryoError
from cryoioc.station import Loop, Thermometer
from cryosim.emulators.ports import Instrument
from cryosim.sensors import Calibration, cernox_x138113

USER_SLOT = 21  # first user curve; lakeshore-protocol.md 5.6
DT670_SLOT = 2  # standard curve; lakeshore-protocol.md 5.6
TEMPERATURE_LIMIT = 323  # K; just below the 325 K of curve and feedthrough
MAX_CURRENT_CODES = {1: 0.707, 2: 1.0, 3: 1.414, 4: 1.732}  # A; lakeshore-protocol.md 4.4
DIODE, NTC = 1, 3  # sensor types of INTYPE
SETTLING = 20  # steps of 0.1 s: an instrument that autoranges has been on for a while
CURRENT_OUTPUTS = (1, 2)  # of every model; 3 and 4 are voltage outputs


class PresetError(CryoError):
    """An emulated instrument refused what it was told: the twin itself is wrong."""


def tell(device: Instrument, messages: Iterator[str], *, combined: bool = True) -> None:
    """Send messages to an instrument that has just been built, and let it come to rest.

    ``combined`` asks for the event register in the message itself; a monitor has no room for that in 64 characters.

    Raises
    ------
    PresetError
        When the event register says that one of them was not understood.
    """
    device.receive(b"*CLS\n")
    for message in messages:
        reply = device.receive(f"{message}{';' if combined else chr(10)}*ESR?\n".encode("ascii"))
        if int(reply) & 0b0011_0000:
            raise PresetError(f"the emulated instrument refused {message!r}")
    for _ in range(SETTLING):
        device.advance(0.1)
    device.receive(b"MNMXRST\n")
    device.advance(0.1)
    device.receive(b"*CLS\n")


def lakeshore_setup(
    model: str,
    thermometers: Sequence[Thermometer],
    loops: Sequence[Loop],
    controlled: Mapping[int, Thermometer],
    start: Mapping[str, float],
) -> Iterator[str]:
    """Yield the settings of a temperature controller, ranges off.

    Parameters
    ----------
    model : str
        As in the station file.
    thermometers, loops : sequences
        What is wired to it.
    controlled : mapping
        Thermometer by output.
    start : mapping
        Initial temperature by thermometer, [K].
    """
    if any(t.curve == "X138113" for t in thermometers):
        yield from curve_upload(USER_SLOT, cernox_x138113(), limit=325.0)
    for thermometer in thermometers:
        yield from _input(model, thermometer)
    for loop in loops:
        yield from _output(model, loop, controlled[loop.output], start)


def curve_upload(slot: int, curve: Calibration, *, limit: float) -> Iterator[str]:
    """Yield header and points of a log-ohm curve, in ascending sensor units."""
    yield f'CRVHDR {slot},"{curve.name}","{curve.name}",4,{limit:.3f},1'
    points = sorted(zip(curve.units, curve.kelvin, strict=True))
    for index, (units, kelvin) in enumerate(points, 1):
        yield f"CRVPT {slot},{index},{units:.5f},{kelvin:.3f}"


def _input(model: str, thermometer: Thermometer) -> Iterator[str]:
    channel = thermometer.input
    excitation = ",1" if model == "lakeshore350" else ""  # 10 mV; lakeshore-protocol.md 7.1
    if thermometer.curve == "X138113":
        yield f"INTYPE {channel},{NTC},1,0,1,1{excitation}"
        yield f"INCRV {channel},{USER_SLOT}"
    else:
        yield f"INTYPE {channel},{DIODE},0,0,0,1{excitation}"
        yield f"INCRV {channel},{DT670_SLOT}"
    yield f'INNAME {channel},"{thermometer.name[:15]}"'
    yield f"TLIMIT {channel},{TEMPERATURE_LIMIT}"


def _output(model: str, loop: Loop, thermometer: Thermometer, start: Mapping[str, float]) -> Iterator[str]:
    output = loop.output
    if output in CURRENT_OUTPUTS:
        yield _heater(model, loop)
    yield f"OUTMODE {output},1,{'ABCD'.index(thermometer.input) + 1},0"
    yield f"PID {output},50,20,0"
    yield f"SETP {output},{start[thermometer.name]:.3f}"
    yield f"RANGE {output},0"


def _heater(model: str, loop: Loop) -> str:
    """Return the heater setup: the maximum current by code where there is one, else as user current."""
    resistance = 1 if loop.heater_ohm < 50.0 else 2
    codes = [code for code, amperes in MAX_CURRENT_CODES.items() if abs(amperes - loop.max_current) < 5e-4]
    code = codes[0] if codes else 0
    kind = {"current": "0,", "voltage": "1,"}[loop.type] if model == "lakeshore335" else ""
    return f"HTRSET {loop.output},{kind}{resistance},{code},{loop.max_current:.3f},1"
