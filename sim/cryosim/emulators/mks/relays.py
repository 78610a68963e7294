"""The twelve relays: two of each socket, which go by the gauge that is on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryosim.emulators.mks.errors import Refused
from cryosim.emulators.mks.notation import number, one_of, only_asked, written
from cryosim.emulators.mks.options import Options

RELAYS = 12
Handler = Callable[[int, str | None], str]  # number from 0, value or None for a query


@dataclass
class Relay:
    """What one relay is set to; pressures in Torr."""

    set_point: float = 1e-3
    hysteresis: float = 1.1e-3
    below: bool = True
    mode: str = "CLEAR"


class Relays:
    """All relays of a controller.

    Parameters
    ----------
    torr : callable
        Number of a relay -> what its gauge reads, [Torr], None if nothing.
    ion : callable
        Number of a relay -> whether its gauge has high voltage: its direction is fixed then.
    options : Options
    """

    def __init__(self, torr: Callable[[int], float | None], ion: Callable[[int], bool], options: Options) -> None:
        self._torr, self._ion, self._options = torr, ion, options
        self.relays = [Relay() for _ in range(RELAYS)]
        self.handlers: Mapping[str, tuple[int, Handler]] = {
            "SP": (RELAYS, self._level("set_point")), "SH": (RELAYS, self._level("hysteresis")),
            "SD": (RELAYS, self._direction), "EN": (RELAYS, self._mode), "SS": (RELAYS, self._state),
        }  # fmt: skip

    def _level(self, name: str) -> Handler:
        def handler(relay: int, value: str | None) -> str:
            if value is not None:
                setattr(self.relays[relay], name, number(value))
            return written(getattr(self.relays[relay], name), self._options)

        return handler

    def _direction(self, relay: int, value: str | None) -> str:
        if value is not None:
            below = one_of(value, ("ABOVE", "BELOW")) == "BELOW"
            if self._ion(relay):
                raise Refused("RLY_DIR_FIX_FOR_ION")
            self.relays[relay].below = below
        return "BELOW" if self.relays[relay].below else "ABOVE"

    def _mode(self, relay: int, value: str | None) -> str:
        if value is not None:
            self.relays[relay].mode = one_of(value, ("SET", "CLEAR", "ENABLE"))
        return self.relays[relay].mode

    def _state(self, relay: int, value: str | None) -> str:
        only_asked(value)
        one, torr = self.relays[relay], self._torr(relay)
        pulled = torr is not None and (torr < one.set_point if one.below else torr > one.set_point)
        return "SET" if one.mode == "SET" or (one.mode == "ENABLE" and pulled) else "CLEAR"
