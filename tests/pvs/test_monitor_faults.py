"""Faults of a monitor's line: survived, counted, and never a wrong temperature."""

from __future__ import annotations

import random

import pytest

from .laboratory import Laboratory, scene
from .test_monitor import SERIAL, TWO, near

FAULTS = ("silence", "no_reply", "garbage", "half_line", "delay")


@pytest.mark.parametrize("seed", range(2))
def test_no_fault_of_the_line_shows_a_wrong_temperature(seed):
    """The two inputs are far apart: an answer credited to the wrong question would show."""

    @scene(station=TWO, lines={"lakeshore218": SERIAL})
    async def play(lab: Laboratory):
        chance = random.Random(seed)
        lab.hold(20.0, "1", "TM1")
        lab.hold(200.0, "6", "TM1")
        await lab.until(lambda: near(lab["T1:TEMP"], 20.0) and near(lab["T6:TEMP"], 200.0))
        seen = {20.0: lab.record("T1:TEMP", mask=5), 200.0: lab.record("T6:TEMP", mask=5)}
        line = lab.world.installed["TM1"].line
        for _ in range(40):
            kind = chance.choice(FAULTS)
            setattr(line.faults, kind, 0.7 if kind == "delay" else True)
            await lab.run(3.0 * chance.random())
            setattr(line.faults, kind, 0.0 if kind == "delay" else False)
            await lab.run(8.0 * chance.random())
        await lab.becomes("T1:VALID", "Yes", within=60.0)
        await lab.becomes("T6:VALID", "Yes", within=60.0)
        for kelvin, one in seen.items():
            assert all(severity == "INVALID" or near(value, kelvin) for value, severity, _ in one.events)
        assert lab["TM1:TIMEOUTS"] > 5 and lab["TM1:ERRORS"] >= lab["TM1:TIMEOUTS"]

    play()


@scene(station=TWO)
async def test_a_query_that_is_never_answered_is_named_and_the_others_go_on(lab: Laboratory):
    lab.world.installed["TM1"].instrument.mute = {"ALARMST? 1"}
    await lab.until(lambda: "ALARMST? 1" in lab["TM1:UNANSWERED"], within=60.0)
    assert not lab.channel("T1:ALARM:HIGH:STATE").valid
    await lab.run(10.0)
    assert lab["T1:VALID"] == "Yes" and lab["T1:AGE"] < 3.0
