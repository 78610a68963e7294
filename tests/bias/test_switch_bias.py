"""The bias that an interlock takes away: walked down first, dropped when that does not end, told when it stays."""

from __future__ import annotations

import asyncio

import pytest

from cryoioc.bias import PinchOff, Trip
from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import DeviceRefused
from cryoioc.pvs.switch_bias import DROP, WALK, BiasSwitch

WHY = "VACUUM: VAC 0.05 above 0.01 mbar"


class Stubborn:
    """An amplifier, as an interlock knows it, that goes off only when it is asked in one way."""

    name, cold_name = "LCP", "LCP:COLD"

    def __init__(self, obeys: type | None) -> None:
        self._obeys, self._off = obeys, asyncio.Event()
        self.asked: list[tuple[float, object]] = []  # s, and what for
        self._clock = Clock()
        self._begun = self._clock.now()

    def ask(self, request: object) -> None:
        """Take a request down."""
        self.asked.append((self._clock.now() - self._begun, request))
        if self._obeys is not None and isinstance(request, self._obeys):
            self._off.set()

    async def comes_off(self) -> None:
        """Wait until it is off."""
        await self._off.wait()


@pytest.mark.parametrize(
    ("obeys", "asked"),
    [(PinchOff, [(0.0, PinchOff(WHY))]), (Trip, [(0.0, PinchOff(WHY)), (WALK, Trip(WHY))])],
)
def test_a_pinch_off_that_does_not_end_is_followed_by_a_drop(obeys, asked):
    async def play() -> list[tuple[float, object]]:
        amplifier = Stubborn(obeys)
        await BiasSwitch(amplifier).off(frozenset({"LCP:COLD"}), WHY)
        return amplifier.asked

    assert run_virtual(play()) == asked


def test_what_stays_on_even_then_is_no_success():
    async def play() -> float:
        amplifier, clock = Stubborn(None), Clock()
        begun = clock.now()
        with pytest.raises(DeviceRefused, match="not confirmed off"):
            await BiasSwitch(amplifier).off(frozenset({"LCP"}), WHY)
        assert [type(request) for _, request in amplifier.asked] == [PinchOff, Trip]
        return clock.now() - begun

    assert run_virtual(play()) == pytest.approx(WALK + DROP)
