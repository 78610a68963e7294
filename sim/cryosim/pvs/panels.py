"""Front panels of temperature controllers: what stands on them, and hands at their keys."""

from __future__ import annotations

from collections.abc import Mapping

from cryoioc.records import Put, Record
from cryosim.emulators.lakeshore import LakeShore
from cryosim.pvs.board import Board
from cryosim.world import Installed

STATES = ("No", "Yes")
LONGEST = 255  # characters of a message


def add_panels(board: Board, installed: Mapping[str, Installed]) -> None:
    """Declare the panel of every controller that heats."""
    for name, unit in installed.items():
        if isinstance(unit.instrument, LakeShore) and unit.heaters:
            _add_panel(board, name, unit.instrument)


def _add_panel(board: Board, name: str, controller: LakeShore) -> None:
    def press(request: Put) -> None:
        controller.press(request.value)
        request.channel.post(request.value)

    keys = Record(name=f"{name}:PANEL", kind="charout", length=LONGEST, doc="Keys pressed, said as its commands",
                  writable=True, initial="")  # fmt: skip
    board.accept(board.declare(keys), press)
    board.reading(Record(name=f"{name}:HEATS", kind="bi", states=STATES, doc="A range of it is on"),
                  lambda: int(controller.heats()))  # fmt: skip
    board.reading(Record(name=f"{name}:LIMITED", kind="bi", states=STATES, doc="Its TLIMIT has switched off"),
                  lambda: int(controller.limited))  # fmt: skip
