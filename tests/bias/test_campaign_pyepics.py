"""Some draws of the campaign with a person at a pyepics client, over Channel Access, who goes on after each.

The long form is ``make bias-campaign``.
"""

from __future__ import annotations

import pytest
from tests.bias.campaign.hazards import CONTROL, Draw
from tests.bias.campaign.in_turn import play
from tests.bias.campaign.play import Outcome
from tests.bias.campaign.report import ONE_POLL, missed

from .test_campaign import one_amplifier

SEED = 3


@pytest.mark.timeout(900)  # 10 s of a free processor
def test_a_trip_a_hand_on_the_limits_and_no_trip_one_after_the_other():
    what = {"gate supply: delay": 10.0, "hand: drain limit raised": 6.0, "IOC killed": 8.0, CONTROL.name: 12.0}
    draws = [Draw(SEED, number, "Cold", "LCP", hazard, at, None) for number, (hazard, at) in enumerate(what.items())]
    outcomes: list[Outcome] = []
    play(one_amplifier(), "Cold", draws, 1, outcomes.append)
    delayed, raised, killed, control = sorted(outcomes, key=lambda one: one.draw.number)
    assert [missed(one) for one in (delayed, raised, killed)] == [[], [], []]
    assert (delayed.state, delayed.alarm, delayed.told) == ("Servo", "NO_ALARM", None)
    assert (raised.state, raised.alarm) == ("Tripped", "MAJOR")
    assert "current limit" in raised.why and raised.told is not None and raised.told <= ONE_POLL
    assert killed.state == "Found"
    assert "a transistor is lost" in missed(control)
