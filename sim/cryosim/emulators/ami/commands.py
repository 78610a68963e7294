"""What each command of an AMI 1700 does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cryosim.emulators.ami.grammar import Act, BadCommandError, Command, Query, number, quoted, whole
from cryosim.emulators.ami.probe import SUPPLY

if TYPE_CHECKING:
    from cryosim.emulators.ami.instrument import Ami1700

UNITS = ("%", "C", "I")  # code 0, 1, 2
CM_PER_INCH = 2.54
CHANNELS = 2  # relay or fill: 0 none, 1 nitrogen, 2 helium


def _level(unit: Ami1700) -> str:
    return f"{unit.in_units(unit.probe.share):.1f}"


def _length(unit: Ami1700) -> str:
    scale = CM_PER_INCH if unit.units == "I" else 1.0
    return f"{unit.probe.length / scale:.1f}"


def _set_length(unit: Ami1700, text: str) -> None:
    if unit.units == "%":
        raise BadCommandError  # a length in per cent has no meaning; as on the 135/136 and 187
    unit.probe.length = number(text, 1.0, 1000.0) * (CM_PER_INCH if unit.units == "I" else 1.0)


def _set_units(unit: Ami1700, text: str) -> None:
    unit.units = UNITS[whole(text, 0, 2)]


def _set_interval(unit: Ami1700, text: str) -> None:
    unit.probe.sampling.interval = 60.0 * number(text, 0.0, 1440.0)


def _set_limit(unit: Ami1700, text: str) -> None:
    unit.probe.sampling.limit = 60.0 * number(text, 0.0, 1440.0)


def _set_name(unit: Ami1700, text: str) -> None:
    unit.name = quoted(text)[:16]


def _only(action: Callable[[Ami1700], None]) -> Act:
    """Return an action that takes no parameter."""

    def act(unit: Ami1700, text: str) -> None:
        if text:
            raise BadCommandError
        action(unit)

    return act


def _relay(number_of: int) -> tuple[Command, ...]:
    """Return the commands of one relay."""

    def told(key: str, high: int) -> Act:
        def act(unit: Ami1700, text: str) -> None:
            unit.relays[number_of][key] = whole(text, 0, high)

        return act

    def setpoint(unit: Ami1700, text: str) -> None:
        unit.relays[number_of]["setpoint"] = number(text, -1000.0, 1000.0)

    def asked(key: str, form: str) -> Query:
        return lambda unit: format(unit.relays[number_of][key], form)

    name = f"RELAY{number_of}"
    return (
        Command(f"{name}:OPeration", query=asked("operation", "g")),
        Command(f"{name}:SETpoint", query=asked("setpoint", ".1f")),
        Command(f"CONFigure:{name}:CHannel", act=told("channel", CHANNELS)),
        Command(f"CONFigure:{name}:OPeration", act=told("operation", 1)),
        Command(f"CONFigure:{name}:SETpoint", act=setpoint),
    )


def _fill(unit: Ami1700, text: str) -> None:
    unit.fill = whole(text, 0, CHANNELS)


COMMANDS = (
    Command("*IDN", query=lambda unit: unit.options.identity),
    Command("MEASure:HE:LEVel", query=_level),
    Command("MEASure:ADC0", query=lambda unit: f"{unit.probe.voltage():.2f}"),
    Command("MEASure:ADC1", query=lambda unit: f"{SUPPLY if unit.probe.powered else 0.0:.2f}"),
    Command("MEASure:ADC2", query=lambda unit: f"{unit.probe.current():.2f}"),
    Command("MEASure:HE:SAMPle", act=_only(lambda unit: unit.probe.sample())),
    Command("MEASure:HE:HOLD", act=_only(lambda unit: unit.probe.hold())),
    Command("MEASure:HE:CONTinuous", act=_only(lambda unit: unit.probe.measure_on())),
    Command("HE", query=lambda unit: f"{unit.options.kind}"),
    Command("HE:UNIT", query=lambda unit: unit.units),
    Command("HE:LENgth", query=_length),
    Command("HE:INTerval", query=lambda unit: f"{unit.probe.sampling.interval / 60.0:.2f}"),
    Command("HE:TIME", query=lambda unit: f"{unit.probe.sampling.limit / 60.0:g}"),
    Command("NAME:SENSor:HE", query=lambda unit: unit.name),
    Command("N2:UNIT", query=lambda unit: unit.units),
    Command("MEASure:N2:LEVel", query=lambda unit: f"{unit.options.nitrogen:.1f}"),
    Command("CONFigure:HE:UNIT", act=_set_units),
    Command("CONFigure:HE:LENgth", act=_set_length),
    Command("CONFigure:INTerval:SAMPle", act=_set_interval),
    Command("CONFigure:HE:TIME_LIMIT", act=_set_limit),
    Command("CONFigure:NAME:SENSor:HE", act=_set_name),
    Command("CONFigure:FILL:CHannel", act=_fill),
    *_relay(1),
    *_relay(2),
)
# Asked without a question mark, as on the predecessors.
BARE_QUERIES: dict[str, Query] = {
    "HI": lambda unit: f"{unit.relays[1]['setpoint']:.1f}",
    "LO": lambda unit: f"{unit.relays[2]['setpoint']:.1f}",
}
