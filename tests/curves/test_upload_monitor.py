"""Curves into an emulated Lake Shore 218: one query a message, a slot for each input, perhaps three decimals shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.curves.mishaps import mishaps, replaced_over_a_break, replaced_through
from tests.curves.rack import MONITOR, SLOT, Rack, later, on_rack, points_of

from cryoioc.curves.catalogue import instrument_curve
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.files import kinds
from cryoioc.curves.rules import RULES, prepare
from cryoioc.curves.upload import Upload, UploadFailed, coarseness
from cryoioc.errors import Refused
from cryosim.emulators.lakeshore218 import Options

RULE = RULES[MONITOR]
COARSE = Options(curve_point_text="three decimals")


def on_monitor(play, **conditions):
    on_rack(play, model=MONITOR, **conditions)


@pytest.mark.parametrize("options", [Options(), COARSE])
def test_all_147_points_arrive_and_are_read_back(options):
    async def play(rack: Rack) -> None:
        wanted = rack.prepared()
        outcome = await rack.upload(wanted)
        assert (outcome.written, outcome.rewritten, outcome.inputs) == (147, 0, ())
        assert outcome.coarse == (3 if options is COARSE else None)
        curve = rack.holds()
        assert (curve.name, curve.serial, curve.format, curve.limit) == ("X138113", "X138113", 4, 325.0)
        assert points_of(curve) == wanted.points
        assert rack.line.counters.violations == 0
        assert (await rack.upload(wanted)).written == 0

    on_monitor(play, options=options)


@pytest.mark.parametrize("options", [Options(), COARSE])
def test_a_wrong_point_is_found_as_far_as_the_instrument_shows_it(options):
    async def play(rack: Rack) -> None:
        wanted = rack.prepared()
        await rack.upload(wanted)
        number, (units, kelvin) = 100, wanted.points[99]
        rack.tell(f"CRVPT {SLOT},{number},{units:.5f},{kelvin + 0.002:.3f}")
        assert (await rack.upload(wanted, force=True)).written > 0
        assert points_of(rack.holds()) == wanted.points

    on_monitor(play, options=options)


def test_a_curve_in_use_is_not_replaced_unless_told():
    async def play(rack: Rack) -> None:
        rack.use()
        with pytest.raises(Refused, match="3 points, and input 1 uses it; --force"):
            await rack.upload(rack.prepared())
        assert not any("CRVDEL" in unit or unit.startswith("INCRV 1,") for unit in rack.watched.received)
        wanted = rack.prepared()
        assert (await rack.upload(wanted, force=True)).inputs == ("1",)
        assert rack.uses() == SLOT and points_of(rack.holds()) == wanted.points

    on_monitor(play)


@pytest.mark.parametrize("slot", [4, 20, 29])
def test_only_the_eight_user_curves_can_be_written(slot):
    async def play(rack: Rack) -> None:
        with pytest.raises(BadCurve, match=f"curve {slot} of a {MONITOR} cannot be written; user curves are 21 to 28"):
            Upload(rack.slots, RULE, slot, rack.prepared())

    on_monitor(play)


def test_a_name_with_spaces_is_joined_because_it_goes_without_quotes():
    wanted = prepare(replace(instrument_curve("X138113"), name="My  sensor 1"), RULE)
    assert wanted.header.name == "My_sensor_1"
    assert "name 'My  sensor 1' becomes 'My_sensor_1'" in wanted.notes

    async def play(rack: Rack) -> None:
        await rack.upload(wanted)
        assert rack.holds().name == "My_sensor_1" and len(rack.holds().points) == 147

    on_monitor(play)


@pytest.mark.parametrize("options", [Options(), COARSE])
@pytest.mark.parametrize("lost", ["CRVDEL", "CRVHDR", "INCRV 1,0", "CRVPT 21,147,"])
def test_whatever_single_command_is_lost_the_end_is_verified(lost, options):
    async def play(rack: Rack) -> None:
        rack.use()
        once = iter([True])
        rack.watched.lose = lambda unit: unit.startswith(lost) and "?" not in unit and next(once, False)
        wanted = rack.prepared()
        await rack.upload(wanted, force=True)
        assert points_of(rack.holds()) == wanted.points and rack.uses() == SLOT

    on_monitor(play, options=options)


def test_an_instrument_that_keeps_refusing_gets_its_old_curve_back():
    async def play(rack: Rack) -> None:
        rack.use()
        wanted = rack.prepared()
        rack.watched.lose = lambda unit: unit.startswith("CRVPT 21,100,")
        with pytest.raises(UploadFailed, match="point 100 after 5 rounds; curve 21 is as it was before"):
            await rack.upload(wanted, force=True)
        assert (rack.holds().name, len(rack.holds().points), rack.uses()) == ("OLD", 3, SLOT)

    on_monitor(play)


@pytest.mark.parametrize("at", [5.0, 24.0, 30.0, 45.0])
@pytest.mark.parametrize("kind", ["disconnect", "power cycle"])
def test_a_break_in_the_middle_ends_verified(kind, at):
    async def play(rack: Rack) -> None:
        await replaced_over_a_break(rack, at, kind)

    on_monitor(play)


def test_a_link_that_does_not_come_back_leaves_nobody_on_half_a_curve():
    async def play(rack: Rack) -> None:
        rack.use()

        def fail() -> None:
            rack.line.accepting.clear()
            rack.line.disconnect()

        later(rack, 30.0, fail)
        with pytest.raises(UploadFailed, match="may hold a part of it .*input 1 has no curve now. No input uses it"):
            await rack.upload(rack.prepared(), force=True)
        assert rack.uses() == 0

    on_monitor(play, patience=5.0)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(faults=mishaps(latest=80.0, most=4), seed=st.integers(0, 99))
def test_whatever_happens_it_ends_verified_or_unchanged(faults, seed):
    async def play(rack: Rack) -> None:
        await replaced_through(rack, faults, seed, settles=100.0)

    on_monitor(play)


@pytest.mark.parametrize("name", ["X138113", "DT-670"])
def test_a_downloaded_file_uploads_again_to_the_same_bits(name, tmp_path):
    async def play(rack: Rack) -> None:
        wanted = prepare(instrument_curve(name), RULE)
        await rack.upload(wanted)
        path = tmp_path / "down.340"
        kinds.write(path, (await rack.slots.read(SLOT)).breakpoints())
        first = [unit for unit in rack.watched.received if unit.startswith(("CRVPT 21", "CRVHDR 21"))]
        rack.tell(f"CRVDEL {SLOT}")
        rack.watched.received.clear()
        again = prepare(kinds.read(path), RULE)  # type: ignore[arg-type]
        await rack.upload(again)
        second = [unit for unit in rack.watched.received if unit.startswith(("CRVPT 21", "CRVHDR 21"))]
        assert [u for u in second if "?" not in u] == [u for u in first if "?" not in u]
        assert points_of(rack.holds()) == wanted.points

    on_monitor(play)


def test_what_is_shown_rounded_is_known_to_be_rounded():
    async def play(rack: Rack) -> None:
        await rack.upload(rack.prepared())
        stored = await rack.slots.read(SLOT)
        assert coarseness(rack.model, stored) == 3
        assert stored.distinct  # the steps of this curve are larger than a thousandth

    on_monitor(play, options=COARSE)
