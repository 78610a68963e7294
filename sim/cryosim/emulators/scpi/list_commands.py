"""Keysight: the outputs meant are a channel list at the end of the command (bias-flow-vacuum.md 1.2, dialect A)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cryosim.emulators.scpi.arguments import boolean, number, whole, word
from cryosim.emulators.scpi.command import Command, Request, only
from cryosim.emulators.scpi.common_commands import COMMON
from cryosim.emulators.scpi.errors import ScpiError
from cryosim.emulators.scpi.levels import (
    Level,
    clear,
    flags,
    level,
    read_level,
    reading,
    switch,
    targets,
)
from cryosim.emulators.scpi.output import Output, Trip
from cryosim.emulators.scpi.registers import Register
from cryosim.emulators.scpi.watchdog import LONGEST, SHORTEST

if TYPE_CHECKING:
    from cryosim.emulators.scpi.supply import Supply

LONGEST_DELAY = 3600.0  # s, of switching on and off

VOLT = Level("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]", "volts", "V",
             lambda o: o.rating.lowest, lambda o: o.rating.volts, lambda o: o.rating.volt_step)  # fmt: skip
LIMIT = Level("[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]", "limit", "A",
              lambda o: o.rating.least, lambda o: o.rating.amperes, lambda o: o.rating.amp_step)  # fmt: skip
SMU_LIMIT = Level("[SOURce:]CURRent:LIMit[:POSitive][:IMMediate][:AMPLitude]", "limit", "A",
                  LIMIT.low, LIMIT.high, LIMIT.step)  # fmt: skip
SETPOINT = Level("", "setpoint", "A", lambda o: -o.rating.amperes, LIMIT.high, LIMIT.step)
OVP = Level("[SOURce:]VOLTage:PROTection[:LEVel]", "ovp", "V", lambda o: 0.0, lambda o: o.rating.ovp, VOLT.step)
DELAY = Level("[SOURce:]CURRent:PROTection:DELay[:TIME]", "ocp_delay", "S",
              lambda o: 0.0, lambda o: o.options.ocp_delay_max)  # fmt: skip
RISE = Level("OUTPut:DELay:RISE", "rise_delay", "S", lambda o: 0.0, lambda o: LONGEST_DELAY)
FALL = Level("OUTPut:DELay:FALL", "fall_delay", "S", lambda o: 0.0, lambda o: LONGEST_DELAY)


def _current_row(output: Output) -> Level:
    """Return what ``CURR`` means on an output: on a source-measure module perhaps not the limit."""
    return SETPOINT if output.rating.smu and output.options.smu_current == "setpoint" else LIMIT


def _set_current(supply: Supply, request: Request) -> None:
    outputs, rest = targets(supply, request.arguments)
    only(rest, 1)
    wanted = [(output, row := _current_row(output), read_level(row, output, rest[0])) for output in outputs]
    for output, row, value in wanted:
        setattr(output.settings, row.attribute, value)
        output.changed()


def _ask_current(supply: Supply, request: Request) -> str:
    outputs, rest = targets(supply, request.arguments)
    answers = []
    for output in outputs:
        ask = level(_current_row(output)).ask
        assert ask is not None
        answers.append(ask(supply, Request((*rest, f"(@{output.number})"), ())))
    return ",".join(answers)


def _only_smu(command: Command) -> Command:
    """Return a command that other modules do not know."""
    assert command.act is not None and command.ask is not None
    act, ask = command.act, command.ask

    def check(supply: Supply, request: Request) -> None:
        if not all(output.rating.smu for output in targets(supply, request.arguments)[0]):
            raise ScpiError(-113)

    def checked_act(supply: Supply, request: Request) -> None:
        check(supply, request)
        act(supply, request)

    def checked_ask(supply: Supply, request: Request) -> str:
        check(supply, request)
        return ask(supply, request)

    return Command(command.header, checked_act, checked_ask)


def _switch(supply: Supply, request: Request) -> None:
    outputs, rest = targets(supply, request.arguments)
    only(rest, 1)
    on = boolean(rest[0])
    for output in outputs:
        output.switch(on)
    if on:
        supply.hesitate()


def _start_of_delay(supply: Supply, request: Request) -> None:
    outputs, rest = targets(supply, request.arguments)
    only(rest, 1)
    chosen = word(rest[0], "SCHange", "CCTRans")
    for output in outputs:
        output.settings.ocp_start = "SCH" if chosen == "SCHange" else "CCTR"


def _ask_start(supply: Supply, request: Request) -> str:
    return ",".join(output.settings.ocp_start for output in targets(supply, request.arguments)[0])


def _select(supply: Supply, request: Request) -> None:
    only(request.arguments, 1)
    chosen = whole(request.arguments[0].upper().removeprefix("CH").removeprefix("OUTP"))
    if not 1 <= chosen <= len(supply.outputs):
        raise ScpiError(-222)
    supply.selected = chosen


def _tripped(*causes: Trip) -> Callable[[Output], bool]:
    return lambda output: output.trip in causes


def _couple(supply: Supply, request: Request) -> None:
    only(request.arguments, 1)
    supply.coupled = boolean(request.arguments[0])


# --- status: by channel list on a frame, by summary registers elsewhere ---------------------------


def _group(name: str, of: Callable[[Supply], list[Register]]) -> tuple[Command, ...]:
    def take(supply: Supply, request: Request, what: Callable[[Register], int]) -> str:
        outputs = targets(supply, request.arguments)[0]
        return ",".join(str(what(of(supply)[output.number - 1])) for output in outputs)

    def enable(supply: Supply, request: Request) -> None:
        outputs, rest = targets(supply, request.arguments)
        only(rest, 1)
        for output in outputs:
            of(supply)[output.number - 1].enable = whole(rest[0])

    return (
        Command(f"STATus:{name}[:EVENt]", ask=lambda s, r: take(s, r, Register.take)),
        Command(f"STATus:{name}:CONDition", ask=lambda s, r: take(s, r, lambda register: register.condition)),
        Command(f"STATus:{name}:ENABle", act=enable, ask=lambda s, r: take(s, r, lambda register: register.enable)),
    )


def summaries() -> tuple[Command, ...]:
    """Return the commands of the questionable group with its summary of every output."""

    def register(supply: Supply, request: Request) -> Register:
        n = request.suffixes[0]
        if not 1 <= n <= len(supply.outputs):
            raise ScpiError(-113)
        return supply.status.questionable[n - 1]

    return (
        *_single("STATus:QUEStionable:INSTrument:ISUMmary#", register),
        *_single("STATus:QUEStionable:INSTrument", lambda supply, request: supply.status.instrument),
        *_single("STATus:QUEStionable", lambda supply, request: supply.status.whole),
    )


def _single(header: str, of: Callable[[Supply, Request], Register]) -> tuple[Command, ...]:
    def enable(supply: Supply, request: Request) -> None:
        only(request.arguments, 1)
        of(supply, request).enable = whole(request.arguments[0])

    return (
        Command(f"{header}[:EVENt]", ask=lambda s, r: str(of(s, r).take())),
        Command(f"{header}:CONDition", ask=lambda s, r: str(of(s, r).condition)),
        Command(f"{header}:ENABle", act=enable, ask=lambda s, r: str(of(s, r).enable)),
    )


# --- N6700 alone -----------------------------------------------------------------------------------


def _watch(supply: Supply, request: Request) -> None:
    only(request.arguments, 1)
    supply.watchdog.on = boolean(request.arguments[0])


def _watch_delay(supply: Supply, request: Request) -> None:
    only(request.arguments, 1)
    seconds = number(request.arguments[0], "S")
    if not SHORTEST <= seconds <= LONGEST:
        raise ScpiError(-222)
    supply.watchdog.delay = float(round(seconds))


def _priority(supply: Supply, request: Request) -> None:
    """Accept the priority the emulator has; the other one is a settings conflict here."""
    _, rest = targets(supply, request.arguments)
    only(rest, 1)
    if word(rest[0], "VOLTage", "CURRent") == "CURRent":
        raise ScpiError(-221)


def _ask_priority(supply: Supply, request: Request) -> str:
    return ",".join("VOLT" for _ in targets(supply, request.arguments)[0])


def _module(supply: Supply, request: Request) -> str:
    return ",".join(f'"{output.rating.model}"' for output in targets(supply, request.arguments)[0])


SHARED = (
    *COMMON,
    level(VOLT),
    Command(LIMIT.header, _set_current, _ask_current),
    level(OVP),
    level(DELAY),
    level(RISE),
    level(FALL),
    switch("[SOURce:]CURRent:PROTection:STATe", "ocp"),
    Command("[SOURce:]CURRent:PROTection:DELay:STARt", _start_of_delay, _ask_start),
    Command("OUTPut[:STATe]", _switch, flags(lambda output: output.settings.on)),
    Command("OUTPut:PROTection:CLEar", clear),
    Command("MEASure[:SCALar]:VOLTage[:DC]", ask=reading(Output.read_volts)),
    Command("MEASure[:SCALar]:CURRent[:DC]", ask=reading(Output.read_amperes)),
)

E36300 = (
    *SHARED,
    Command("[SOURce:]VOLTage:PROTection:TRIPped", ask=flags(_tripped(Trip.OVER_VOLTAGE))),
    Command("[SOURce:]VOLTage:PROTection:CLEar", clear),
    Command("[SOURce:]CURRent:PROTection:TRIPped", ask=flags(_tripped(Trip.OVER_CURRENT))),
    Command("[SOURce:]CURRent:PROTection:CLEar", clear),
    Command("INSTrument:NSELect", _select, lambda supply, request: str(supply.selected)),
    Command("INSTrument[:SELect]", _select, lambda supply, request: f"CH{supply.selected}"),
    *summaries(),
)

N6700 = (
    *SHARED,
    _only_smu(level(SMU_LIMIT)),
    _only_smu(Command("[SOURce:]FUNCtion", _priority, _ask_priority)),
    _only_smu(Command("OUTPut:PMODe", _priority, _ask_priority)),
    Command("OUTPut:PROTection:COUPle", _couple, lambda supply, request: str(int(supply.coupled))),
    Command("OUTPut:PROTection:WDOG[:STATe]", _watch, lambda supply, request: str(int(supply.watchdog.on))),
    Command("OUTPut:PROTection:WDOG:DELay", _watch_delay, lambda supply, request: f"{supply.watchdog.delay:g}"),
    Command("SYSTem:CHANnel[:COUNt]", ask=lambda supply, request: str(len(supply.outputs))),
    Command("SYSTem:CHANnel:MODel", ask=_module),
    *_group("OPERation", lambda supply: supply.status.operation),
    *_group("QUEStionable", lambda supply: supply.status.questionable),
)
