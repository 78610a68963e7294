"""The drill: its table is complete, its draws are fair, and a few of them are played through IOC and twin."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.rehearsal import clean, drill_command
from cryoioc.rehearsal.clean_life import Life
from cryoioc.rehearsal.drill import play
from cryoioc.station import load
from cryosim import faults
from cryosim.drill.draw import Draw, Event, Stand, draw, draws
from cryosim.drill.hazards import HAZARDS, AtInstrument, AtPanel, InPlant
from cryosim.emulators.lakeshore import LakeShore
from cryosim.plant import stvp_faults
from cryosim.presets import tell

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
SUPPLIES_ONLY = {"stuck_output", "front_panel"}
WARM = Stand("near 295 K, heater in manual", 299.0, 296.0, 4.0, manual=100.0, lasts=400.0)


def made(*events: tuple[str, float, float | None], stand: Stand = WARM) -> Draw:
    """Return a draw of these hazards: name, time [s], duration [s]."""
    return Draw(1, 0, stand, tuple(Event(at, HAZARDS[name], duration=duration) for name, at, duration in events))


def test_every_fault_of_plant_and_instruments_is_in_the_table():
    acts = [hazard.act for hazard in HAZARDS.values()]
    assert {act.fault for act in acts if isinstance(act, InPlant)} == set(stvp_faults.FAULTS)
    kinds = {act.kind for act in acts if isinstance(act, AtInstrument)}
    assert kinds == set(faults.KINDS) - SUPPLIES_ONLY


def test_what_is_pressed_at_the_panel_is_understood():
    tell(LakeShore("lakeshore335", {}, {}), (h.act.message for h in HAZARDS.values() if isinstance(h.act, AtPanel)))


def test_nothing_is_rare_in_a_thousand_draws():
    counts = Counter(name for one in draws(1, 1000) for name in set(one.names))
    assert min(counts[name] for name in HAZARDS) >= 30


def test_a_draw_follows_from_seed_and_number_alone():
    assert draw(1, 17) == draw(1, 17)
    assert draw(1, 17).events != draw(2, 17).events


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([("IOC killed", 5.0, 9.0)], ""),
        ([("IOC killed", 5.0, 6.0), ("TC1 silence", 20.0, 5.0)], "away for 11 s"),
        ([("FM1 silence", 5.0, 100.0), ("ice_plug", 6.0, None)], ""),
        ([("vaporizer_stuck", 5.0, None)], ""),
    ],
)
def test_what_is_savable_is_said_by_the_table(events, why):
    unsavable = made(*events).unsavable
    assert why in unsavable if why else unsavable == ""


def test_without_interlocks_it_burns_and_with_them_it_does_not():
    drawn = made(("TLIMIT cleared", 0.0, None), ("needle valve shut", 3.0, None))
    saved = play(load(STVP), drawn, protected=True).seen
    burnt = play(load(STVP), drawn, protected=False).seen
    assert burnt.burnt and burnt.vaporizer > 400.0
    assert not saved.burnt and saved.vaporizer < 310.0 and saved.first == "NOFLOW"
    assert saved.reactions["meter"] <= 1.0 and saved.reactions["true flow"] <= 2.0


def test_with_noflow_bypassed_the_rise_saves_and_no_reaction_to_flow_is_counted():
    drawn = made(("TLIMIT cleared", 0.0, None), ("NOFLOW bypassed", 2.0, None), ("needle valve shut", 3.0, None))
    seen = play(load(STVP), drawn, protected=True).seen
    assert seen.first == "VAP_RISE" and not seen.violated
    assert seen.reactions == {}


def test_killed_and_back_within_ten_seconds_it_still_saves():
    drawn = made(("TLIMIT cleared", 0.0, None), ("needle valve shut", 3.0, None), ("IOC killed", 3.0, 9.0))
    seen = play(load(STVP), drawn, protected=True).seen
    assert seen.restarts == 1 and not seen.burnt and not seen.violated
    assert seen.first == "NOFLOW" and seen.off_at is not None


def test_the_same_draw_shows_the_same_bits():
    drawn = draw(3, 3)
    assert play(load(STVP), drawn, protected=True) == play(load(STVP), drawn, protected=True)


def test_half_a_day_of_clean_running_trips_nothing():
    seen = clean.run(load(STVP), 43200.0, seed=2)
    assert not seen.trips
    assert seen.readings > 500_000 and seen.scenes["operate"] > 3600


class TurnedOff(Life):
    """A life in which somebody shuts the needle valve while the heaters are on."""

    def instants(self, seconds):
        for instant in super().instants(seconds):
            if instant.scene == "operate":
                instant.flow = 0.3
            yield instant


def test_what_is_not_clean_trips():
    station = load(STVP)
    engine = Ioc(station, Clock()).interlocks.engine
    assert clean.watch(engine, station, TurnedOff(2), 4000.0).trips["NOFLOW (operate)"] > 0


PARADES = {
    "links": [name for name, hazard in HAZARDS.items() if isinstance(hazard.act, AtInstrument) and not hazard.lasting],
    "plant, leads and hands": [name for name, hazard in HAZARDS.items() if hazard.lasting],
}


@pytest.mark.parametrize("which", PARADES)
def test_everything_in_the_table_is_played_one_after_the_other(which):
    events = [(name, 1.0 + 1.5 * n, None if HAZARDS[name].lasting else 1.2) for n, name in enumerate(PARADES[which])]
    outcome = play(load(STVP), made(*events, stand=replace(WARM, lasts=events[-1][1] + 10.0)), protected=True)
    assert outcome.seen.first and not outcome.seen.violated and outcome.seen.internal == 0
    assert outcome.seen.played > events[-1][1]


def test_nothing_is_left_out_of_the_parades():
    assert set(HAZARDS) == {*PARADES["links"], *PARADES["plant, leads and hands"], "IOC killed"}


def test_one_draw_is_told_with_interlocks_and_without(capsys):
    number = next(n for n in range(99) if draw(1, n).stand.lasts < 200.0)  # a short one
    assert drill_command.run(load(STVP), drill_command.Wanted(runs=1, seed=1, only=number)) == 0
    told, drawn = "".join(capsys.readouterr().out.split()), draw(1, number)
    assert f"draw{number}ofseed1:Stand(name=" in told
    assert all("".join(name.split()) in told for name in drawn.names)
    assert "withinterlocksSeen(" in told and "interlocksdisabledSeen(" in told


def test_a_small_drill_goes_to_its_end_and_holds(capsys):
    wanted = drill_command.Wanted(runs=3, seed=4, timed=3, months=0.0005, jobs=2)
    assert drill_command.run(load(STVP), wanted) == 0
    told = capsys.readouterr().out
    assert "3 draws of seed 4, and 3 for reactions alone\n\nPassed: every bar is met." in told
    assert "| savable | 2 | 0 | 0 |" in told and "| interlocks disabled | 3 | 1 |" in told
    assert "of clean running by generated readings" in told and ": none, 0.0 a month." in told


def test_a_drill_in_which_nothing_burns_proves_nothing_and_ends_with_status_1(capsys):
    wanted = drill_command.Wanted(runs=1, seed=1, timed=0, months=0.0005, jobs=1)
    assert drill_command.run(load(STVP), wanted) == drill_command.FAILED
    assert "**Not passed: without interlocks 0% burn, less than 30%.**" in capsys.readouterr().out
