"""Faults of the cryostat itself: ``FAULT:<NAME>`` with ``:SP``, and ``:ARG`` where one takes a number."""

from __future__ import annotations

from cryoioc.errors import Refused
from cryoioc.records import Put, Record
from cryosim.plant.protocol import Playable
from cryosim.pvs.board import Board, described, unit_of

STATES = ("Off", "On")
ACTIVE = {"On": "MINOR"}


def add_plant_faults(board: Board, plant: Playable) -> None:
    """Declare every fault of a plant."""
    for name in plant.FAULTS:
        _PlantFault(board, plant, name)


class _PlantFault:
    def __init__(self, board: Board, plant: Playable, name: str) -> None:
        self.plant, self.name = plant, name
        fault = self.fault = plant.FAULTS[name]
        pv = f"FAULT:{name.upper()}"
        wish = Record(name=pv, kind="bo", states=STATES, doc=described(fault.doc))
        board.setting(wish, self.present, self.put, ACTIVE)
        if not fault.unit:
            self.argument = None
            return
        self.argument = board.declare(
            Record(
                name=f"{pv}:ARG", kind="ao", unit=unit_of(fault.unit), precision=4, low=fault.low, high=fault.high,
                writable=True, initial=fault.default, doc="How much; at once while it is On",
            )
        )  # fmt: skip
        board.accept(self.argument, self.put_argument)

    def present(self) -> bool:
        return self.fault.present(self.plant.state, self.plant.parameters)

    def put(self, request: Put) -> None:
        if request.index:
            size = None if self.argument is None else float(self.argument.value)
            if size == 0.0:
                raise Refused(f"{self.name} of size 0 is none: put :ARG first")
            self.plant.begin_fault(self.name, size)
            return
        self.plant.end_fault(self.name)
        if self.present():
            raise Refused(f"{self.name} does not end by itself: {self.fault.cure}")

    def put_argument(self, request: Put) -> None:
        """Take it for the next time; one that is present gets worse or better at once."""
        if self.present():
            self.plant.begin_fault(self.name, request.value)
        request.channel.post(request.value)
