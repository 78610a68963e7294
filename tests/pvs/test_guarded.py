"""What interlocks see of loops, outputs and amplifiers; these are stand-ins."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cryoioc.pvs.guarded import GuardedBias, GuardedColdBias, GuardedLoop, GuardedOutput


def channel(value, *, valid=True):
    return SimpleNamespace(value=value, valid=valid)


@pytest.fixture
def said():
    return []


def amplifier(said, bias, *, cold=None):
    return SimpleNamespace(name="LCP", cold_name="LCP:COLD", devices=(), bias=bias, biased_cold=cold, say=said.append)


def test_a_trip_is_told_in_the_message_of_what_it_switches_off(said):
    loop = SimpleNamespace(name="LOOP1", device=None, say=said.append, update=lambda: said.append("judged anew"))
    power = SimpleNamespace(name="HEATERS", devices=(), say=said.append)
    for one in (GuardedLoop(loop), GuardedOutput(power), GuardedBias(amplifier(said, channel("Cold")))):
        said.clear()
        one.tell("too hot")
        assert said[0] == "too hot"
        said.clear()
        one.tell("")
        assert said == (["judged anew"] if isinstance(one, GuardedLoop) else [])


@pytest.mark.parametrize(
    ("bias", "on", "word"),
    [(channel("Warm"), True, "Warm"), (channel("Off"), False, "Off"), (channel("Off", valid=False), None, "not known")],
)
def test_a_bias_that_is_not_read_is_neither_on_nor_off(said, bias, on, word):
    guarded = GuardedBias(amplifier(said, bias))
    assert (guarded.is_on(), guarded.shown()) == (on, word)


@pytest.mark.parametrize("cold", [True, False, None])
def test_a_bias_for_a_warm_cryostat_is_no_cold_bias(said, cold):
    guarded = GuardedColdBias(amplifier(said, channel("Warm"), cold=cold))
    assert (guarded.name, guarded.is_on()) == ("LCP:COLD", cold)
