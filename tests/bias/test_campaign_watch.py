"""What the campaign's watch sees at the transistors, and what its report calls a failure."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.bias.campaign.hazards import Draw
from tests.bias.campaign.play import Outcome
from tests.bias.campaign.report import ONE_POLL, missed
from tests.bias.campaign.watch import Seen, Watch

from cryosim.plant.amplifier import Amplifier
from cryosim.plant.amplifier_stage import Stage

RAISED = Draw(1, 0, "Cold", "LCP", "hand: drain limit raised", 10.0, None)
GOOD = Outcome(draw=RAISED, phase="Hold", seen=Seen(drain=2.0, current=14e-3, outside=0.5, gate=0.5), state="Tripped",
               bias="Off", why="S1 drain: current limit 500 mA, not 14", alarm="MAJOR", told=ONE_POLL, off=ONE_POLL,
               neighbour="", internal=0)  # fmt: skip


class Looked:
    """One cold amplifier, its watch, and a clock that is set."""

    def __init__(self) -> None:
        self.amplifier = Amplifier("YCA-2024 1103", lambda: 19.0)
        self.now, self.trip = 0.0, "OK"
        world = SimpleNamespace(plant=SimpleNamespace(amplifiers={"LCP": self.amplifier}))
        clock = SimpleNamespace(now=lambda: self.now)
        stage = SimpleNamespace(clock=clock, running=True, get=lambda name: self.trip, world=world)
        self.watch = Watch(stage, "Cold")  # type: ignore[arg-type]
        for one in self.amplifier.stages:
            one.gate.apply(-2.0, 1e-3)
            one.drain.apply(0.7, 14e-3)

    @property
    def first(self) -> Stage:
        return self.amplifier.stages[0]

    def after(self, seconds: float) -> Seen:
        self.now += seconds
        self.watch.look()
        return self.watch.seen["LCP"]


@pytest.mark.parametrize(("volts", "leak", "outside"), [
    (-5.0, 1.0, False), (1.0, 1.0, False), (-5.2, 1.0, True), (1.3, 1.0, True), (-0.9, 100.0, False),
    (-1.1, 100.0, True), (0.9, 200.0, True)])  # fmt: skip
def test_a_gate_has_a_window_and_may_not_leak_while_its_drain_is_on(volts, leak, outside):
    looked = Looked()
    looked.first.drain.apply(0.0, 14e-3)
    looked.first.leak = leak
    looked.first.gate.apply(volts, 1e-3)
    looked.after(0.0)
    assert looked.after(0.6).gate == pytest.approx(0.6 if outside else 0.0)
    looked.first.drain.disconnect()
    looked.after(0.1)
    assert looked.after(5.0).gate == pytest.approx(0.6 if outside else 0.0)


def test_another_draw_begins_with_nothing_seen():
    looked = Looked()
    looked.first.gate.apply(0.0, 1e-3)
    looked.after(0.0)
    seen = looked.after(1.0)
    assert (seen.outside, looked.watch.tripped) == (pytest.approx(1.0), {}) and seen.current > 6e-3
    looked.trip = "Tripped"
    looked.first.gate.apply(-2.0, 1e-3)
    looked.after(0.1)
    assert looked.watch.tripped == {"LCP": pytest.approx(1.1)}
    looked.watch.begin()
    looked.trip = "OK"
    assert looked.after(0.1).current < 6e-3
    assert (looked.after(1.0).outside, looked.watch.tripped) == (0.0, {})


@pytest.mark.parametrize(("wrong", "words"), [
    ({"seen": Seen(gate=0.52)}, "a gate outside its window for 0.52 s"),
    ({"seen": Seen(outside=0.52)}, "outside the window for 0.52 s"), ({"seen": Seen(drain=2.01)}, "2.01 V at a drain"),
    ({"seen": Seen(overload=2e-3)}, "above 15 mA for 0.002 s"), ({"seen": Seen(burnt=True)}, "a transistor is lost"),
    ({"seen": Seen(again=1)}, "a drain came back after a trip"), ({"alarm": "MINOR"}, "tripped with severity MINOR"),
    ({"told": ONE_POLL + 0.01}, "limits raised were told after"), ({"told": None}, "were told after None s"),
    ({"stuck": "PS2 silent"}, "nobody could go on after it: PS2 silent"), ({"why": ""}, "tripped without a word"),
    ({"state": "Down"}, "ended in Down"), ({"internal": 1}, "own code"),
    ({"neighbour": "x"}, "the other amplifier tripped: x")])  # fmt: skip
def test_what_must_not_be_is_said(wrong, words):
    assert missed(GOOD) == []
    found = missed(replace(GOOD, **wrong))
    assert len(found) == 1 and words in found[0]
