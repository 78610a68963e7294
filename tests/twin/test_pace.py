"""A clock whose speed changes while others sleep on it."""

from __future__ import annotations

import asyncio

import pytest

from cryoioc.clock import Clock, run_virtual
from cryosim.plant.dummy import DummyPlant, sample
from cryosim.pvs import Pace, Pacing
from cryosim.world import World


def test_time_goes_on_from_where_it_is():
    async def scene() -> None:
        pace, loop = Pace(10.0), asyncio.get_running_loop()
        began, at = pace.now(), loop.time()
        await pace.sleep(50.0)
        pace.change(speed=1000.0)
        assert pace.now() - began == pytest.approx(50.0, abs=0.01)
        await pace.sleep(2000.0)
        assert pace.now() - began == pytest.approx(2050.0, abs=1.0)
        assert loop.time() - at == pytest.approx(5.0 + 2.0, abs=1e-3)

    run_virtual(scene())


@pytest.mark.parametrize(("speed", "seconds"), [(100.0, 10.0 + 0.9), (0.5, 10.0 + 180.0)])
def test_a_sleeper_sleeps_the_rest_at_the_new_speed(speed: float, seconds: float):
    async def scene() -> None:
        pace, loop = Pace(1.0), asyncio.get_running_loop()
        sleeper, at = asyncio.create_task(pace.sleep(100.0)), loop.time()
        await Clock().sleep(10.0)
        pace.change(speed=speed)
        await sleeper
        assert loop.time() - at == pytest.approx(seconds, abs=1e-3)

    run_virtual(scene())


def test_nobody_wakes_while_it_is_halted():
    async def scene() -> None:
        pace = Pace(1.0)
        sleeper = asyncio.create_task(pace.sleep(1.0))
        await Clock().sleep(0.5)
        pace.change(halted=True)
        stood = pace.now()
        await Clock().sleep(3600.0)
        assert not sleeper.done() and pace.now() == stood
        pace.change(halted=False)
        await sleeper
        assert pace.now() == pytest.approx(stood + 0.5, abs=1e-3)

    run_virtual(scene())


def test_a_speed_that_is_none_is_an_error():
    async def scene() -> None:
        with pytest.raises(ValueError, match="must be > 0"):
            Pace().change(speed=0.0)

    run_virtual(scene())


def test_arrears_are_given_up_with_a_change_of_speed():
    """A world that cannot keep up does not race on at full speed when it is slowed down."""

    async def scene() -> None:
        world = World(DummyPlant((sample("S"),), temperatures={}, heaters={}, mass_flow=1e-5), Clock(), {})
        pacing = Pacing(world, Pace(1000.0))
        pacing.clock.change(halted=False)
        await Clock().sleep(10.0)  # 10 000 s of the world, and nobody has stepped it
        pacing.set_speed(1.0)
        assert pacing.clock.now() == world.elapsed == 0.0
        going = asyncio.create_task(pacing.run())
        await Clock().sleep(60.05)
        going.cancel()
        assert world.elapsed == pytest.approx(60.0, abs=0.15)

    run_virtual(scene())
