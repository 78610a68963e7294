"""Access files: what EPICS base takes is taken, what nobody can mean is one clear line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoioc.access.acf import Right, load, parse
from cryoioc.access.rules import Rules
from cryoioc.errors import StationError

from . import base

FILE = """
# who is who
UAG(operators) {ann, "John Smith", bob.c}
HAG(control_room) {hmi1, 10.0.0.7, HMI2}
ASG(DEFAULT) {
    RULE(1, READ)
    RULE(1, WRITE, TRAPWRITE) { UAG(operators) HAG(control_room) }
}
ASG(INTERLOCK) {
    INPA("LAB:INTLK.VAL CP MS")
    INPB(LAB:KEY)
    RULE(1, READ)
    RULE(0, WRITE, NOTRAPWRITE) { CALC("A=0 && B=1") }
}
"""


def complaints(text: str) -> list[str]:
    with pytest.raises(StationError) as raised:
        parse(text, "x.acf")
    return raised.value.lines


def test_a_file_is_read_as_it_stands():
    found = parse(FILE)
    assert base.loads(FILE)
    assert found.users == {"operators": {"ann", "John Smith", "bob.c"}}
    assert found.hosts == {"control_room": ("hmi1", "10.0.0.7", "hmi2")}
    default, interlock = found.groups["DEFAULT"], found.groups["INTERLOCK"]
    assert [(r.level, r.right, r.logged) for r in default.rules] == [(1, Right.READ, True), (1, Right.WRITE, True)]
    assert (default.rules[1].users, default.rules[1].hosts) == (("operators",), ("control_room",))
    assert interlock.inputs == {"A": "LAB:INTLK.VAL CP MS", "B": "LAB:KEY"}
    assert (interlock.rules[1].level, interlock.rules[1].logged) == (0, False)
    assert found.warnings == ()


def test_the_prefix_of_the_station_is_a_macro(tmp_path):
    path = tmp_path / "x.acf"
    path.write_text("ASG(DEFAULT) { INPA($(P)KEY) # and $(Q)\n RULE(1, READ) }")
    assert load(path, "STVP:").groups["DEFAULT"].inputs == {"A": "STVP:KEY"}
    path.write_text("ASG(DEFAULT) { INPA($(Q)KEY) RULE(1, READ) }")
    with pytest.raises(StationError) as raised:
        load(path, "STVP:")
    assert raised.value.lines == [f"{path}:1: unknown macro $(Q); known: $(P)"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: expected UAG, HAG or ASG, found nothing"),
        ("# nothing", "1: expected UAG, HAG or ASG, found nothing"),
        ("ASG(a) {RULE(1,READ)", "1: expected RULE, INPA to INPL or '}', found the end of the file"),
        ("ASG(a) {}", "1: expected RULE or INPA to INPL, found }"),
        ("ASG() {RULE(1,READ)}", "1: expected the name of an ASG, found )"),
        ("ASG a {RULE(1,READ)}", "1: expected '(', found a"),
        ("UAG(a) {b c}", "1: expected '}', found c"),
        ("UAG(a) {b,}", "1: expected the name of a user, found }"),
        ("UAG(a) {}", "1: expected the name of a user, found }"),
        ("UAG(1) {b}", "1: expected the name of a UAG, found 1"),
        ("UAG(a) {b}\nUAG(a) {c}", "2: UAG(a) is there twice"),
        ("\n\nHAG(a) {b}\nHAG(a) {c}", "4: HAG(a) is there twice"),
        ("ASG(DEFAULT)\nASG(DEFAULT)", "2: ASG(DEFAULT) is there twice"),
        ("ASG(a) {RULE(-1,READ)}", "1: expected a level, 0 for values or 1 for all fields, found -1"),
        ("ASG(a) {RULE(1,EXEC)}", "1: expected NONE, READ or WRITE, found EXEC"),
        ("ASG(a) {RULE(1,READ,LOG)}", "1: expected TRAPWRITE or NOTRAPWRITE, found LOG"),
        ("ASG(a) {RULE(1,READ){}}", "1: expected UAG, HAG, CALC or '}', found }"),
        ("ASG(a) {RULE(1,READ){UAG(b)}}", "1: no UAG(b) above"),
        ("ASG(a) {RULE(1,READ){HAG(b)}}", "1: no HAG(b) above"),
        ("ASG(a) {RULE(1,READ)\n{CALC(\"A+\")}}", "2: CALC: expected a number, an input A to L, a function or '(', "
         "found nothing more"),
        ("ASG(a) {RULE(1,READ){CALC(A=1)}}", "1: character '=' has no meaning here"),
        ("ASG(a) {INPA(x) INPA(y) RULE(1,READ)}", "1: INPA is there twice"),
        ('ASG(a) {RULE(1,READ){CALC("A") CALC("B")}}', "1: CALC is there twice"),
        ("ASG(a) {INPM(x) RULE(1,READ)}", "1: expected RULE or INPA to INPL, found INPM"),
        ("asg(DEFAULT) {rule(1,read)}", "1: expected UAG, HAG or ASG, found asg"),
        ('UAG(a) {"b}\n', "1: a quote that is not closed has no meaning here"),
        ("ASG(a) {RULE(1,READ)};", "1: expected UAG, HAG or ASG, found ;"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line_with_file_line_and_what_was_expected(text, expected):
    assert complaints(text) == [f"x.acf:{expected}"]


def test_mistakes_of_several_blocks_are_told_at_once():
    lines = complaints("UAG(a) {b c}\nHAG(h) {}\nASG(x) {RULE(1,READS) {UAG(a)}}\nASG(y) {RULE(1,WRITE) {HAG(h)}}")
    assert [line.split(": ")[0] for line in lines] == ["x.acf:1", "x.acf:2", "x.acf:3"]


def test_a_rule_of_a_later_base_is_left_out_with_a_warning_as_in_base():
    text = 'ASG(a) {RULE(1,READ) RULE(1,WRITE){METHOD("ca")}\nRULE(1,RPC)}'
    assert base.loads(text)
    found = parse(text, "x.acf")
    assert [rule.right for rule in found.groups["a"].rules] == [Right.READ]
    assert [line.split(": ")[0] for line in found.warnings] == ["x.acf:1", "x.acf:2"]


def test_expressions_that_cannot_be_meant_are_warned_of():
    warned = parse('ASG(a) {INPA(x) RULE(1,READ){CALC("A=B")} RULE(1,WRITE){CALC("1")}}', "x.acf").warnings
    assert warned == (
        "x.acf:1: CALC uses B without an INP of it, which is 0",
        "x.acf:1: CALC uses no input of this ASG, so the rule never applies",
    )


def test_files_that_cannot_be_read_are_named(tmp_path):
    for path, expected in (
        (tmp_path / "no.acf", "cannot be read: No such file or directory"),
        (tmp_path, "cannot be read: Is a directory"),
    ):
        with pytest.raises(StationError) as raised:
            load(path)
        assert raised.value.lines == [f"{path}: {expected}"]
    bad = tmp_path / "bad.acf"
    bad.write_bytes(b"ASG(\xff)")
    with pytest.raises(StationError) as raised:
        load(bad)
    assert raised.value.lines == [f"{bad}: not UTF-8 text: byte 4"]


WORDS = ["UAG", "HAG", "ASG", "RULE", "CALC", "INPA", "INPB", "(", ")", "{", "}", ",", "a", "b", "0", "1", "READ",
         "WRITE", "NONE", "TRAPWRITE", '"A=1"', '"x y"', "#", "\n", "$(P)", "$", '"', "=", "127.0.0.1", "METHOD",
         "\\", "\0", "é", "\r"]  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_any_text_is_taken_or_refused_in_lines_that_name_the_place(text):
    try:
        parse(text, "x.acf")
    except StationError as error:
        assert error.lines
        for line in error.lines:
            file, number, what = line.split(":", 2)
            assert file == "x.acf" and 1 <= int(number) <= text.count("\n") + 1 and what.strip()


@settings(max_examples=1500, deadline=None)
@given(st.integers(0, len(FILE)), st.integers(0, 3), st.sampled_from([*WORDS, ""]))
def test_a_damaged_file_that_we_take_is_taken_by_base(where, gone, instead):
    text = FILE[:where] + instead + FILE[where + gone :]
    if "\0" in text or "$(P)" in text or "é" in text:
        return
    try:
        parse(text)
    except StationError:
        return
    assert base.loads(text)


@given(st.binary(max_size=60))
def test_any_bytes_in_a_file_end_in_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("acf") / "x.acf"
    path.write_bytes(data)
    try:
        load(path)
    except StationError as error:
        assert all(line.startswith(f"{path}:") for line in error.lines)


def test_hosts_that_nobody_knows_are_told():
    file = parse("HAG(h) {localhost, 127.0.0.9, no.such.host.invalid} ASG(DEFAULT)")
    assert Rules(file).unresolved() == ["no.such.host.invalid"]
