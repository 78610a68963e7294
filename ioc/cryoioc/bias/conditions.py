"""When a bias may be begun, and when a cold one must be taken back."""

from __future__ import annotations

from cryoioc.bias.amplifier import Amplifier, Bias
from cryoioc.bias.leads import drain_at_supply, known
from cryoioc.bias.reading import Reading
from cryoioc.bias.state import State
from cryoioc.errors import Refused


def window_of(amplifier: Amplifier, kelvin: float) -> Bias | None:
    """Return for which bias a temperature, [K], is right; None: for neither."""
    return next((bias for bias, one in amplifier.windows.items() if one.above < kelvin < one.below), None)


def objection(amplifier: Amplifier, now: float, reading: Reading, bias: Bias) -> str:
    """Return why a bias must not be begun from Off; empty: it may."""
    kelvin, cold, window = reading.around.kelvin, reading.around.cold, amplifier.windows[bias]
    if kelvin is None:
        return f"{bias.value}: temperature not known"
    if not window.above < kelvin < window.below:
        side = f"below {window.below:g}" if kelvin >= window.below else f"above {window.above:g}"
        return f"{bias.value} only {side} K, it is at {kelvin:.1f}"
    if bias is Bias.COLD and (why := (*cold.lost, *cold.unknown)):
        return f"Cold: {why[0]}"
    for terminal in amplifier.terminals():
        read = known(reading, terminal)
        if read is None or now - read.when > amplifier.pace.silence:
            return f"{terminal} is not read"
        if read.tripped:
            return f"{terminal}: {', '.join(read.tripped)}, RESET first"
    return too_high(amplifier, bias)


def too_high(amplifier: Amplifier, bias: Bias) -> str:
    """Return which drain would need more from its supply than that may be set to; empty: none."""
    targets = amplifier.targets[bias]
    drawn = tuple(target.current for target in targets)
    for number, target in zip(amplifier.numbers, targets, strict=True):
        wanted = target.drain + drawn[number - 1] * amplifier.stages[number - 1].drain.lead_ohm
        wanted += sum(drawn) * amplifier.return_ohm
        if wanted > drain_at_supply(amplifier, number, target.drain, drawn):
            highest = amplifier.stages[number - 1].drain.highest
            return f"S{number} drain needs {wanted:.2f} V with its leads, allowed {highest:g}"
    return ""


def demand(amplifier: Amplifier, now: float, reading: Reading, bias: Bias) -> None:
    """Raise :class:`Refused` if a bias must not be begun from Off."""
    if found := objection(amplifier, now, reading, bias):
        raise Refused(found)


def window_lost(amplifier: Amplifier, state: State, now: float, reading: Reading) -> str:
    """Return why a bias must be taken back; empty: it need not.

    What is only not known ends none here: a lost gauge or contact is an interlock's, after its delay.
    What was found in the cold overdrives a transistor that warms (bias-flow-vacuum.md 2.1); what is held for the warm
    is more than a cold one is given.
    """
    around, pace, warm = reading.around, amplifier.pace, amplifier.windows[Bias.WARM]
    if state.basis is Bias.WARM and around.kelvin is not None and around.kelvin < warm.above - pace.warming:
        return f"{around.kelvin:.1f} K, Warm only above {warm.above:g} K"
    if state.coldest is None:
        return ""
    if around.cold.lost:
        return around.cold.lost[0]
    if around.kelvin is None:
        since = state.since if state.known is None else state.known
        return f"temperature not known for {pace.blind:g} s" if now - since > pace.blind else ""
    if around.kelvin > state.coldest + pace.warming:
        return f"{around.kelvin:.1f} K, gates found at {state.coldest:.1f} K"
    if around.rate is not None and around.rate > pace.warming_rate:
        return f"warming by {around.rate:.1f} K/min"
    return ""
