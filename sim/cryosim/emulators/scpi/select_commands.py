"""R&S HMP: a channel is selected, and every command acts on it (bias-flow-vacuum.md 1.2, dialect B)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cryosim.emulators.scpi.arguments import boolean, number, whole, word
from cryosim.emulators.scpi.command import Command, Request, only
from cryosim.emulators.scpi.common_commands import COMMON
from cryosim.emulators.scpi.errors import ScpiError
from cryosim.emulators.scpi.levels import Level, clear, flags, level, read_level, reading, switch
from cryosim.emulators.scpi.list_commands import LIMIT, OVP, VOLT, summaries
from cryosim.emulators.scpi.output import Output, Trip

if TYPE_CHECKING:
    from cryosim.emulators.scpi.supply import Supply

LONGEST_FUSE = 0.250  # s; unverified
PLACES = {"OUT", "OUTP", "OUTPUT"}

HMP_VOLT = replace(VOLT, nudge="volt_step")
HMP_LIMIT = replace(LIMIT, nudge="amp_step", show=".4f")
VOLT_STEP = Level("[SOURce:]VOLTage[:LEVel][:IMMediate]:STEP[:INCRement]", "volt_step", "V",
                  lambda o: 0.0, lambda o: o.rating.volts)  # fmt: skip
AMP_STEP = Level("[SOURce:]CURRent[:LEVel][:IMMediate]:STEP[:INCRement]", "amp_step", "A",
                 lambda o: 0.0, lambda o: o.rating.amperes, show=".4f")  # fmt: skip


def _selected(supply: Supply) -> Output:
    return supply.outputs[supply.selected - 1]


def _select(supply: Supply, request: Request) -> None:
    only(request.arguments, 1)
    text = request.arguments[0].upper()
    place = text.rstrip("0123456789")
    if place not in PLACES:
        raise ScpiError(-224)
    _choose(supply, int(text[len(place) :] or 1))


def _select_number(supply: Supply, request: Request) -> None:
    only(request.arguments, 1)
    _choose(supply, whole(request.arguments[0]))


def _choose(supply: Supply, wanted: int) -> None:
    if not 1 <= wanted <= len(supply.outputs):
        raise ScpiError(-222)
    supply.selected = wanted


def _arm(supply: Supply, request: Request) -> None:
    """Let the selected channel follow the master switch; what had tripped is forgotten."""
    only(request.arguments, 1)
    _switch(_selected(supply), boolean(request.arguments[0]))


def _switch(output: Output, on: bool) -> None:
    if on:
        output.trip = Trip.NONE
    output.switch(on)


def _master(supply: Supply, request: Request) -> None:
    only(request.arguments, 1)
    on = boolean(request.arguments[0])
    for output in supply.outputs:
        output.enabled = on
        output.changed()
    if on:
        supply.hesitate()


def _both(supply: Supply, request: Request) -> None:
    """Switch the selected channel on with the master switch, or off without it."""
    only(request.arguments, 1)
    on = boolean(request.arguments[0])
    _switch(_selected(supply), on)
    if on:
        for output in supply.outputs:
            output.enabled = True
        supply.hesitate()


def _ask_output(supply: Supply, request: Request) -> str:
    output = _selected(supply)
    return str(int(output.settings.on and (output.enabled or supply.options.output_query == "selected")))


def _apply(supply: Supply, request: Request) -> None:
    only(request.arguments, 2)
    output = _selected(supply)
    volts = read_level(HMP_VOLT, output, request.arguments[0])
    limit = read_level(HMP_LIMIT, output, request.arguments[1])
    output.settings.volts, output.settings.limit = volts, limit
    output.changed()


def _ask_applied(supply: Supply, request: Request) -> str:
    settings = _selected(supply).settings
    return f"{settings.volts:.3f}, {settings.limit:.4f}"


def _protection_mode(supply: Supply, request: Request) -> None:
    only(request.arguments, 1)
    _selected(supply).settings.ovp_on_setting = word(request.arguments[0], "MEASured", "PROTected") == "PROTected"


def _ask_protection_mode(supply: Supply, request: Request) -> str:
    return "protected" if _selected(supply).settings.ovp_on_setting else "measured"


def _fuse_unit(supply: Supply) -> float:
    return 1e-3 if supply.options.fuse_delay_in_ms else 1.0


def _fuse_delay(supply: Supply, request: Request) -> None:
    only(request.arguments, 1)
    seconds = number(request.arguments[0], "") * _fuse_unit(supply)
    if not 0.0 <= seconds <= LONGEST_FUSE:
        raise ScpiError(-222)
    _selected(supply).settings.ocp_delay = seconds


def _ask_fuse_delay(supply: Supply, request: Request) -> str:
    return f"{_selected(supply).settings.ocp_delay / _fuse_unit(supply):g}"


def _linked(supply: Supply, request: Request) -> set[tuple[int, int]]:
    """Return the links between the selected channel and the one named."""
    only(request.arguments, 1)
    other = whole(request.arguments[0])
    if not 1 <= other <= len(supply.outputs) or other == supply.selected:
        raise ScpiError(-224)
    forward = {(supply.selected, other)}
    return forward if supply.options.fuse_link == "forward" else forward | {(other, supply.selected)}


def _link(supply: Supply, request: Request) -> None:
    supply.links |= _linked(supply, request)


def _unlink(supply: Supply, request: Request) -> None:
    supply.links -= _linked(supply, request)


def _ask_link(supply: Supply, request: Request) -> str:
    return str(int(_linked(supply, request) <= supply.links))


def _power(output: Output) -> float:
    return output.read_volts() * output.read_amperes()


def _ask_power(supply: Supply, request: Request) -> str:
    if not supply.options.power_reading:
        raise ScpiError(-113)
    return reading(_power)(supply, request)


def _mix(supply: Supply, request: Request) -> None:
    supply.remote = "MIX"


HMP = (
    *COMMON,
    Command("SYSTem:MIX", act=_mix),
    Command("INSTrument:NSELect", _select_number, lambda supply, request: str(supply.selected)),
    Command("INSTrument[:SELect]", _select, lambda supply, request: f"OUTP{supply.selected}"),
    level(HMP_VOLT),
    level(HMP_LIMIT),
    level(VOLT_STEP),
    level(AMP_STEP),
    Command("APPLy", _apply, _ask_applied),
    level(OVP),
    Command("[SOURce:]VOLTage:PROTection:MODE", _protection_mode, _ask_protection_mode),
    Command("[SOURce:]VOLTage:PROTection:TRIPped", ask=flags(lambda output: output.trip is Trip.OVER_VOLTAGE)),
    Command("[SOURce:]VOLTage:PROTection:CLEar", clear),
    switch("FUSE[:STATe]", "ocp"),
    Command("FUSE:DELay", _fuse_delay, _ask_fuse_delay),
    Command("FUSE:LINK", _link, _ask_link),
    Command("FUSE:UNLink", _unlink),
    Command("FUSE:TRIPped", ask=flags(lambda output: output.trip in (Trip.OVER_CURRENT, Trip.COUPLED))),
    Command("OUTPut:SELect", _arm, flags(lambda output: output.settings.on)),
    Command("OUTPut:GENeral", _master, lambda supply, request: str(int(supply.outputs[0].enabled))),
    Command("OUTPut[:STATe]", _both, _ask_output),
    Command("MEASure[:SCALar]:VOLTage[:DC]", ask=reading(Output.read_volts)),
    Command("MEASure[:SCALar]:CURRent[:DC]", ask=reading(Output.read_amperes, ".4f")),
    Command("MEASure[:SCALar]:POWer[:DC]", ask=_ask_power),
    *summaries(),
)
