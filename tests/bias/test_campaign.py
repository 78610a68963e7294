"""The bias campaign: its table is complete, and some draws of it hold.  The long form is ``make bias-campaign``.

Through pyepics: ``test_campaign_pyepics.py``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.bias.campaign.forked import play
from tests.bias.campaign.hazards import CONTROL, DRAINS, GATES, TABLE, Draw, draw
from tests.bias.campaign.play import LENGTH, Outcome
from tests.bias.campaign.report import ONE_POLL, PLACES, STEP, markdown, missed

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import Station, load
from cryosim import faults

from .polls import one_poll

ROOT = Path(__file__).parents[2]
OF_OTHERS = {"spacing", "unanswered", "sensor_short", "heater_open", "heater_short"}  # no supply has them
SEED = 2


def one_amplifier() -> Station:
    """Return the receiver with its left amplifier alone."""
    station = load(ROOT / "db" / "crx.toml")
    kept = {name: unit for name, unit in station.instruments.items() if name not in (DRAINS["RCP"], GATES["RCP"])}
    interlocks = {
        name: replace(rule, guards=tuple(one for one in rule.guards if not one.startswith("RCP")))
        for name, rule in station.interlocks.items()
        if not name.startswith("RCP")
    }
    amplifiers = {"LCP": station.amplifiers["LCP"]}
    return replace(station, amplifiers=amplifiers, instruments=kept, interlocks=interlocks)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Say nothing of the faults that are let loose on purpose."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_fault_of_a_supply_is_in_the_table():
    names = {hazard.name for hazard in TABLE}
    lines = set(faults.KINDS) - OF_OTHERS - {"power_cycle", "stuck_output", "front_panel", "sensor_open"}
    for who in ("drain supply", "gate supply"):
        assert {f"{who}: {kind}" for kind in (*lines, "mains", "stuck output")} <= names
    assert len([name for name in names if name.startswith("hand: ")]) >= 10


def test_a_draw_follows_from_seed_and_number_alone():
    assert draw(1, 17, LENGTH) == draw(1, 17, LENGTH) != draw(2, 17, LENGTH)


def test_draws_hold_and_what_nobody_can_prevent_is_seen(quiet):
    drawn = [replace(draw(SEED, number, LENGTH), bias="Cold", amplifier="LCP") for number in range(18)]
    control = Draw(SEED, len(drawn), "Cold", "LCP", CONTROL.name, 75.0, None)
    outcomes: list[Outcome] = []
    play(one_amplifier(), "Cold", [*drawn, control], 2, outcomes.append)
    assert {outcome.draw for outcome in outcomes} == {*drawn, control}
    wrong = {outcome.draw.hazard: missed(outcome) for outcome in outcomes if missed(outcome)}
    assert list(wrong) == [CONTROL.name] and "a transistor is lost" in wrong[CONTROL.name]
    assert any(outcome.told is not None for outcome in outcomes)
    assert "**Not passed.**" in markdown(outcomes, SEED, "forked")
    assert "Passed" in markdown([one for one in outcomes if one.draw != control], SEED, "forked")


def test_one_poll_is_what_the_plan_of_the_station_gives_its_supplies():
    ioc = Ioc(load(ROOT / "db" / "crx.toml"), Clock())
    for supply in (*DRAINS.values(), *GATES.values()):
        assert one_poll(ioc, supply) == pytest.approx(ONE_POLL - STEP)


def test_the_page_has_a_place_for_each_table():
    text = (ROOT / "docs" / "receiver.md").read_text()
    assert all(place.begin in text and place.end in text for place in PLACES.values())
    assert f"({ONE_POLL:g} s)" in text
