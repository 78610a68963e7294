"""From an interlock of the station file to the rule that is judged."""

from __future__ import annotations

from cryoioc.pvs.interlock_inputs import Found, healthy_states
from cryoioc.safety.condition import Condition
from cryoioc.safety.interlock import START, Rule
from cryoioc.station_interlock import Interlock


def rule_of(spec: Interlock, found: Found, speed: float, heaters: tuple[str, ...]) -> Rule:
    """Return the rule of one interlock.

    Parameters
    ----------
    found : Found
        Its input.
    speed : float
        Of the station's clock, [s/s].  Readings come at the pace of the line, which is real.
    heaters : tuple of str
        Everything of the station that heats, guarded where the file names nothing.
    """
    condition = Condition(
        input=spec.elsewhere or spec.input, unit=found.unit, above=spec.above is not None, below=spec.below is not None,
        healthy=healthy_states(spec), hysteresis=spec.hysteresis, stale=spec.stale * speed)  # fmt: skip
    return Rule(name=spec.name, condition=condition, limit=spec.limit or 0.0, delay=spec.for_,
                always=spec.while_ == "always", longest_bypass=60.0 * spec.bypass, guards=spec.guards or heaters,
                start=START * speed)  # fmt: skip
