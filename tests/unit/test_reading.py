"""A temperature counts with its own reading status only."""

from __future__ import annotations

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.devices.lakeshore import LAKESHORE335, identity
from cryoioc.pvs.device import Device
from cryoioc.pvs.reading import Reading

GOOD, UNITS_OVER = "000", "128"


class Input:
    """Input A of a device without a link, and what its reading has told."""

    def __init__(self) -> None:
        self.device = Device("TC1", LAKESHORE335, identity)
        self.reading = Reading(self.device, "A", Clock())
        self.told: list[float | str] = []
        self.reading.watch(self.told.append, self.told.append)

    def hear(self, row: str, reply: str) -> None:
        self.device.received((row, ("A",)), reply, 0.0)


def play(*replies: tuple[str, str]) -> list[float | str]:
    async def main() -> list[float | str]:
        one = Input()
        for row, reply in replies:
            one.hear(row, reply)
        return one.told

    return run_virtual(main())


def test_a_temperature_counts_once_its_status_is_good() -> None:
    assert play(("KRDG", "+020.000")) == []
    assert play(("KRDG", "+020.000"), ("RDGST", GOOD)) == [20.0]


@pytest.mark.parametrize("first", [GOOD, UNITS_OVER])
def test_a_status_without_a_new_temperature_makes_none_of_the_one_before(first: str) -> None:
    *_, last = play(("KRDG", "+020.000"), ("RDGST", first), ("RDGST", GOOD))
    assert last == "READ"
