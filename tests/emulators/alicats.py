"""Emulated Alicats in a gas line that can be changed, asked line by line."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cryosim.emulators.alicat import Alicat, Options
from cryosim.emulators.ports import FlowSample

HELIUM_88 = 8.8 * 2.76275e-6  # kg/s: 8.8 standard litres of helium at 21.11 degC and 1 atm a minute


@dataclass
class Pipe:
    """A gas line that can be changed."""

    sample: FlowSample = FlowSample(mass_flow=HELIUM_88, pressure=101325.0, temperature=294.26, gas="He")

    def read(self) -> FlowSample:
        return self.sample

    def change(self, **fields: float) -> None:
        self.sample = replace(self.sample, **fields)  # type: ignore[arg-type]


def meter(pipe: Pipe | None = None, **options: object) -> Alicat:
    return Alicat(pipe or Pipe(), Options(**{"reference_celsius": 21.11, **options}))  # type: ignore[arg-type]


def controller(**options: object) -> Alicat:
    return meter(controller=True, **{"firmware": "10v20.0-R24", "full_scale": 20.0, **options})


def ask(unit: Alicat, *lines: str) -> str:
    """Send lines; return the reply to the last of them."""
    reply = b""
    for line in lines:
        reply = unit.receive(line.encode() + b"\r")
    text = reply.decode()
    assert text == "" or text.endswith("\r")
    return text.removesuffix("\r")


def let_pass(unit: Alicat, seconds: float) -> None:
    for _ in range(round(seconds / 0.1)):
        unit.advance(0.1)
