"""Decisions: the same as those of EPICS base, for random rules, clients and inputs."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cryoioc.access.acf import Right, parse
from cryoioc.access.rules import Client, Rules, default_rules, writers

from . import base

USERS, HOSTS = ("ann", "bob", "eve"), ("127.0.0.2", "127.0.0.3", "127.0.0.4")
EXPRESSIONS = ("A=1", "B>2", "A", "1", "A+B", "A>B?1:0", "C", "0.995", "A*0.995")
STRANGER = Client("zed", "10.0.0.9", False)


def block(kind: str, number: int, members: list[str]) -> str:
    return f"{kind}({kind[0].lower()}{number}) {{{', '.join(members)}}}\n"


@st.composite
def rules(draw: st.DrawFn) -> str:
    conditions = []
    for kind in ("UAG", "HAG"):
        chosen = draw(st.lists(st.sampled_from([f"{kind[0].lower()}{n}" for n in range(2)]), max_size=2))
        if chosen:
            conditions.append(f"{kind}({', '.join(chosen)})")
    if draw(st.booleans()):
        conditions.append(f'CALC("{draw(st.sampled_from(EXPRESSIONS))}")')
    head = f"RULE({draw(st.integers(0, 2))}, {draw(st.sampled_from(('NONE', 'READ', 'WRITE')))}"
    option = draw(st.sampled_from(("", ", TRAPWRITE", ", NOTRAPWRITE")))
    return f"{head}{option}) " + (f"{{ {' '.join(conditions)} }}" if conditions else "")


@st.composite
def files(draw: st.DrawFn) -> str:
    text = "".join(block("UAG", n, draw(st.lists(st.sampled_from(USERS), min_size=1, max_size=2))) for n in range(2))
    text += "".join(block("HAG", n, draw(st.lists(st.sampled_from(HOSTS), min_size=1, max_size=2))) for n in range(2))
    for name in draw(st.sampled_from((["DEFAULT"], ["G"], ["DEFAULT", "G"], ["G", "DEFAULT"]))):
        inputs = [f"INP{letter}(x{letter})" for letter in draw(st.sets(st.sampled_from("AB")))]
        text += f"ASG({name}) {{ {' '.join(inputs)} {' '.join(draw(st.lists(rules(), min_size=1, max_size=4)))} }}\n"
    return text


clients = st.builds(Client, st.sampled_from((*USERS, "zed")), st.sampled_from((*HOSTS, "10.0.0.9")), st.just(False))
values = st.fixed_dictionaries({letter: st.sampled_from((0.0, 1.0, 3.0, None)) for letter in "AB"})


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files(), st.lists(st.tuples(clients, st.sampled_from(("", "DEFAULT", "G", "X")), st.integers(0, 1), values),
                         min_size=1, max_size=8))  # fmt: skip
def test_decisions_are_those_of_base(text, questions):
    assert base.loads(text)
    ours = Rules(parse(text), {host: frozenset({host}) for host in HOSTS})
    for client, name, level, given_values in questions:
        group = ours.group(name)
        inputs = {letter: given_values[letter] for letter in group.inputs}
        right, _ = base.rights(name, level, client.user, client.address, inputs)
        assert ours.decide(group, level, client, inputs).right == right, (text, client, name, level, inputs)


TABLE = """
UAG(operators) {ann, bob}
HAG(room) {127.0.0.2}
HAG(here) {localhost}
ASG(DEFAULT) { RULE(1, READ) RULE(0, WRITE) { UAG(operators) HAG(room) } RULE(1, WRITE, NOTRAPWRITE) { HAG(here) } }
ASG(HIDDEN) { RULE(1, NONE) }
"""


def test_users_hosts_and_levels_are_all_asked_for():
    ours = Rules(parse(TABLE))
    default = ours.group("")

    def right(user: str, address: str, local: bool = False, level: int = 0) -> Right:
        return ours.decide(default, level, Client(user, address, local), {}).right

    assert right("ann", "127.0.0.2") is Right.WRITE
    assert right("ann", "127.0.0.2", level=1) is Right.READ
    assert right("ann", "10.0.0.9") is Right.READ
    assert right("eve", "127.0.0.2") is Right.READ
    assert right("eve", "10.1.1.1", local=True, level=1) is Right.WRITE
    assert ours.group("NOBODY_HAS_THIS") is default
    assert ours.decide(ours.group("HIDDEN"), 0, Client("ann", "127.0.0.2", True), {}).right is Right.NONE


def test_notrapwrite_keeps_puts_out_of_the_log():
    ours = Rules(parse(TABLE))
    assert ours.decide(ours.group(""), 0, Client("ann", "127.0.0.2", False), {}).logged
    assert not ours.decide(ours.group(""), 0, Client("eve", "", True), {}).logged


def test_without_a_file_everybody_reads_and_only_this_machine_writes():
    ours = default_rules()
    for name in ("", "INTERLOCK"):
        for level in (0, 1):
            group = ours.group(name)
            assert ours.decide(group, level, STRANGER, {}).right is Right.READ
            assert ours.decide(group, level, STRANGER._replace(local=True), {}).right is Right.WRITE
    assert list(writers(ours, ours.group(""))) == ["hosts localhost"]


def test_who_may_write_is_said_in_words():
    ours = Rules(parse(TABLE))
    assert list(writers(ours, ours.group(""))) == [
        "users ann, bob on hosts 127.0.0.2 (values only)",
        "hosts localhost",
    ]
    assert list(writers(ours, ours.group("HIDDEN"))) == []
