"""What every instrument of the maker has: the IEEE-488.2 commands, defaults, and the reset of alarms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from cryosim.emulators.lakeshore.alarms import AlarmState
from cryosim.emulators.lakeshore.arguments import Parameters, one_of, only
from cryosim.emulators.lakeshore.status import OPERATION_COMPLETE

BYTE = range(256)
FACTORY = (99,)  # the number that DFLT demands


class Registers(Protocol):
    """The standard event register and the enables."""

    event: int
    event_enable: int
    request_enable: int

    def take_event(self) -> int:
        """Return the event register and clear it."""

    def clear(self) -> None:
        """Do what ``*CLS`` does."""


class Alarmed(Protocol):
    """An input with an alarm."""

    alarm: AlarmState


class Instrument(Protocol):
    """The state of any of them."""

    identity: str

    @property
    def status(self) -> Registers:
        """Its registers."""

    @property
    def inputs(self) -> Mapping[Any, Alarmed]:
        """Its inputs."""

    def power_up(self) -> None:
        """Go back to the settings of power-up; registers and their enables stay."""

    def factory_reset(self) -> None:
        """Set everything to factory defaults."""


State = TypeVar("State")


def bare(answer: Callable[[State], str]) -> Callable[[State, Parameters], str]:
    """Return a query without parameters."""

    def checked(state: State, parameters: Parameters) -> str:
        only(parameters, 0)
        return answer(state)

    return checked


def _event_enable(state: Instrument, parameters: Parameters) -> None:
    state.status.event_enable = one_of(only(parameters, 1)[0], BYTE)


def _request_enable(state: Instrument, parameters: Parameters) -> None:
    state.status.request_enable = one_of(only(parameters, 1)[0], BYTE)


def _operation_complete(state: Instrument, parameters: Parameters) -> None:
    only(parameters, 0)
    state.status.event |= OPERATION_COMPLETE


def _clear(state: Instrument, parameters: Parameters) -> None:
    only(parameters, 0)
    state.status.clear()


def _reset(state: Instrument, parameters: Parameters) -> None:
    only(parameters, 0)
    state.power_up()


def _factory(state: Instrument, parameters: Parameters) -> None:
    one_of(only(parameters, 1)[0], FACTORY)
    state.factory_reset()


def _alarm_reset(state: Instrument, parameters: Parameters) -> None:
    only(parameters, 0)
    for channel in state.inputs.values():
        channel.alarm = AlarmState()


COMMON_COMMANDS: Mapping[str, Callable[[Instrument, Parameters], None]] = {
    "*CLS": _clear,
    "*ESE": _event_enable,
    "*OPC": _operation_complete,
    "*RST": _reset,
    "*SRE": _request_enable,
    "ALMRST": _alarm_reset,
    "DFLT": _factory,
}
COMMON_QUERIES: Mapping[str, Callable[[Instrument, Parameters], str]] = {
    "*ESE": bare(lambda state: f"{state.status.event_enable:03d}"),
    "*ESR": bare(lambda state: f"{state.status.take_event():03d}"),
    "*IDN": bare(lambda state: state.identity),
    "*OPC": bare(lambda state: "1"),
    "*SRE": bare(lambda state: f"{state.status.request_enable:03d}"),
    "*TST": bare(lambda state: "0"),
}
