"""How fast the world goes, changed while it goes."""

from __future__ import annotations

import asyncio

from cryoioc.clock import Clock
from cryosim.world import World

SLOWEST, FASTEST = 1.0, 1000.0  # world seconds per second


class Pace(Clock):
    """A clock whose speed can be changed at any time, and that can be halted.

    Whoever sleeps goes on sleeping for the rest of the time, at the new speed.

    Parameters
    ----------
    speed : float
        Clock seconds per loop second, > 0, [s/s].
    halted : bool
        Whether it stands still until :meth:`change` lets it go.
    """

    def __init__(self, speed: float = 1.0, *, halted: bool = False) -> None:
        super().__init__(speed)
        self.halted = halted
        self._shown = self._since = 0.0  # s of this clock, at s of the loop
        self._before = 0.0  # s, what it showed just before the last change
        self._sleepers: set[asyncio.Future[bool]] = set()

    def now(self) -> float:
        """Return the present time, [s]; only differences mean anything."""
        if self.halted:
            return self._shown
        return self._shown + (asyncio.get_running_loop().time() - self._since) * self.speed

    def change(self, *, speed: float | None = None, halted: bool | None = None, at_most: float | None = None) -> None:
        """Go on differently.

        Parameters
        ----------
        speed : float, optional
            Clock seconds per loop second, > 0, [s/s].
        halted : bool, optional
            Whether to stand still.
        at_most : float, optional
            Time to go back to when it is later already, [s].
        """
        if speed is not None and not speed > 0:
            raise ValueError(f"clock speed {speed} must be > 0")
        self._before = self.now()
        self._shown = self._before if at_most is None else min(self._before, at_most)
        self._since = asyncio.get_running_loop().time()
        self.speed = self.speed if speed is None else speed
        self.halted = self.halted if halted is None else halted
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(False)

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of this clock, [s]."""
        if seconds <= 0.0:
            await asyncio.sleep(0.0)
        while seconds > 0.0:
            began = self.now()
            if await self._slept(seconds):
                return
            seconds -= self._before - began

    async def _slept(self, seconds: float) -> bool:
        """Sleep; say False when the clock was changed before the time was over."""
        loop = asyncio.get_running_loop()
        sleeper: asyncio.Future[bool] = loop.create_future()

        def wake() -> None:
            if not sleeper.done():
                sleeper.set_result(True)

        timer = None if self.halted else loop.call_later(seconds / self.speed, wake)
        self._sleepers.add(sleeper)
        try:
            return await sleeper
        finally:
            self._sleepers.discard(sleeper)
            if timer is not None:
                timer.cancel()


class Pacing:
    """Speed and pause of a world and of its lines.

    Parameters
    ----------
    world : World
        Gets a clock of its own, so that instruments go on answering while it stands still.
    lines : Pace
        The clock of the lines.
    """

    def __init__(self, world: World, lines: Pace) -> None:
        self.world = world
        self.lines = lines
        self.clock = Pace(lines.speed, halted=True)
        world.clock = self.clock

    @property
    def speed(self) -> float:
        """World seconds per second, as asked for."""
        return self.lines.speed

    @property
    def paused(self) -> bool:
        """Whether the world stands still."""
        return self.clock.halted

    def set_speed(self, speed: float) -> None:
        """Go on at ``speed`` world seconds per second; what the world lags behind is given up."""
        self.lines.change(speed=speed)
        self.clock.change(speed=speed, at_most=self.world.elapsed)

    def pause(self, paused: bool) -> None:
        """Let the world stand still, or go on."""
        self.clock.change(halted=paused, at_most=self.world.elapsed)

    async def run(self) -> None:
        """Let the world go until cancelled."""
        self.clock.change(halted=False)
        await self.world.run()
