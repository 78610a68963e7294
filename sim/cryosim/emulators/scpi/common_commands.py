"""Commands of IEEE 488.2 and the SYSTem subsystem, the same on every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryosim.emulators.scpi.arguments import whole
from cryosim.emulators.scpi.command import Act, Ask, Command, Request, only
from cryosim.emulators.scpi.errors import TEXTS, ScpiError

if TYPE_CHECKING:
    from cryosim.emulators.scpi.supply import Supply

OPERATION_COMPLETE = 1  # bit of the standard event register


def _clear(supply: Supply, request: Request) -> None:
    only(request.arguments, 0)
    supply.errors.clear()
    supply.status.clear()


def _reset(supply: Supply, request: Request) -> None:
    only(request.arguments, 0)
    supply.reset()


def _complete(supply: Supply, request: Request) -> None:
    supply.status.standard.event |= OPERATION_COMPLETE


def _error(supply: Supply, request: Request) -> str:
    code = supply.errors.take()
    if code == 0:
        return supply.face.no_error
    separator = "," if supply.face.no_error.startswith("+") else ", "
    return f'{code}{separator}"{TEXTS[code]}"'


def _enable_events(supply: Supply, request: Request) -> None:
    supply.status.standard.enable = _byte(request)


def _enable_service(supply: Supply, request: Request) -> None:
    supply.status.service = _byte(request)


def _byte(request: Request) -> int:
    only(request.arguments, 1)
    value = whole(request.arguments[0])
    if not 0 <= value <= 255:
        raise ScpiError(-222)
    return value


def _say(text: str) -> Ask:
    return lambda supply, request: text


def _remote(state: str) -> Act:
    def act(supply: Supply, request: Request) -> None:
        supply.remote = state

    return act


def _nothing(supply: Supply, request: Request) -> None:
    """Beep, or wait for what is done at once."""


COMMON = (
    Command("*IDN", ask=lambda supply, request: supply.face.idn),
    Command("*CLS", act=_clear),
    Command("*RST", act=_reset),
    Command("*OPC", act=_complete, ask=_say("1")),
    Command("*WAI", act=_nothing),
    Command("*TST", ask=_say("0")),
    Command("*ESR", ask=lambda supply, request: str(supply.status.standard.take())),
    Command("*ESE", act=_enable_events, ask=lambda supply, request: str(supply.status.standard.enable)),
    Command("*SRE", act=_enable_service, ask=lambda supply, request: str(supply.status.service)),
    Command("*STB", ask=lambda supply, request: str(supply.status.byte())),
    Command("SYSTem:ERRor[:NEXT]", ask=_error),
    Command("SYSTem:VERSion", ask=lambda supply, request: supply.face.scpi),
    Command("SYSTem:BEEPer[:IMMediate]", act=_nothing),
    Command("SYSTem:LOCal", act=_remote("LOC")),
    Command("SYSTem:REMote", act=_remote("REM")),
    Command("SYSTem:RWLock", act=_remote("RWL")),
)
