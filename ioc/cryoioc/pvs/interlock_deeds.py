"""From a trip to what is off: which switch, what is said, what must be remembered until it is confirmed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from cryoioc.clock import Clock
from cryoioc.pvs.guarded import Guarded
from cryoioc.pvs.interlock_saved import InterlockMemory
from cryoioc.records import Channel
from cryoioc.safety.enforce import Enforcer, Switch

Say = Callable[[str], None]


class Deeds:
    """What interlocks do to what they guard.

    Parameters
    ----------
    guarded : mapping of str to Guarded
        Everything that can be guarded, by name.
    switches : sequence of Switch
        What puts it off.
    all_off : callable
        ALLOFF of the station.
    memory : InterlockMemory
    action : Channel
        ``INTLK:ACTION``.
    say : callable
        Says something in the interlocks' MSG.
    """

    def __init__(self, guarded: Mapping[str, Guarded], switches: Sequence[Switch],
                 all_off: Callable[[], Awaitable[None]], memory: InterlockMemory, action: Channel,
                 say: Say) -> None:  # fmt: skip
        self.guarded, self.memory, self._action, self._say = guarded, memory, action, say
        line_clock = Clock()  # how soon an instrument obeys is a matter of its line
        self.enforcers = {switch: Enforcer(switch, line_clock, all_off, self._report) for switch in switches}

    def take_up(self) -> None:
        """Demand what was not confirmed off when the IOC ended."""
        for switch, enforcer in self.enforcers.items():
            owed = self.memory.owed(switch.names)
            if owed:
                enforcer.demand(owed, "a trip before the IOC was restarted")

    def heating(self) -> tuple[str, ...]:
        """Return everything that heats."""
        return tuple(name for name, one in self.guarded.items() if one.heats)

    def on(self) -> list[str]:
        """Return what is known to be on."""
        return [name for name, one in self.guarded.items() if one.is_on()]

    def shown(self, names: Iterable[str]) -> str:
        """Return in words how things are."""
        return ", ".join(f"{name} {self.guarded[name].shown()}" for name in names)

    def switch_off(self, names: Iterable[str], why: str) -> None:
        """Ask for what is on, or not known to be off, to be put off; a put that waits for the wire is refused."""
        for switch, enforcer in self.enforcers.items():
            mine = [name for name in names if name in switch.names]
            if mine:
                switch.refuse(why)
            on = [name for name in mine if self.guarded[name].is_on() is not False]
            if on:
                self.memory.owe(on, True)
                enforcer.demand(on, why)

    def tell(self, names: Iterable[str], text: str = "") -> None:
        """Say to the operators of some things what was done to them."""
        for name in names:
            self.guarded[name].tell(text)

    def objection(self) -> str:
        """Return what has not obeyed and is still to be put off, though its trip be reset; empty: nothing."""
        wanted = {name for enforcer in self.enforcers.values() for name in enforcer.wanted}
        owed = sorted(name for name in wanted if self.guarded[name].is_on() is not False)
        deaf = owed and self._action.value in ("Escalated", "Not confirmed")
        return f"{', '.join(owed)} not confirmed off, see INTLK:MSG" if deaf else ""

    def cleared(self) -> None:
        """Forget what came of the last trip, after a reset; not while something is still to be put off."""
        if not any(enforcer.wanted for enforcer in self.enforcers.values()):
            self._action.post("None")

    def _report(self, report: str, text: str) -> None:
        if report == "Confirmed":
            for switch, enforcer in self.enforcers.items():
                self.memory.owe(switch.names - enforcer.wanted, False)
        kept = report in ("Switching off", "Confirmed") and self._action.value == "Escalated"
        if not kept:
            self._action.post(report)
        if report in ("Escalated", "Not confirmed"):
            self._say(text)
        self.memory.flush()
