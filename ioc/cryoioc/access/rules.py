"""Who may read and put what: the decision of EPICS base (``asComputePvt``) over the rules of an access file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cryoioc.access.acf import DEFAULT, AccessFile, Group, Right, Rule, parse
from cryoioc.access.hosts import LOCAL, resolve

# Until the site says otherwise.
EVERYBODY_READS = """
HAG(here) {localhost}
ASG(DEFAULT) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) { HAG(here) } }
"""


class Client(NamedTuple):
    """Who asks."""

    user: str  # as the client claims
    address: str  # of the other end of the connection
    local: bool  # the other end is this machine


class Decision(NamedTuple):
    """What a client may do, and whether its puts are logged."""

    right: Right = Right.NONE
    logged: bool = True


class Rules:
    """The rules of a file, with its hosts as addresses.

    Parameters
    ----------
    file : AccessFile
        What the rules are.
    addresses : mapping, optional
        Host as written -> addresses; resolved here when left out, which may wait for a name server.
    """

    def __init__(self, file: AccessFile, addresses: Mapping[str, frozenset[str]] | None = None) -> None:
        self.file = file
        names = {name for members in file.hosts.values() for name in members}
        self.addresses = addresses if addresses is not None else resolve(sorted(names))
        self._hosts = {
            hag: frozenset().union(*(self.addresses.get(name, frozenset()) for name in members))
            for hag, members in file.hosts.items()
        }

    def group(self, name: str) -> Group:
        """Return the group of a record; one that the file does not have is DEFAULT."""
        return self.file.groups.get(name) or self.file.groups[DEFAULT]

    def unresolved(self) -> list[str]:
        """Return the hosts without an address: nobody can connect as one of them."""
        return sorted(name for name, found in self.addresses.items() if not found)

    def decide(self, group: Group, level: int, client: Client, inputs: Mapping[str, float | None]) -> Decision:
        """Return what the rules of a group grant.

        Parameters
        ----------
        level : int
            0 for the value of a record, 1 for its other fields.
        inputs : mapping
            Values of the group's inputs by letter; None for one that is INVALID or not there, with which
            no rule that uses it applies.
        """
        granted = Decision()
        for rule in group.rules:
            if granted.right < rule.right and level <= rule.level and self._applies(rule, client, inputs):
                granted = Decision(rule.right, rule.logged)
        return granted

    def _applies(self, rule: Rule, client: Client, inputs: Mapping[str, float | None]) -> bool:
        if rule.users and not any(client.user in self.file.users[uag] for uag in rule.users):
            return False
        if rule.hosts and not any(self._is_in(client, hag) for hag in rule.hosts):
            return False
        return rule.calc is None or holds(rule, inputs)

    def _is_in(self, client: Client, hag: str) -> bool:
        hosts = self._hosts[hag]
        return client.address in hosts or (client.local and LOCAL in hosts)


def holds(rule: Rule, inputs: Mapping[str, float | None]) -> bool:
    """Say whether the CALC of a rule is 1, as EPICS base understands it: within a hundredth.

    Base calculates when an input of the group has come, so that an expression without any never holds.
    """
    if rule.calc is None:
        return True
    used = {letter: inputs[letter] for letter in rule.calc.inputs if letter in inputs}
    known = {letter: value for letter, value in used.items() if value is not None}
    return bool(used) and len(known) == len(used) and 0.99 < rule.calc.value(known) < 1.01


def default_rules() -> Rules:
    """Return the rules of a station that names no access file: everybody reads, this machine writes."""
    return Rules(parse(EVERYBODY_READS, "default access rules"))


def writers(rules: Rules, group: Group) -> Iterator[str]:
    """Yield in words, rule by rule, who may put to the records of a group."""
    for rule in group.rules:
        if rule.right is Right.WRITE:
            yield _who(rules, rule)


def _who(rules: Rules, rule: Rule) -> str:
    who = []
    if rule.users:
        who.append("users " + ", ".join(sorted({user for uag in rule.users for user in rules.file.users[uag]})))
    if rule.hosts:
        who.append("hosts " + ", ".join(sorted({host for hag in rule.hosts for host in rules.file.hosts[hag]})))
    text = " on ".join(who) or "everybody"
    if rule.calc is not None:
        text += f' while "{rule.calc.text}"'
    return text if rule.level else f"{text} (values only)"
