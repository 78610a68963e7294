"""What interlocks guard: the heater of a loop, an output of a power supply, the bias of an amplifier.

Each is seen through the same few questions, so that the interlocks know neither ranges nor drains.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from cryoioc.pvs.amplifier import AmplifierGroup
from cryoioc.pvs.device import Device
from cryoioc.pvs.held import Held
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.power_output import PowerGroup

COLD = "COLD"  # the face of an amplifier that is biased otherwise than for a warm cryostat


class Guarded(ABC):
    """Something that interlocks switch off.

    Parameters
    ----------
    group : LoopGroup, PowerGroup or AmplifierGroup
        Its PVs.
    name : str
        As ``guards`` of an interlock names it.
    devices : tuple of Device
        The instruments that switch it.
    """

    heats = True  # what heats is guarded by an interlock that names nothing, and ALLOFF switches it off

    def __init__(self, group: LoopGroup | PowerGroup | AmplifierGroup, name: str, devices: tuple[Device, ...]) -> None:
        self._group, self.name, self.devices = group, name, devices

    @abstractmethod
    def is_on(self) -> bool | None:
        """Say whether it is on; None where that is not known."""

    @abstractmethod
    def shown(self) -> str:
        """Return in a word how it is."""

    @abstractmethod
    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever it was read."""

    def obey(self, interlocks: Held) -> None:
        """Let interlocks refuse its puts from now on."""
        self._group.interlocks = interlocks

    def tell(self, text: str) -> None:
        """Say in its MSG what was done to it; empty: only show anew what it does."""
        if text:
            self._group.say(text)


class GuardedLoop(Guarded):
    """The heater of a control loop."""

    def __init__(self, loop: LoopGroup) -> None:
        super().__init__(loop, loop.name, (loop.device,))
        self.loop = loop

    def is_on(self) -> bool | None:
        """Say whether its range is on."""
        word = self.loop.output.range
        return None if word is None else word != "Off"

    def shown(self) -> str:
        """Return its range."""
        return self.loop.output.range or "not known"

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever the range was read."""
        self.loop.device.watch(self.loop.output.range_slot, lambda values: changed())

    def tell(self, text: str) -> None:
        """Say it in its MSG, and judge its state anew."""
        super().tell(text)
        self.loop.update()


class GuardedOutput(Guarded):
    """A heater on an output of a power supply."""

    def __init__(self, power: PowerGroup) -> None:
        super().__init__(power, power.name, power.devices)
        self.power = power

    def is_on(self) -> bool | None:
        """Say whether it is on, or would be once its protection is cleared."""
        return self.power.heats

    def shown(self) -> str:
        """Return its state."""
        return str(self.power.state.value) if self.power.state.valid else "not known"

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever the output was read."""
        self.power.device.watch(self.power.slot, lambda values: changed())


class GuardedBias(Guarded):
    """An amplifier, whatever it is biased for."""

    heats = False

    def __init__(self, amplifier: AmplifierGroup) -> None:
        super().__init__(amplifier, amplifier.name, amplifier.devices)
        self.amplifier = amplifier

    def is_on(self) -> bool | None:
        """Say whether it is biased, or being biased."""
        bias = self.amplifier.bias
        return bias.value != "Off" if bias.valid else None

    def shown(self) -> str:
        """Return how it is biased."""
        return str(self.amplifier.bias.value) if self.amplifier.bias.valid else "not known"

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` after every step of its biasing."""
        self.amplifier.watch(changed)


class GuardedColdBias(GuardedBias):
    """An amplifier as far as it is biased for a cold cryostat: what is harmless when warm is not guarded."""

    def __init__(self, amplifier: AmplifierGroup) -> None:
        super().__init__(amplifier)
        self.name = amplifier.cold_name

    def is_on(self) -> bool | None:
        """Say whether it is biased otherwise than for a warm cryostat."""
        return self.amplifier.biased_cold
