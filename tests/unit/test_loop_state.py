"""State and position of a loop, from its facts alone."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryoioc.pvs.loop_state import STATES, Facts, InPosition, state

CALM = Facts(reading=20.0, target=20.0, mode="Closed loop", range_on=True, ramping=False)


def but(**changes: object) -> Facts:
    return dataclasses.replace(CALM, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        (but(tripped=True, reading=None), "Tripped"),
        (but(reading=None, mode="Off"), "Invalid"),
        (but(range_on=None), "Invalid"),
        (but(mode="Off", range_on=False), "Off"),
        (but(tuning=True, ramping=True), "Tuning"),
        (but(mode="Open loop", range_on=False), "OpenLoop"),
        (but(range_on=False, ramping=True), "RangeOff"),
        (but(ramping=True), "Ramping"),
        (but(mode="Zone"), "Settling"),
        (but(mode="Zone", in_tolerance=True, in_position=True), "Zone"),
        (but(in_tolerance=True, in_position=True), "InPos"),
        (but(in_tolerance=True), "Holding"),
    ],
)
def test_the_first_state_that_applies(facts: Facts, word: str) -> None:
    assert state(facts) == word


@given(
    st.builds(
        Facts,
        tripped=st.booleans(),
        reading=st.none() | st.floats(1, 300),
        target=st.none() | st.floats(1, 300),
        mode=st.none() | st.sampled_from(["Off", "Closed loop", "Zone", "Open loop", "Warm-up"]),
        tuning=st.booleans(),
        range_on=st.none() | st.booleans(),
        ramping=st.none() | st.booleans(),
        in_position=st.booleans(),
        in_tolerance=st.booleans(),
    )
)
def test_every_state_of_affairs_has_a_name(facts: Facts) -> None:
    assert state(facts) in STATES


def test_in_position_needs_the_whole_dwell_without_a_break() -> None:
    position = InPosition()
    assert not position.update(0.0, CALM, 0.1, 10.0)
    assert not position.update(9.9, CALM, 0.1, 10.0)
    assert not position.update(9.95, but(reading=20.11), 0.1, 10.0)
    assert not position.update(10.0, CALM, 0.1, 10.0)
    assert not position.update(19.9, CALM, 0.1, 10.0)
    assert position.update(20.0, CALM, 0.1, 10.0)


@pytest.mark.parametrize(
    "facts", [but(reading=None), but(target=None), but(ramping=True), but(ramping=None), but(tripped=True)]
)
def test_not_in_position_on_what_is_unknown_or_moving(facts: Facts) -> None:
    position = InPosition()
    assert position.update(0.0, CALM, 0.1, 0.0)
    assert not position.update(1.0, facts, 0.1, 0.0)


def test_range_does_not_matter() -> None:
    assert InPosition().update(0.0, but(range_on=False), 0.1, 0.0)


def test_a_refused_put_holds_it_until_the_next_accepted_one() -> None:
    position = InPosition()
    position.refuse()
    assert not position.update(100.0, CALM, 0.1, 0.0)
    position.restart()
    assert position.update(100.0, CALM, 0.1, 0.0)
