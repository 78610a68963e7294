"""The drill of the receiver: its table, what of it can be saved, and one draw with an IOC and without."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cryoioc.errors import CryoError
from cryoioc.rehearsal import drill_command
from cryoioc.rehearsal.receiver_drill import ReceiverOutcome, ReceiverSeen, play
from cryoioc.rehearsal.receiver_report import PLACE, ReceiverCampaign, markdown
from cryoioc.station import load
from cryosim.drill.draw import Event
from cryosim.drill.receiver import HAZARDS, STRAINS, ReceiverDraw, receiver_draw
from cryosim.plant import crx_faults
from cryosim.plant.amplifier import DRAIN_MAX

CRX = Path(__file__).parents[2] / "db" / "crx.toml"
LIMIT_RAISED, OVER_VOLTAGE = STRAINS[:2]  # of LCP
WELL, BURNT = ReceiverSeen(drain=1.2, current=0.014), ReceiverSeen(drain=3.9, lost=("LCP S1: drain at 3.86 V",))


def made(gap: float | None, *events: tuple[str, float, float | None], strain=LIMIT_RAISED) -> ReceiverDraw:
    """Return a draw: a strain whose weakening comes at 2 s, and hazards with time and duration."""
    found = [Event(at, HAZARDS[name], duration=duration) for name, at, duration in events]
    if gap is not None:
        found += [Event(2.0, strain.weakening), Event(2.0 + gap, strain.blow)]
    return ReceiverDraw(1, 0, tuple(sorted(found, key=lambda event: event.at)), gap)


def test_the_table_asks_for_nothing_the_twin_has_not_got():
    acts = [hazard.act for hazard in HAZARDS.values()]
    assert {act.fault for act in acts if hasattr(act, "fault")} <= set(crx_faults.FAULTS)


def test_everything_occurs_in_so_many_draws_as_the_table_has_rows():
    counts = Counter(name for number in range(len(HAZARDS)) for name in receiver_draw(1, number).names)
    assert all(counts[name] for name in HAZARDS)
    assert all(counts[strain.blow.name] for strain in STRAINS)


def test_a_draw_follows_from_seed_and_number_alone():
    assert receiver_draw(1, 17) == receiver_draw(1, 17)
    assert receiver_draw(1, 17).events != receiver_draw(2, 17).events


@pytest.mark.parametrize(
    ("draw", "why"),
    [
        (made(None, ("IOC killed", 1.0, 9.0)), ""),
        (made(3.0), ""),
        (made(0.5), "0.5 s between weakening and blow"),
        (made(3.0, ("IOC killed", 1.5, 5.0)), "IOC killed between"),
        (made(3.0, ("PS2 silence", 3.0, 1.0)), "PS2 silence between"),
        (made(3.0, ("PS2 stuck_output 1", 1.0, None)), "PS2 stuck_output 1 between"),
        (made(3.0, ("PS2 silence", 6.0, 1.0)), ""),
        (made(3.0, ("PS4 silence", 3.0, 1.0)), ""),  # of the other amplifier
        (made(3.0, ("PS3 silence", 3.0, 1.0)), ""),  # of the gates: the drains go off all the same
        (made(3.0, ("PS3 power_cycle", 1.5, 5.0)), "0.5 s between weakening and blow"),
    ],
)
def test_what_is_savable_is_said_by_the_table(draw, why):
    assert why in draw.unsavable if why else draw.unsavable == ""


def test_a_raised_limit_is_noticed_before_the_gates_are_lost_and_without_an_ioc_a_transistor_goes():
    outcomes: list[ReceiverOutcome] = []
    play(load(CRX), [made(3.0)], 1, 2, outcomes.append)
    assert [one.watched for one in outcomes] == [True, False]
    watched, alone = (one.seen for one in outcomes)
    assert watched.lost == () and watched.detected < 1.0
    assert watched.drain < 1.5 and watched.current < 0.015 and watched.internal == 0
    assert any("LCP" in one and "mA" in one for one in alone.lost)


def test_a_small_drill_goes_to_its_end_and_holds(capsys):
    assert drill_command.run(load(CRX), drill_command.Wanted(runs=3, seed=1)) == 0
    told = capsys.readouterr().out
    assert "3 draws of seed 1\n\nPassed: every bar is met." in told and "| no IOC | 3 | " in told


def campaign(saved: ReceiverSeen, alone: ReceiverSeen) -> ReceiverCampaign:
    outcomes = [ReceiverOutcome(made(gap), True, saved) for gap in (3.0, 0.5)]
    return ReceiverCampaign(1, tuple(outcomes), tuple(ReceiverOutcome(one.draw, False, alone) for one in outcomes))


def test_each_bar_that_is_missed_is_said():
    assert campaign(WELL, BURNT).missed() == []
    assert campaign(BURNT, BURNT).missed() == ["1 draws were lost, or met a fault in the IOC's own code"]
    for hurt in (replace(WELL, drain=DRAIN_MAX + 0.01), replace(WELL, lost=("LCP S1: 40 mA",))):
        assert campaign(hurt, BURNT).missed() == ["1 draws were lost, or met a fault in the IOC's own code"]
    (missed,) = campaign(replace(WELL, internal=1), BURNT).missed()
    assert missed.startswith("2 draws were lost"), "savable or not"
    assert campaign(WELL, WELL).missed() == ["without an IOC 0% lose a transistor, less than 30%"]
    assert "| savable | 1 | 1 | 3.90 |" in markdown(campaign(BURNT, BURNT))


def test_everything_occurs_often_in_a_thousand_draws_or_it_is_said():
    many = tuple(ReceiverOutcome(receiver_draw(1, number), True, WELL) for number in range(1000))
    assert replace(campaign(WELL, BURNT), watched=many).missed() == []
    (said,) = replace(campaign(WELL, BURNT), watched=many[:1] * 1000).missed()
    assert said.startswith("in less than 30 draws: ") and many[0].draw.names[0] not in said


def test_what_only_the_drill_of_the_stvp_has_is_refused():
    with pytest.raises(CryoError, match=r"^--timed, --tcp: only in the drill of plant 'stvp'; .* has 'crx'"):
        drill_command.run(load(CRX), drill_command.Wanted(1, 1, timed=3, tcp=0))


def test_the_page_has_a_place_for_the_tables():
    text = (CRX.parents[1] / "docs" / "safety.md").read_text()
    assert PLACE.begin in text and PLACE.end in text
