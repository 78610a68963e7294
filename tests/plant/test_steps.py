"""Steps: convergence, determinism, saved states."""

from __future__ import annotations

import json

import pytest

from cryosim.plant.protocol import BadState
from cryosim.plant.stvp import STATES, Stvp


def trajectory(substep):
    """A cooldown with a loop at 10 Hz at its end; by half minute: temperatures, flow, heater, helium."""
    plant = Stvp(substep=substep)
    plant.turn("vent", False)
    plant.turn("pump", True)
    plant.turn("valve", 2.5)
    integral, rows, passed = 0.0, [], {}
    for tick in range(9000):
        kelvin = plant.temperature("VAP")
        for mark in (280.0, 160.0, 50.0, 10.0):
            if kelvin < mark:
                passed.setdefault(mark, tick / 10.0)
        percent = 0.0
        if tick >= 7500:
            error = 13.0 - kelvin
            integral = min(100.0, max(0.0, integral + 0.1 * error))
            percent = min(100.0, max(0.0, 50.0 * error + integral))
        plant.heater("LOOP1").drive(1.414 * percent / 100.0)
        plant.advance(0.1)
        # Where it falls through decades in seconds a shift of a second is no difference in temperature.
        if tick % 300 == 299:
            rows.append((kelvin, plant.state.kelvin[5], plant.state.flow, percent, plant.ledger.drawn))
    return rows, passed


def test_half_the_substep_changes_little():
    """Temperatures, flow, heater and helium by less than 2 %, times by less than 15 s."""
    rows, passed = trajectory(0.1)
    finer, passed_finer = trajectory(0.05)
    assert passed.keys() == passed_finer.keys() and len(passed) == 4
    for mark, seconds in passed.items():
        assert passed_finer[mark] == pytest.approx(seconds, abs=15.0)
    for row, other in zip(rows, finer, strict=True):
        assert other[:3] + other[4:] == pytest.approx(row[:3] + row[4:], rel=0.02, abs=1e-9)
        assert other[3] == pytest.approx(row[3], rel=0.02, abs=0.3)


@pytest.mark.parametrize("state", STATES)
def test_the_same_programme_gives_the_same_bits(state):
    first, second = Stvp(), Stvp()
    for plant in (first, second):
        plant.reset(state)
        plant.turn("valve", 1.3)
        plant.heater("LOOP1").drive(0.3)
        plant.advance(30.0)
    assert first.state == second.state


def test_steps_of_any_length_add_up(cold):
    other = Stvp()
    other.reset("cold")
    cold.advance(3.0)
    for _ in range(12):
        other.advance(0.25)
    assert other.state == cold.state


@pytest.mark.parametrize("state", STATES)
def test_a_saved_state_goes_on_with_the_same_bits(tmp_path, state):
    plant = Stvp()
    plant.reset(state)
    plant.heater("LOOP2").drive(0.2)
    plant.begin_fault("jacket_helium", 0.1)
    plant.advance(7.7)
    plant.save(tmp_path / "state.json")
    other = Stvp()
    other.load(tmp_path / "state.json")
    for each in (plant, other):
        each.advance(12.3)
    assert other.state == plant.state and other.hands == plant.hands


BAD = ["", "{}", '{"format": 99}', '{"format": 2, "state": {}}', '{"format": 2}', "[1]", "7", "null", "[" * 100_000]


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:40])
def test_a_bad_file_is_refused_and_changes_nothing(tmp_path, cold, text):
    path = tmp_path / "bad.json"
    path.write_text(text)
    before = json.dumps(cold.state.kelvin)
    with pytest.raises(BadState):
        cold.load(path)
    assert json.dumps(cold.state.kelvin) == before


@pytest.mark.parametrize(
    ("part", "key", "value"), [("hands", "valve", 40.0), ("state", "kelvin", [4.2]), ("state", "kelvin", None)]
)
def test_an_impossible_state_is_refused(tmp_path, cold, part, key, value):
    path = tmp_path / "state.json"
    cold.save(path)
    data = json.loads(path.read_text())
    data[part][key] = value
    path.write_text(json.dumps(data))
    with pytest.raises(BadState):
        cold.load(path)


def leaves(data, path=()):
    """Yield the way to every value of a saved state that holds no others."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, dict | list) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


@pytest.mark.parametrize("wrong", [None, "much", [], float("nan"), float("inf"), -1e9], ids=repr)
def test_whatever_is_wrong_in_a_file_is_said_in_one_line_and_changes_nothing(tmp_path, cold, wrong):
    path = tmp_path / "state.json"
    cold.save(path)
    good, before = path.read_text(), json.dumps(cold.state.kelvin)
    accepted = []
    for way in leaves(json.loads(good)):
        data = json.loads(good)
        part = data
        for key in way[:-1]:
            part = part[key]
        part[way[-1]] = wrong
        path.write_text(json.dumps(data))
        try:
            cold.load(path)
        except BadState as refusal:
            assert str(refusal).startswith(f"{path}: ") and "\n" not in str(refusal)
            assert json.dumps(cold.state.kelvin) == before
        else:
            accepted.append(way)
    # Enthalpies and flows may be negative, and -1e9 J/kg is only impossible for what has a temperature.
    signed = {"liquid_enthalpy", "gas_heat", "feed_enthalpy", "evaporation", "metered", "relieved"}
    assert {way[-1] for way in accepted} <= (signed if wrong == -1e9 else set())
    path.write_text(good)
    cold.load(path)


@pytest.mark.parametrize("change", [lambda d: d["state"].pop("gas"), lambda d: d["state"].update(more=1.0),
                                    lambda d: d["hands"].pop("vent"), lambda d: d.pop("powers"),
                                    lambda d: d["state"]["kelvin"].__setitem__(3, 14.0)])  # fmt: skip
def test_what_is_missing_unknown_or_contradicts_itself_is_refused(tmp_path, cold, change):
    path = tmp_path / "state.json"
    cold.save(path)
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    with pytest.raises(BadState, match="not a saved state"):
        cold.load(path)


def test_a_missing_file_is_refused(tmp_path, cold):
    with pytest.raises(BadState, match="cannot be read"):
        cold.load(tmp_path / "none.json")


def test_an_unknown_state_is_refused(plant):
    with pytest.raises(BadState, match="warm, cold, superfluid"):
        plant.reset("lukewarm")
