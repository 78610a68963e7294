"""Stations with amplifiers on every kind of supply, and what the bias tables say of their stages.

The figures are typed from IT-OAN 2010-14, section 2.6.1, not read from the files the IOC reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

HEAD = """
[station]
name = "AMPS"
prefix = "{prefix}"
[ca]
port = 5064
[instrument.TM1]
model = "lakeshore218"
port = "socket://127.0.0.1:5999"
[thermometer.WARM]
instrument = "TM1"
input = "1"
curve = "DT-670"
unit = "V"
[thermometer.COLD]
instrument = "TM1"
input = "2"
curve = "DT-670"
unit = "V"
[sim.temperatures]
WARM = 297.0
COLD = 15.0
"""
INSTRUMENT = """
[instrument.{name}]
model = "{model}"
port = "socket://127.0.0.1:{port}"
"""
AMPLIFIER = """
[amplifier.{name}]
serial = "{serial}"
thermometer = "{thermometer}"
return_ohm = 5.2
"""
STAGE = """
[[amplifier.{name}.stage]]
drain = {{ instrument = "{drains}", output = {drain}, lead_ohm = 15.5, current_resolution = {resolution}{drain_more} }}
gate = {{ instrument = "{gates}", output = {gate}, lead_ohm = 15.5, pinch_off = {pinch}{gate_more} }}
"""
SERIALS = {"L": "YCA-2024 1103", "R": "YCA-2031 0204"}
# Serial number, bias -> drain V, current mA, gate V of each stage.
TABLE: Mapping[tuple[str, str], tuple[tuple[float, float, float], ...]] = {
    ("L", "WARM"): ((1.00, 10, -3.20), (1.50, 10, -0.01), (1.50, 10, 0.01)),
    ("L", "COLD"): ((0.6, 4, -1.19), (0.5, 3, 0.69), (1.2, 4, 0.21)),
    ("R", "WARM"): ((1.00, 10, -2.77), (1.50, 10, 0.15), (1.50, 10, 0.16)),
    ("R", "COLD"): ((0.6, 4, -1.20), (0.5, 4, 0.68), (1.1, 4, 0.38)),
}
PINCH = (-5.0, -2.0, -2.0)


@dataclass(frozen=True)
class Kind:
    """What the drains hang on, and the gates with them."""

    model: str
    resolution: float  # A

    @property
    def letter(self) -> str:
        """First letter of the names of its amplifiers."""
        return {"keysight_e36312a": "E", "keysight_n6700": "N", "rs_hmp4040": "H", "gaia": "G"}[self.model]


KINDS = (Kind("keysight_e36312a", 2e-6), Kind("keysight_n6700", 1e-6), Kind("rs_hmp4040", 2e-4), Kind("gaia", 1e-5))


# Nearer to the cold bias: a shorter way for tests that are about something else (0.25 mA is the most that may flow).
NEAR = (-3.3, -0.5, -1.05)


def station(kinds: tuple[Kind, ...] = KINDS, serials: str = "LR", windows: tuple[str, ...] = ("WARM", "COLD"), *,
            prefix: str = "A:", near: bool = False) -> str:  # fmt: skip
    """Return a station with an amplifier of each serial number, warm and cold, on each kind of supply."""
    text, number = [HEAD.format(prefix=prefix)], 6000
    for kind in kinds:
        for serial in serials:
            for window in windows:
                name = f"{kind.letter}{serial}{window}"
                for instrument, model in _instruments(kind, name):
                    number += 1
                    text.append(INSTRUMENT.format(name=instrument, model=model, port=number))
                text.append(AMPLIFIER.format(name=name, serial=SERIALS[serial], thermometer=window))
                text += list(_stages(kind, name, NEAR if near else PINCH))
    return "".join(text)


def _instruments(kind: Kind, name: str) -> Iterator[tuple[str, str]]:
    yield f"D{name}", kind.model
    if kind.model != "gaia":
        yield f"X{name}", "keysight_n6700"


def _stages(kind: Kind, name: str, pinches: tuple[float, ...]) -> Iterator[str]:
    for n, pinch in enumerate(pinches, 1):
        where = {"drains": f"D{name}", "drain": n, "gates": f"X{name}", "gate": n, "drain_more": "",
                 "gate_more": ", source_measure = true"}  # fmt: skip
        if kind.model == "keysight_n6700":  # two frames: drain, gate, drain, gate; drain, gate
            frame, slot = ("D", 2 * n) if n < 3 else ("X", 2)
            where |= {"drains": f"{frame}{name}", "gates": f"{frame}{name}", "drain": slot - 1, "gate": slot}
        if kind.model == "gaia":
            where |= {"gates": f"D{name}", "gate_more": ""}
        yield STAGE.format(name=name, resolution=kind.resolution, pinch=pinch, **where)
