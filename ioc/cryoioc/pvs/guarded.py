"""What interlocks guard: the heater of a loop, an output of a power supply, the bias of an amplifier.

Each is seen through the same few questions, so that the interlocks know neither ranges nor drains.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cryoioc.pvs.amplifier import AmplifierGroup
from cryoioc.pvs.device import Device
from cryoioc.pvs.held import Held
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.power_output import PowerGroup

COLD = "COLD"  # the face of an amplifier that is biased otherwise than for a warm cryostat


class Guarded(Protocol):
    """Something that interlocks switch off."""

    @property
    def name(self) -> str:
        """As ``guards`` of an interlock names it."""

    @property
    def devices(self) -> tuple[Device, ...]:
        """The instruments that switch it."""

    @property
    def heats(self) -> bool:
        """Whether it heats: an interlock that names nothing guards it, and ALLOFF switches it off."""

    def is_on(self) -> bool | None:
        """Say whether it is on; None where that is not known."""

    def shown(self) -> str:
        """Return in a word how it is."""

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever it was read."""

    def obey(self, interlocks: Held) -> None:
        """Let interlocks refuse its puts from now on."""

    def tell(self, text: str) -> None:
        """Say to its operators what was done to it; empty: only show anew what it does."""


class GuardedLoop:
    """The heater of a control loop."""

    heats = True

    def __init__(self, loop: LoopGroup) -> None:
        self.loop, self.name = loop, loop.name
        self.devices: tuple[Device, ...] = (loop.device,)

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

    def obey(self, interlocks: Held) -> None:
        """Let interlocks refuse its puts."""
        self.loop.interlocks = interlocks

    def tell(self, text: str) -> None:
        """Say it in the loop's MSG, and judge its state anew."""
        if text:
            self.loop.say(text)
        self.loop.update()


class GuardedOutput:
    """A heater on an output of a power supply."""

    heats = True

    def __init__(self, power: PowerGroup) -> None:
        self.power, self.name, self.devices = power, power.name, power.devices

    def is_on(self) -> bool | None:
        """Say whether it is on, or would be once its protection is cleared."""
        return self.power.heats

    def shown(self) -> str:
        """Return its state."""
        return str(self.power.state.value) if self.power.state.valid else "not known"

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever the output was read."""
        self.power.device.watch(self.power.slot, lambda values: changed())

    def obey(self, interlocks: Held) -> None:
        """Let interlocks refuse its puts."""
        self.power.interlocks = interlocks

    def tell(self, text: str) -> None:
        """Say it in the output's MSG."""
        if text:
            self.power.say(text)


class GuardedBias:
    """An amplifier, whatever it is biased for."""

    heats = False

    def __init__(self, amplifier: AmplifierGroup) -> None:
        self.amplifier, self.name, self.devices = amplifier, amplifier.name, amplifier.devices

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

    def obey(self, interlocks: Held) -> None:
        """Let interlocks refuse its puts."""
        self.amplifier.interlocks = interlocks

    def tell(self, text: str) -> None:
        """Say it in the amplifier's MSG."""
        if text:
            self.amplifier.say(text)


class GuardedColdBias(GuardedBias):
    """An amplifier as far as it is biased for a cold cryostat: what is harmless when warm is not guarded."""

    def __init__(self, amplifier: AmplifierGroup) -> None:
        super().__init__(amplifier)
        self.name = amplifier.cold_name

    def is_on(self) -> bool | None:
        """Say whether it is biased otherwise than for a warm cryostat."""
        return self.amplifier.biased_cold
