"""A bench for one emulated Lake Shore: settable sensors, recording heaters, text in and out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from cryosim.emulators.lakeshore import LakeShore, Model, Options


@dataclass
class FixedSensor:
    """A sensor that reads what it is told, [ohm] or [V]."""

    value: float = 100.0

    def read(self) -> float:
        return self.value


@dataclass
class Load:
    """A load that remembers what it was given last."""

    resistance: float = 25.0
    amperes: float = 0.0
    volts: float = 0.0

    def ohm(self) -> float:
        return self.resistance

    def drive(self, amperes: float) -> None:
        self.amperes = amperes

    def apply(self, volts: float) -> None:
        self.volts = volts


@dataclass
class Bench:
    """An instrument with everything it can be wired to."""

    model: Model = "lakeshore335"
    options: Options = field(default_factory=Options)

    def __post_init__(self) -> None:
        self.sensors = {letter: FixedSensor() for letter in "ABCD"}
        self.loads = {number: Load() for number in (1, 2, 3, 4)}
        self.instrument = LakeShore(self.model, self.sensors, self.loads, options=self.options)
        self.ask("*ESR?")

    def ask(self, message: str) -> str:
        """Send one message; return the reply without its terminator, "" for silence."""
        reply = self.instrument.receive(message.encode("latin-1") + b"\n").decode("ascii")
        assert reply == "" or (reply.endswith("\r\n") and reply.count("\n") == 1)
        return reply.removesuffix("\r\n")

    def set(self, *messages: str) -> None:
        """Send commands and insist that they are accepted without a word."""
        for message in messages:
            assert self.ask(message) == ""
            assert self.ask("*ESR?") == "000", message

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * 10)):
            self.instrument.advance(0.1)

    def wired(self) -> Bench:
        """Return the bench with inputs A and B reading 1 K per ohm."""
        self.one_to_one("A")
        self.one_to_one("B", 22)
        return self

    def one_to_one(self, letter: str = "A", slot: int = 21) -> None:
        """Wire an input so that kelvin equals ohm, 1 to 2000, through a user curve of two points."""
        excitation = ",0" if self.model == "lakeshore350" else ""
        self.set(
            f'CRVHDR {slot},"ONE TO ONE","T{slot}",3,1500,2',
            f"CRVPT {slot},1,1,1",
            f"CRVPT {slot},2,2000,2000",
            f"INTYPE {letter},3,1,0,0,1{excitation}",
            f"INCRV {letter},{slot}",
        )
        self.run(0.1)


@pytest.fixture
def bench() -> Bench:
    """Return a 335 whose inputs read 1 K per ohm, at 100 K."""
    return Bench().wired()


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    """Return a maker of benches: ``make_bench(model, options)``, as delivered from the factory."""
    return Bench
