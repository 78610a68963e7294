"""Emulated supplies on a table, with something on their outputs and text in and out."""

from __future__ import annotations

from collections.abc import Mapping

from cryosim.emulators.ports import LoadPort
from cryosim.emulators.scpi import E36312A, HMP4040, Face, Options, Supply, n6700
from cryosim.plant.loads import Resistor

FRAME = n6700(("N6761A", "N6784A", "N6731B", "N6784A"))
FACES: Mapping[str, Face] = {"E36312A": E36312A, "N6700": FRAME, "HMP4040": HMP4040}


class Bench:
    """One supply."""

    def __init__(
        self, face: Face | str, ports: Mapping[int, LoadPort] | None = None, options: Options | None = None
    ) -> None:
        self.face = FACES[face] if isinstance(face, str) else face
        self.loads = {n: Resistor(100.0) for n in range(1, len(self.face.outputs) + 1)}
        self.supply = Supply(self.face, ports or self.loads, options=options, seed=1)
        self.ask("*ESR?")

    def ask(self, message: str) -> str:
        """Send one message; return the reply without its terminator, "" for silence."""
        reply = self.supply.receive(message.encode("latin-1") + b"\n").decode("ascii")
        assert reply == "" or (reply.endswith("\n") and reply.count("\n") == 1)
        return reply.removesuffix("\n")

    def set(self, *messages: str) -> None:
        """Send commands and insist that they are accepted."""
        for message in messages:
            assert self.ask(message) == ""
            assert self.error() == 0, message

    def error(self) -> int:
        """Return the oldest error."""
        return int(self.ask("SYST:ERR?").split(",")[0])

    def number(self, query: str) -> float:
        """Return the reply to a query as a number."""
        return float(self.ask(query))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * 10)):
            self.supply.advance(0.1)
