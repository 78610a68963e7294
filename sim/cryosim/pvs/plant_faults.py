"""Faults of the cryostat itself: ``FAULT:<NAME>`` with ``:SP``, and ``:ARG`` where one takes a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryoioc.errors import Refused
from cryoioc.records import Put, Record
from cryosim.plant.stvp import Stvp
from cryosim.plant.stvp_faults import FAULTS
from cryosim.plant.stvp_parameters import Parameters
from cryosim.plant.stvp_state import State
from cryosim.pvs.board import Board, described, unit_of

STATES = ("Off", "On")
ACTIVE = {"On": "MINOR"}
DOCS = {"line_air": "Air leaks into the line's vacuum"}  # where DESC has no room for the fault's own

# How a fault shows in the state, whoever caused it: the PV is then true after LOAD and RESET too.
SIGNS: Mapping[str, Callable[[State, Parameters], bool]] = {
    "ice_plug": lambda s, _: s.blockage > 0.01,
    "dewar_empty": lambda s, p: s.dewar < p.dewar_heel,
    "jacket_helium": lambda s, _: s.jacket.helium > 1e-3,
    "jacket_air": lambda s, _: s.jacket.air > 1e-2,
    "jacket_leak": lambda s, _: s.jacket.leak_air > 0.0,
    "line_air": lambda s, _: s.line.leak_air > 0.0,
    "pump_stops": lambda s, _: s.pump_failed,
    "vaporizer_stuck": lambda s, _: "VAP" in s.stuck,
    "sample_stuck": lambda s, _: "SAMPLE" in s.stuck,
}


def add_plant_faults(board: Board, plant: Stvp) -> None:
    """Declare every fault of the STVP."""
    for name in FAULTS:
        _PlantFault(board, plant, name)


class _PlantFault:
    def __init__(self, board: Board, plant: Stvp, name: str) -> None:
        self.plant, self.name = plant, name
        fault = FAULTS[name]
        pv = f"FAULT:{name.upper()}"
        wish = Record(name=pv, kind="bo", states=STATES, doc=DOCS.get(name, described(fault.doc)))
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
        return SIGNS[self.name](self.plant.state, self.plant.parameters)

    def put(self, request: Put) -> None:
        if request.index:
            size = None if self.argument is None else float(self.argument.value)
            if size == 0.0:
                raise Refused(f"{self.name} of size 0 is none: put :ARG first")
            self.plant.begin_fault(self.name, size)
            return
        self.plant.end_fault(self.name)
        if self.present():
            raise Refused(f"{self.name} does not end by itself: DEWAR:REFILL")

    def put_argument(self, request: Put) -> None:
        """Take it for the next time; one that is present gets worse or better at once."""
        if self.present():
            self.plant.begin_fault(self.name, request.value)
        request.channel.post(request.value)
