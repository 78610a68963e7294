"""What a drill has shown is kept in a file, and judged by its bars."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cryoioc.errors import CryoError
from cryoioc.rehearsal import drill_watch as watch
from cryoioc.rehearsal.clean import MONTH, Clean
from cryoioc.rehearsal.drill_jobs import CLEAN, CONTROL, PROTECTED, TIMED, Job, Kept
from cryoioc.rehearsal.drill_play import Outcome
from cryoioc.rehearsal.drill_report import REACTIONS, Campaign, Replayed
from cryoioc.rehearsal.drill_tables import markdown
from cryoioc.rehearsal.drill_watch import Seen
from cryoioc.station import load
from cryosim.drill.draw import draw

STATION = load(Path(__file__).parents[2] / "db" / "stvp.toml")
WELL = Seen(winding=350.0, vaporizer=300.0, sample=295.0, first="NOFLOW", detected=0.2, off_at=5.0)
BURNT = Seen(winding=460.0, vaporizer=402.0, sample=296.0, burnt=True)
SAVABLE = next(n for n in range(100) if not draw(1, n).unsavable)
UNSAVABLE = next(n for n in range(100) if draw(1, n).unsavable)
LATE = Outcome(draw(1, SAVABLE), True, replace(WELL, reactions={watch.AWAY: 2.01}))


def campaign(saved: Seen = WELL, unsaved: Seen = WELL, control: Seen = BURNT, **others) -> Campaign:
    """Return a drill of two draws, one of them unsavable, that holds unless told otherwise."""
    protected = (Outcome(draw(1, SAVABLE), True, saved), Outcome(draw(1, UNSAVABLE), True, unsaved))
    controls = tuple(Outcome(one.draw, False, control) for one in protected)
    timed, clean = others.pop("timed", ()), others.pop("clean", Clean(seconds=MONTH))
    return Campaign(1, protected, controls, timed, clean, **others)


def test_a_drill_in_which_all_is_saved_is_passed():
    assert campaign().missed() == []
    assert "Passed" in markdown(campaign())


def test_what_nobody_could_save_may_burn_and_is_listed():
    played = campaign(unsaved=BURNT)
    assert played.missed() == []
    assert "| burnt | 402.0 |" in markdown(played)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"saved": BURNT}, "1 draws were lost"),
        ({"saved": replace(WELL, sample=325.1)}, "1 draws were lost"),
        ({"saved": replace(WELL, vaporizer=325.1)}, "1 draws were lost"),
        ({"unsaved": replace(WELL, internal=1)}, "1 draws were lost"),
        ({"control": WELL}, "without interlocks 0% burn"),
        ({"saved": replace(WELL, reactions={watch.BELOW_MINIMUM: 0.51})}, "late: meter's reading"),
        ({"saved": replace(WELL, reactions={watch.TRUE_FLOW: 2.01})}, "late: true flow"),
        ({"saved": replace(WELL, reactions={watch.METER_SILENT: 2.01})}, "late: meter silent"),
        ({"saved": replace(WELL, reactions={watch.AWAY: 2.01})}, "late: controller unreachable"),
        ({"timed": (LATE,)}, "late: controller unreachable"),
        ({"clean": Clean(seconds=MONTH, trips=Counter({"NOFLOW (operate)": 1}))}, "something tripped in clean running"),
    ],
)
def test_each_bar_that_is_missed_is_said(change, said):
    missed = campaign(**change).missed()
    assert len(missed) == 1 and missed[0].startswith(said)
    assert said in markdown(campaign(**change))


def test_a_reaction_at_its_bar_is_in_time_and_one_of_a_hundred_may_be_later():
    at_most = {watch.BELOW_MINIMUM: 0.5, watch.TRUE_FLOW: 2.0, watch.METER_SILENT: 2.0, watch.AWAY: 2.0}
    assert campaign(saved=replace(WELL, reactions=at_most)).missed() == []
    meter = REACTIONS[watch.BELOW_MINIMUM]
    assert not meter.late([0.2] * 99 + [1.0])
    assert meter.late([0.2] * 99 + [1.01])
    assert meter.late([0.2] * 98 + [0.51, 0.51])


def test_three_draws_of_ten_must_burn_without_interlocks():
    burnt, well = (Outcome(draw(1, SAVABLE), False, seen) for seen in (BURNT, WELL))
    assert replace(campaign(), control=(burnt,) * 3 + (well,) * 7).missed() == []
    assert replace(campaign(), control=(burnt,) * 29 + (well,) * 71).missed() == [
        "without interlocks 29% burn, less than 30%"
    ]


def test_what_is_rare_in_a_thousand_draws_is_said():
    timed = replace(WELL, reactions=dict.fromkeys(REACTIONS, 0.3))
    thirty = [Outcome(draw(1, n), True, timed if n < 30 else WELL) for n in range(1000)]
    assert replace(campaign(), protected=tuple(thirty)).missed() == []
    assert replace(campaign(), protected=tuple(thirty[1:])).missed() == []  # no drill of a thousand
    thirty[29] = replace(thirty[29], seen=replace(WELL, reactions={watch.AWAY: 0.3}))
    (untimed,) = replace(campaign(), protected=tuple(thirty)).missed()
    assert untimed.startswith("timed less than 30 times: meter's reading") and "unreachable" not in untimed
    rare, _ = replace(campaign(), protected=tuple(Outcome(draw(1, 5), True, WELL) for _ in range(1000))).missed()
    assert rare.startswith("in less than 30 draws") and draw(1, 5).names[0] not in rare


def test_another_verdict_over_tcp_is_said():
    virtual = Outcome(draw(1, SAVABLE), True, WELL)
    assert campaign(replayed=(Replayed(virtual, WELL),)).missed() == []
    assert campaign(replayed=(Replayed(virtual, replace(WELL, off_at=None)),)).missed() == [
        f"other verdicts over TCP: draw {SAVABLE}"
    ]


# --- what is kept ----------------------------------------------------------------------------------------

JOBS = {
    Job(PROTECTED, 1, 5): replace(WELL, reactions={watch.AWAY: 1.3}),
    Job(CONTROL, 1, 5): BURNT,
    Job(TIMED, 1, 0): WELL,
    Job(CLEAN, 1, 0, 86400.0): Clean(86400.0, 1000, Counter({"X (warm)": 1}), Counter({"warm": 86400})),
}


def filled(path: Path) -> Path:
    """Return the path of a file with a result of each kind."""
    kept = Kept(path, STATION)
    for job, result in JOBS.items():
        kept.add(job, result)
    return path


def test_what_is_kept_is_found_again(tmp_path):
    again = Kept(filled(tmp_path / "kept"), STATION)
    assert {job: again.get(job) for job in JOBS} == JOBS
    assert again.get(Job(PROTECTED, 2, 5)) is None


def test_results_of_another_station_do_not_count(tmp_path):
    path = filled(tmp_path / "kept")
    assert Kept(path, replace(STATION, prefix="OTHER:")).get(Job(CONTROL, 1, 5)) is None


def test_a_line_broken_off_at_the_end_is_done_again(tmp_path):
    path = filled(tmp_path / "kept")
    path.write_bytes(path.read_bytes()[:-20])
    kept = Kept(path, STATION)
    *before, last = JOBS
    assert kept.get(last) is None and all(kept.get(job) == JOBS[job] for job in before)
    kept.add(last, JOBS[last])
    assert Kept(path, STATION).get(last) == JOBS[last]


def test_a_file_of_something_else_is_not_taken(tmp_path):
    path = tmp_path / "kept"
    path.write_text("hello\nworld\n")
    with pytest.raises(CryoError, match="line 1: expected a result of a drill"):
        Kept(path, STATION)
