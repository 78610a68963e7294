"""The rules applied to the records of a server, and brought up to date with the PVs they depend on."""

from __future__ import annotations

import logging
from collections.abc import Callable

from cryoioc.access.acf import Group, Right
from cryoioc.access.rules import Client, Rules, holds
from cryoioc.records.dbr import ConversionError, number
from cryoioc.records.guard import Find, Grant, Origin, Review
from cryoioc.records.source import ALARM, VALUE, Source

log = logging.getLogger(__name__)

LEVEL_OF_VALUE, LEVEL_OF_FIELDS = 0, 1  # ASL0 and ASL1 of the .dbd files: VAL, and all others
MOST = 1000  # decisions remembered


class AccessGuard:
    """Decides for a server by the rules of an access file.

    Parameters
    ----------
    rules : Rules
        May be replaced later, see :meth:`replace`.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._known: dict[tuple[str, bool, Client], Grant] = {}
        self._inputs: list[_Input] = []
        self._values: dict[str, dict[str, float | None]] = {}  # by group and letter
        self._find: Find | None = None
        self._review: Review | None = None

    def attach(self, find: Find, review: Review) -> None:
        """Follow the inputs of the rules; ``review`` is called whenever somebody's rights may be others."""
        self._find, self._review = find, review
        self._follow()

    def replace(self, rules: Rules) -> None:
        """Apply other rules from now on, to connected clients too."""
        self.rules = rules
        self._follow()
        self._changed()

    def grant(self, source: Source, origin: Origin) -> Grant:
        """Return what a client may do with a record or a field."""
        # Not by the whole origin: its port is another one at each connection.
        key = (source.owner.asg, source.is_value, Client(origin.user, origin.address, origin.local))
        grant = self._known.get(key)
        if grant is None:
            grant = self._decide(*key)
            if len(self._known) >= MOST:  # claimed names are free to invent
                self._known.clear()
            self._known[key] = grant
        return grant

    def _decide(self, asg: str, is_value: bool, client: Client) -> Grant:
        group = self.rules.group(asg)
        level = LEVEL_OF_VALUE if is_value else LEVEL_OF_FIELDS
        decision = self.rules.decide(group, level, client, self._values.get(group.name, {}))
        return Grant(decision.right >= Right.READ, decision.right >= Right.WRITE, decision.logged)

    def missing(self) -> list[str]:
        """Return the inputs that are no PVs of this server; no rule that uses one ever applies."""
        find = self._find or (lambda name: None)
        names = {name for group in self.rules.file.groups.values() for name in group.inputs.values()}
        return sorted(name for name in names if find(pv_of(name)) is None)

    def _follow(self) -> None:
        for old in self._inputs:
            old.stop()
        self._inputs, self._values = [], {}
        self._known.clear()
        find = self._find or (lambda name: None)
        for group in self.rules.file.groups.values():
            values = self._values[group.name] = dict.fromkeys(group.inputs)
            for letter, name in group.inputs.items():
                source = find(pv_of(name))
                if source is None:
                    log.warning("ASG(%s): INP%s(%s) is no PV of this station", group.name, letter, name)
                    continue
                self._inputs.append(_Input(source, self._taker(group, values, letter)))

    def _taker(self, group: Group, values: dict[str, float | None], letter: str) -> Callable[[float | None], None]:
        """Return what takes a new value of an input, and tells when a rule of the group has come or gone."""
        rules = [rule for rule in group.rules if rule.calc is not None and letter in rule.calc.inputs]

        def take(value: float | None) -> None:
            before = [holds(rule, values) for rule in rules]
            values[letter] = value
            if [holds(rule, values) for rule in rules] != before:
                self._changed()

        return take

    def _changed(self) -> None:
        self._known.clear()
        if self._review is not None:
            self._review(None)


class _Input:
    """A subscription to a PV that rules depend on."""

    mask = VALUE | ALARM

    def __init__(self, source: Source, take: Callable[[float | None], None]) -> None:
        self._source, self._take = source, take
        source.owner.follow(self.deliver)  # each value, whatever deadband a client has put
        source.subscribe(self)  # a field is also put by itself
        self.deliver()

    def deliver(self) -> None:
        """Take the present value; what is INVALID or no number is unknown."""
        reading = self._source.reading()
        first = reading.elements[0] if reading.elements else ""
        try:
            known = self._source.owner.valid
            value = float(number(first) if isinstance(first, str) else first) if known else None
        except ConversionError:
            value = None
        self._take(value)

    def stop(self) -> None:
        """Follow it no more."""
        self._source.owner.leave(self.deliver)
        self._source.unsubscribe(self)


def pv_of(link: str) -> str:
    """Return the PV of an input link, which may have modifiers as in a database: ``"NAME.VAL CP MS"``."""
    return link.split()[0] if link.split() else ""
