"""Access files (``.acf``) -> frozen dataclasses, with one line per mistake: file, line, what was expected.

The grammar is that of EPICS base 7.0.10 (``asLib.y``).  What base lets pass and nobody means - an unknown block, an
input or an expression given twice - is a mistake here; a rule with a condition of a later base is left out with a
warning, as in base.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from cryoioc.access.calc import CalcError, Expression
from cryoioc.access.tokens import KEYWORDS, Mistake, Tokens, shown
from cryoioc.errors import StationError

DEFAULT = "DEFAULT"
LATER = ("METHOD", "AUTHORITY", "PROTOCOL")  # conditions of base after 7.0.10: a rule with one is left out
LATER_ACCESS = ("RPC",)
LONGEST = 1_000_000  # characters of a file


class Right(IntEnum):
    """What a rule grants; the larger includes the smaller."""

    NONE = 0
    READ = 1
    WRITE = 2


@dataclass(frozen=True)
class Rule:
    """One rule: whom it grants what, and when."""

    line: int
    level: int  # fields of this level and below: VAL is 0, all others are 1
    right: Right
    logged: bool = True  # False: NOTRAPWRITE
    users: tuple[str, ...] = ()  # UAGs, one of which must hold the client's user
    hosts: tuple[str, ...] = ()  # HAGs, one of which must hold the client's address
    calc: Expression | None = None


@dataclass(frozen=True)
class Group:
    """One access group."""

    name: str
    line: int
    inputs: Mapping[str, str] = field(default_factory=dict)  # letter -> PV
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class AccessFile:
    """Everything an access file says."""

    users: Mapping[str, frozenset[str]]
    hosts: Mapping[str, tuple[str, ...]]  # as written, lower case
    groups: Mapping[str, Group]  # always with DEFAULT
    warnings: tuple[str, ...] = ()


def load(path: Path, prefix: str = "") -> AccessFile:
    """Read an access file; ``$(P)`` in it is the prefix of the station.

    Raises
    ------
    StationError
        With one sentence per mistake.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise StationError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise StationError([f"{path}: not UTF-8 text: byte {error.start}"]) from error
    return parse(text, str(path), {"P": prefix})


def parse(text: str, name: str = "access rules", macros: Mapping[str, str] | None = None) -> AccessFile:
    """Read the text of an access file; ``name`` begins each line about a mistake.

    Raises
    ------
    StationError
        With one sentence per mistake.
    """
    if len(text) > LONGEST:
        raise StationError([f"{name}: longer than {LONGEST} characters"])
    reader = _Reader(text, name, macros or {})
    if not reader.mistakes:
        reader.blocks()
    if reader.mistakes:
        raise StationError(reader.mistakes)
    reader.groups.setdefault(DEFAULT, Group(DEFAULT, 0))
    return AccessFile(reader.users, reader.hosts, reader.groups, tuple(reader.warnings))


class _Reader(Tokens):
    """Reads blocks; after a mistake it goes on with the next one."""

    def __init__(self, text: str, name: str, macros: Mapping[str, str]) -> None:
        super().__init__(text, name, macros)
        self.users: dict[str, frozenset[str]] = {}
        self.hosts: dict[str, tuple[str, ...]] = {}
        self.groups: dict[str, Group] = {}

    # --- blocks --------------------------------------------------------------------------------

    def blocks(self) -> None:
        """Read the whole file."""
        if not self.peek():
            self.complain(self.line, "expected UAG, HAG or ASG, found nothing")
        while self.peek():
            line, word = self.line, self.take()
            try:
                if word in ("UAG", "HAG"):
                    self._list(word, line)
                elif word == "ASG":
                    self._group(line)
                else:
                    self.complain(line, f"expected UAG, HAG or ASG, found {shown(word)}")
                    raise Mistake
            except Mistake:
                self._skip()

    def _skip(self) -> None:
        """Go on behind a mistake: at the next ASG, or at a UAG or HAG that has a block of its own."""
        while self.peek():
            ahead = self.ahead(5)
            if ahead[0] == "ASG" or (ahead[0] in ("UAG", "HAG") and ahead[-1] == "{"):
                return
            self.take()

    def _list(self, kind: str, line: int) -> None:
        what = "user" if kind == "UAG" else "host"
        known: Mapping[str, object] = self.users if kind == "UAG" else self.hosts
        name = self.in_parentheses(f"the name of a {kind}")
        if name in known:
            self.complain(line, f"{kind}({name}) is there twice")
        self._note(kind, name, [])  # there, whatever follows
        if self.peek() == "{":
            self.take()
            self._note(kind, name, self.texts(f"the name of a {what}"))
            self.sign("}")

    def _note(self, kind: str, name: str, members: list[str]) -> None:
        if kind == "UAG":
            self.users[name] = frozenset(members)
        else:
            self.hosts[name] = tuple(member.lower() for member in members)

    def _group(self, line: int) -> None:
        name = self.in_parentheses("the name of an ASG")
        if name in self.groups:
            self.complain(line, f"ASG({name}) is there twice")
        inputs: dict[str, str] = {}
        rules: list[Rule] = []
        if self.peek() == "{":
            self.take()
            while self.peek() != "}" or not (inputs or rules):
                self._item(inputs, rules)
            self.take()
        self.groups[name] = Group(name, line, inputs, tuple(rules))
        for rule in rules:
            self._judge(rule, inputs)

    def _judge(self, rule: Rule, inputs: Mapping[str, str]) -> None:
        """Warn of an expression that cannot be what was meant."""
        used = rule.calc.inputs if rule.calc is not None else frozenset()
        if rule.calc is not None and not used & set(inputs):
            self.warn(rule.line, "CALC uses no input of this ASG, so the rule never applies")
        elif missing := ", ".join(sorted(used - set(inputs))):
            self.warn(rule.line, f"CALC uses {missing} without an INP of it, which is 0")

    def _item(self, inputs: dict[str, str], rules: list[Rule]) -> None:
        line, word = self.line, self.peek()
        if word in KEYWORDS and word.startswith("INP"):
            self.take()
            if word[3:] in inputs:
                self.complain(line, f"{word} is there twice")
            inputs[word[3:]] = self.in_parentheses("the name of a PV")
        elif word == "RULE":
            self.take()
            rule = self._rule(line)
            if rule is not None:
                rules.append(rule)
        else:
            self.fail("RULE, INPA to INPL or '}'" if inputs or rules else "RULE or INPA to INPL")

    # --- rules ---------------------------------------------------------------------------------

    def _rule(self, line: int) -> Rule | None:
        """Read a rule; None for one that only a later base understands."""
        self.sign("(")
        if not (self.peek().isdecimal() and self.peek().isascii()):
            self.fail("a level, 0 for values or 1 for all fields")
        level = int(self.take()[:9])
        self.sign(",")
        right = self._right()
        logged = True
        if self.peek() == ",":
            self.take()
            if self.peek() not in ("TRAPWRITE", "NOTRAPWRITE"):
                self.fail("TRAPWRITE or NOTRAPWRITE")
            logged = self.take() == "TRAPWRITE"
        self.sign(")")
        conditions = _Conditions(left_out=right is None)
        if self.peek() == "{":
            self.take()
            self._condition(conditions)
            while self.peek() != "}":
                self._condition(conditions)
            self.take()
        if right is None or conditions.left_out:
            self.warn(line, "the rule is left out: it has a word of a later version of EPICS base")
            return None
        return Rule(line, level, right, logged, tuple(conditions.users), tuple(conditions.hosts), conditions.calc)

    def _right(self) -> Right | None:
        word = self.peek()
        if word in LATER_ACCESS:
            self.take()
            return None
        if word not in Right.__members__:
            self.fail("NONE, READ or WRITE")
        return Right[self.take()]

    def _condition(self, conditions: _Conditions) -> None:
        line, word = self.line, self.peek()
        if word in ("UAG", "HAG"):
            self.take()
            self.sign("(")
            names = self.texts(f"the name of a {word}")
            self.sign(")")
            known: Mapping[str, object] = self.users if word == "UAG" else self.hosts
            for name in names:
                if name not in known:
                    self.complain(line, f"no {word}({name}) above")
            (conditions.users if word == "UAG" else conditions.hosts).extend(names)
        elif word == "CALC":
            self.take()
            if conditions.calc is not None:
                self.complain(line, "CALC is there twice")
            conditions.calc = self._calc()
        elif word in LATER:
            self.take()
            self.sign("(")
            self.texts("a text")
            self.sign(")")
            conditions.left_out = True
        else:
            self.fail("UAG, HAG, CALC or '}'")

    def _calc(self) -> Expression:
        line = self.line
        text = self.in_parentheses("an expression in quotes")
        try:
            return Expression(text)
        except CalcError as error:
            self.complain(line, f"CALC: {error}")
            return Expression("0")


@dataclass
class _Conditions:
    """What stands in the braces of a rule."""

    users: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    calc: Expression | None = None
    left_out: bool = False
