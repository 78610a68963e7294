"""Helium and heat are conserved over any run, for the plant and for every node."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cryosim.physics.helium_tables import saturation
from cryosim.plant.stvp import STATES, Stvp
from cryosim.plant.stvp_faults import FAULTS
from cryosim.plant.stvp_ledger import Ledger, Stores
from cryosim.plant.stvp_state import NODES

BAR = 1e-3  # of the gross amount
SECONDS = 20.0  # per act

hands = st.one_of(
    st.tuples(st.just("valve"), st.floats(0.0, 4.0)),
    st.tuples(st.sampled_from(["pump", "vent", "cylinder", "dewar_vent", "sample_in"]), st.booleans()),
    st.tuples(st.just("dewar_pressure"), st.floats(0.0, 30e3)),
    st.tuples(st.sampled_from(["jacket_pump", "line_pump"]), st.sampled_from(["none", "turbo", "mechanical"])),
)
acts = st.one_of(
    st.tuples(st.just("turn"), hands),
    st.tuples(st.just("drive"), st.tuples(st.sampled_from(["LOOP1", "LOOP2"]), st.floats(0.0, 1.414))),
    st.tuples(st.just("fault"), st.sampled_from(sorted(FAULTS))),
    st.tuples(st.just("refill"), st.none()),
)


def perform(plant: Stvp, act: tuple[str, object]) -> None:
    kind, what = act
    if kind == "turn":
        plant.turn(*what)
    elif kind == "drive":
        plant.heater(what[0]).drive(what[1])
    elif kind == "fault":
        plant.begin_fault(what)
    else:
        plant.refill()


def node_residuals(before: Stores, after: Stores, books: Ledger) -> list[tuple[float, float]]:
    """Return by node what is unaccounted for and what was exchanged, [J]."""
    accounts = (books.room, books.electric, books.stream, books.pool, books.contact, books.set)
    pairs = []
    for node in range(len(NODES)):
        entries = [account[node] for account in accounts]
        residual = after.nodes[node] - before.nodes[node] - sum(entries)
        pairs.append((residual, sum(abs(entry) for entry in entries)))
    return pairs


def check(before: Stores, after: Stores, books: Ledger) -> None:
    for residual, gross in node_residuals(before, after, books):
        assert abs(residual) <= BAR * gross + 1e-6
    # What one node gives to another, the other gets.
    assert abs(sum(books.contact)) <= BAR * sum(map(abs, books.contact)) + 1e-6
    # What the nodes give to helium, helium gets.
    given_up = -sum(books.stream) - sum(books.pool)
    gained = after.helium_heat - before.helium_heat
    gross = sum(map(abs, (*books.stream, *books.pool, books.drawn_heat, books.left_heat)))
    assert abs(gained - given_up - books.drawn_heat + books.left_heat) <= BAR * gross + 1e-6
    # The plant as a whole: what crossed its boundary is what it holds more.
    crossed = sum(books.room) + sum(books.electric) + sum(books.set) + books.drawn_heat - books.left_heat
    held = sum(after.nodes) - sum(before.nodes) + gained
    assert abs(held - crossed) <= BAR * gross + 1e-6
    mass = max(books.drawn, abs(books.left), 1e-6)
    assert abs(after.helium - before.helium - books.drawn + books.left) <= BAR * mass
    moved = max(books.drawn, books.filled, books.boiled)
    assert abs(after.dewar - before.dewar - books.filled + books.drawn + books.boiled) <= BAR * moved + 1e-9


@settings(max_examples=25, deadline=None)
@given(state=st.sampled_from(STATES), programme=st.lists(acts, min_size=2, max_size=8))
def test_any_run_conserves_helium_and_heat(state, programme):
    plant = Stvp()
    plant.reset(state)
    before = plant.stores()
    for act in programme:
        perform(plant, act)
        plant.advance(SECONDS)
    check(before, plant.stores(), plant.ledger)
    assert all(0.6 < kelvin < 1000.0 for kelvin in plant.state.kelvin)
    assert plant.state.pressure > 0.0 and plant.state.liquid >= 0.0 and plant.state.gas > 0.0


def test_a_cooldown_conserves_helium_and_heat(plant):
    before = plant.stores()
    plant.turn("vent", False)
    plant.turn("pump", True)
    plant.turn("valve", 2.5)
    plant.advance(900.0)
    assert plant.temperature("VAP") < 10.0
    check(before, plant.stores(), plant.ledger)
    assert plant.ledger.drawn > 0.05


@settings(max_examples=20, deadline=None)
@given(state=st.sampled_from(STATES), turns=st.lists(hands, min_size=1, max_size=6))
def test_without_heaters_nothing_leaves_the_hull_of_the_baths(state, turns):
    """Between boiling helium at the lowest pressure seen, 1.2 K at least, and the room."""
    plant = Stvp()
    plant.reset(state)
    coldest = min(plant.state.kelvin)
    for hand in turns:
        plant.turn(*hand)
        for _ in range(20):
            plant.advance(1.0)
            coldest = min(coldest, saturation(plant.state.pressure).kelvin)
            assert max(plant.state.kelvin) <= plant.parameters.ambient + 0.05
            assert min(plant.state.kelvin) >= coldest - 0.02
