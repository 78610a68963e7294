"""A setting that is one field of a command is read, changed and written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .laboratory import Laboratory, perform, scene

# what changes at the front panel just before, the put of a sibling, the query and what it must say then
SIBLINGS = {
    "PID": ("PID 1,50,31,0", ("LOOP1:P:SP", 66.0), "PID? 1", "+0066.0,+0031.0,+000.0"),
    "OUTMODE": ("OUTMODE 1,3,1,0", ("LOOP1:POWERUP:SP", "On"), "OUTMODE? 1", "3,1,1"),
    "RAMP": ("RAMP 1,0,7.5", ("LOOP1:RAMP:SP", "On"), "RAMP? 1", "1,+007.5"),
    "HTRSET": ("HTRSET 2,0,1,0,0.5,2", ("LOOP2:RMAX:SP", 50.0), "HTRSET? 2", "0,2,0,+0.500,2"),
    "FILTER": ("FILTER A,0,32,10", ("VAP:FILTER:SP", "On"), "FILTER? A", "1,32,10"),
    "ALARM": ("ALARM A,0,111,0,1,1,0,1", ("VAP:ALARM:LOW:SP", 5.0), "ALARM? A", "0,+111.000,+005.000,+001.000,1,0,1"),
    "INTYPE": ("INTYPE A,3,0,6,0,1", ("VAP:COMP:SP", "On"), "INTYPE? A", "3,0,6,1,1"),
    "RELAY": ("RELAY 1,0,B,1", ("TC1:RELAY1:MODE:SP", "On"), "RELAY? 1", "1,B,1"),
}


@pytest.mark.parametrize("what", SIBLINGS)
@scene()
async def test_a_field_changed_at_the_front_panel_just_before_a_put_of_its_sibling_survives(lab, what):
    message, (name, value), query, wanted = SIBLINGS[what]
    lab.front_panel(message)  # not polled yet
    mark = lab.mark()
    await lab.put(name, value)
    lab.transaction(mark)
    assert lab.front_panel(query) == wanted


@pytest.mark.parametrize("what", SIBLINGS)
@scene(cold=True)
async def test_such_a_put_is_refused_until_the_fields_have_been_read_once(lab, what):
    _, (name, value), query, _ = SIBLINGS[what]
    lab.instrument().mute.add(query)
    await lab.until(lambda: lab["TC1:CONNECTED"] == "Yes")
    await lab.run(5.0)
    before = lab.instrument().memory
    mark = lab.mark()
    await lab.refused(name, value)
    await lab.run(1.0)
    assert lab.commands(mark) == [] and lab.instrument().memory is before
    assert lab.channel(name).undefined or not lab.channel(name).valid


@scene()
async def test_a_zone_changed_at_the_front_panel_is_not_lost_by_a_put_to_another_setting(lab):
    lab.front_panel("ZONE 1,1,33,50,20,0,0,0,0,1")
    await lab.put("LOOP1:P:SP", 44.0)
    await lab.put("LOOP1:RAMP:RATE:SP", 2.0)
    assert lab.front_panel("ZONE? 1,1").startswith("+033.00")


# --- any interleaving ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """A field of a command of output 2 or input B: how it is put, and where it stands in the command."""

    pv: str
    command: str  # mnemonic and address
    place: int


GROUPS = {
    "PID 2": ["50", "20", "0"],
    "RAMP 2": ["0", "0.1"],
    "FILTER B": ["0", "8", "10"],
    "OUTMODE 2": ["1", "2", "0"],
}
SETTINGS = {
    Setting("LOOP2:P:SP", "PID 2", 0): st.integers(1, 900),
    Setting("LOOP2:I:SP", "PID 2", 1): st.integers(1, 900),
    Setting("LOOP2:D:SP", "PID 2", 2): st.integers(0, 200),
    Setting("LOOP2:RAMP:SP", "RAMP 2", 0): st.integers(0, 1),
    Setting("LOOP2:RAMP:RATE:SP", "RAMP 2", 1): st.integers(1, 99),
    Setting("SAMPLE:FILTER:SP", "FILTER B", 0): st.integers(0, 1),
    Setting("SAMPLE:FILTER:POINTS:SP", "FILTER B", 1): st.integers(2, 64),
    Setting("SAMPLE:FILTER:WINDOW:SP", "FILTER B", 2): st.integers(1, 10),
    Setting("LOOP2:POWERUP:SP", "OUTMODE 2", 2): st.integers(0, 1),
}
HANDS = st.sampled_from(["front panel", "client"])
STEPS = st.lists(
    st.sampled_from(list(SETTINGS)).flatmap(
        lambda one: st.tuples(HANDS, st.just(one), SETTINGS[one], st.sampled_from([0.0, 0.0, 0.0, 0.07, 5.0]))
    ),
    min_size=1,
    max_size=12,
)


def as_shown(lab: Laboratory, command: str) -> list[float]:
    """Return the fields that the instrument has."""
    mnemonic, address = command.split(" ")
    return [float(field) for field in lab.front_panel(f"{mnemonic}? {address}").split(",")]


@given(steps=STEPS)
@settings(max_examples=12, deadline=None, derandomize=True)
def test_after_any_interleaving_untouched_fields_keep_the_instruments_value(steps):
    async def play(lab: Laboratory) -> None:
        expected = {command: list(fields) for command, fields in GROUPS.items()}
        for hand, setting, value, pause in steps:
            expected[setting.command][setting.place] = str(value)
            if hand == "client":
                await lab.put(setting.pv, value)
            else:
                lab.front_panel(f"{setting.command},{','.join(expected[setting.command])}")
            for command, fields in expected.items():
                assert as_shown(lab, command) == [float(field) for field in fields]
            await lab.run(pause)
        await lab.sweep()
        for setting in SETTINGS:
            x = lab.channel(setting.pv.removesuffix(":SP"))
            held = float(expected[setting.command][setting.place])
            assert (x.index if x.record.states else x.value) == held
            assert lab[setting.pv] == x.value

    perform(play)
