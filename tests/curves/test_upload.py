"""Curves into an emulated instrument: verified, or the slot as it was; never half a curve in use."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.curves.mishaps import mishaps, replaced_over_a_break, replaced_through
from tests.curves.rack import SLOT, Rack, later, on_rack, points_of

from cryoioc.curves.catalogue import delivered, instrument_curve
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.files import kinds
from cryoioc.curves.rules import RULES, prepare
from cryoioc.curves.tables import evaluator
from cryoioc.curves.upload import Upload, UploadFailed
from cryoioc.errors import Refused
from cryosim.emulators.lakeshore import Options

MODELS = ("lakeshore335", "lakeshore336", "lakeshore350")


@pytest.mark.parametrize("model", MODELS)
def test_all_147_points_arrive_and_are_read_back(model):
    async def play(rack: Rack) -> None:
        seen: list[tuple[str, int, int]] = []
        wanted = rack.prepared()
        outcome = await rack.upload(wanted, progress=lambda *step: seen.append(step))
        assert (outcome.written, outcome.rewritten, outcome.inputs) == (147, 0, ())
        await rack.verify(wanted)
        curve = rack.holds()
        assert (curve.name, curve.serial) == ("X138113", "X138113")
        assert (curve.format, curve.limit, curve.coefficient) == (4, 325.0, 1)
        assert points_of(curve) == wanted.points
        assert rack.line.counters.violations == 0
        assert ("writing", 147, 147) in seen and seen[-1] == ("reading back", 200, 200)

    on_rack(play, model=model)


def test_a_curve_that_is_there_is_not_written_again():
    async def play(rack: Rack) -> None:
        wanted = rack.prepared()
        await rack.upload(wanted)
        rack.watched.received.clear()
        assert (await rack.upload(wanted)).written == 0
        assert all("?" in unit for unit in rack.watched.received)

    on_rack(play)


def test_a_filled_slot_is_not_replaced_unless_told():
    async def play(rack: Rack) -> None:
        rack.use("A")
        rack.tell("INTYPE A,1,0,0,0,1", "INCRV A,2")
        with pytest.raises(Refused, match=r"curve 21 holds 'OLD' \(OLD1\), 3 points; --force"):
            await rack.upload(rack.prepared())
        assert rack.holds().name == "OLD"
        assert (await rack.upload(rack.prepared(), force=True)).written == 147

    on_rack(play)


def test_a_curve_in_use_is_not_replaced_unless_told():
    async def play(rack: Rack) -> None:
        rack.use("B")
        with pytest.raises(Refused, match="3 points, and input B uses it; --force"):
            await rack.upload(rack.prepared())
        assert not any("CRVDEL" in unit or unit.startswith("INCRV B,") for unit in rack.watched.received)
        wanted = rack.prepared()
        outcome = await rack.upload(wanted, force=True)
        assert outcome.inputs == ("B",) and rack.uses("B") == SLOT
        await rack.verify(wanted)

    on_rack(play)


def test_standard_curves_are_not_touched():
    async def play(rack: Rack) -> None:
        with pytest.raises(BadCurve, match="curve 2 of a lakeshore335 cannot be written; user curves are 21 to 59"):
            Upload(rack.slots, RULES["lakeshore335"], 2, rack.prepared())

    on_rack(play)


@pytest.mark.parametrize("seed", range(4))
def test_lost_points_are_found_and_written_again(seed):
    chance = random.Random(seed)

    async def play(rack: Rack) -> None:
        rack.watched.lose = lambda unit: unit.startswith("CRVPT ") and chance.random() < 0.15
        wanted = rack.prepared()
        outcome = await rack.upload(wanted)
        assert outcome.rewritten > 5
        rack.watched.lose = lambda unit: False
        await rack.verify(wanted)

    on_rack(play)


def test_a_lost_erasing_is_noticed_by_what_is_left_over():
    async def play(rack: Rack) -> None:
        rack.tell(*(f"CRVPT {SLOT},{n},{n / 100},{400 - n}" for n in range(1, 201)))
        deletions = iter([True])
        rack.watched.lose = lambda unit: unit.startswith("CRVDEL") and next(deletions, False)
        wanted = rack.prepared()
        await rack.upload(wanted, force=True)
        await rack.verify(wanted)

    on_rack(play)


@pytest.mark.parametrize("lost", ["CRVDEL", "CRVHDR", "INCRV A,0", "CRVPT 21,147,"])
def test_whatever_single_command_is_lost_the_end_is_verified(lost):
    async def play(rack: Rack) -> None:
        rack.use("A")
        once = iter([True])
        rack.watched.lose = lambda unit: unit.startswith(lost) and "?" not in unit and next(once, False)
        wanted = rack.prepared()
        await rack.upload(wanted, force=True)
        await rack.verify(wanted)
        assert rack.uses() == SLOT

    on_rack(play)


def test_an_instrument_that_keeps_refusing_gets_its_old_curve_back():
    async def play(rack: Rack) -> None:
        rack.use("A")
        wanted = rack.prepared()
        rack.watched.lose = lambda unit: unit.startswith("CRVPT 21,100,")
        with pytest.raises(UploadFailed, match="point 100 after 5 rounds; curve 21 is as it was before"):
            await rack.upload(wanted, force=True)
        assert (rack.holds().name, len(rack.holds().points), rack.uses()) == ("OLD", 3, SLOT)

    on_rack(play)


def test_a_sensor_type_that_does_not_fit_the_new_curve_gives_the_old_one_back():
    async def play(rack: Rack) -> None:
        rack.use("A")
        wanted = prepare(instrument_curve("DT-670"), RULES["lakeshore335"])
        with pytest.raises(UploadFailed, match="input A does not take curve 21.*as it was before"):
            await rack.upload(wanted, force=True)
        assert (rack.holds().name, rack.uses()) == ("OLD", SLOT)

    on_rack(play)


@pytest.mark.parametrize("at", [0.6, 2.4, 3.3, 4.5, 6.5])
@pytest.mark.parametrize("kind", ["disconnect", "power cycle"])
def test_a_break_in_the_middle_ends_verified(kind, at):
    async def play(rack: Rack) -> None:
        await replaced_over_a_break(rack, at, kind)

    on_rack(play)


def test_a_link_that_does_not_come_back_leaves_nobody_on_half_a_curve():
    async def play(rack: Rack) -> None:
        rack.use("A")
        wanted = rack.prepared()

        def fail() -> None:
            rack.line.accepting.clear()
            rack.line.disconnect()

        later(rack, 4.5, fail)
        with pytest.raises(UploadFailed, match="may hold a part of it .*input A has no curve now. No input uses it"):
            await rack.upload(wanted, force=True)
        assert rack.uses() == 0
        rack.line.accepting.set()
        while rack.slots._transact.__self__.statistics().state.value != "up":  # type: ignore[attr-defined]
            await rack.clock.sleep(0.5)
        await rack.upload(wanted, force=True)
        await rack.verify(wanted)

    on_rack(play, patience=5.0)


def test_interrupting_puts_the_old_curve_back():
    async def play(rack: Rack) -> None:
        rack.use("A")
        upload = asyncio.create_task(rack.upload(rack.prepared(), force=True))
        await rack.clock.sleep(4.5)
        assert len(rack.holds().points) not in (3, 147)
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload
        assert (rack.holds().name, len(rack.holds().points), rack.uses()) == ("OLD", 3, SLOT)

    on_rack(play)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(faults=mishaps(latest=9.0, most=5), seed=st.integers(0, 99))
def test_whatever_happens_it_ends_verified_or_unchanged(faults, seed):
    async def play(rack: Rack) -> None:
        await replaced_through(rack, faults, seed, settles=20.0)

    on_rack(play)


@pytest.mark.parametrize("options", [Options(), Options(bad_unit="all")])
@pytest.mark.parametrize("name", ["X138113", "DT-670"])
def test_a_downloaded_file_uploads_again_to_the_same_bits(name, options, tmp_path):
    async def play(rack: Rack) -> None:
        wanted = prepare(instrument_curve(name), RULES["lakeshore335"])
        await rack.upload(wanted)
        first = [unit for unit in rack.watched.received if unit.startswith(("CRVPT 21", "CRVHDR 21"))]
        path = tmp_path / "down.340"
        kinds.write(path, (await rack.slots.read(SLOT)).breakpoints())
        again = prepare(kinds.read(path), RULES["lakeshore335"])  # type: ignore[arg-type]
        rack.tell(f"CRVDEL {SLOT}")
        rack.watched.received.clear()
        await rack.upload(again)
        assert [unit for unit in rack.watched.received if unit.startswith(("CRVPT 21", "CRVHDR 21"))] == first
        kinds.write(tmp_path / "twice.340", (await rack.slots.read(SLOT)).breakpoints())
        assert (tmp_path / "twice.340").read_bytes() == path.read_bytes()

    on_rack(play, options=options)


def test_what_the_instrument_reads_is_what_the_file_says():
    """The emulated instrument interpolates what it was sent as our curve does."""

    async def play(rack: Rack) -> None:
        wanted = rack.prepared()
        await rack.upload(wanted)
        ours = evaluator(delivered("X138113:340"))
        for ohm in (69.9, 250.0, 1042.0, 3302.0, 20000.0):
            assert rack.holds().kelvin(ohm) == (pytest.approx(ours.kelvin(ohm), abs=1e-9), 0)

    on_rack(play)
