"""The settable groups of the 218 and where their records lie (6.3), in the order of the manual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryosim.emulators.lakeshore.numbers import Places
from cryosim.emulators.lakeshore.rows import Field, Real, Row, Scope, Whole
from cryosim.emulators.lakeshore218.memory import Memory

FIVE = Places(2, 3)
FAR = 9999.9
"""Largest number of five digits (4.7.2)."""


@dataclass(frozen=True)
class Group:
    """One settable group: its row, and the table of the memory that it changes."""

    row: Row
    table: Callable[[Memory], dict[Any, Any]]
    only_s: bool = False  # on a 218S alone


def _flag(name: str) -> Whole:
    return Whole(name, 0, 1)


def _source(name: str, last: int = 4) -> Whole:
    return Whole(name, 1, last)


def _group(
    mnemonic: str, table: Callable[[Memory], dict[Any, Any]], *fields: Field, scope: Scope = Scope.INPUT,
    only_s: bool = False,
) -> Group:  # fmt: skip
    return Group(Row(mnemonic, scope, fields), table, only_s)


GROUPS = {
    group.row.mnemonic: group
    for group in (
        _group("ALARM", lambda m: m.inputs, _flag("alarm_on"), _source("alarm_source"),
               Real("alarm_high", -FAR, FAR, FIVE), Real("alarm_low", -FAR, FAR, FIVE),
               Real("alarm_deadband", 0.0, FAR, FIVE), _flag("alarm_latch")),
        _group("ALMB", lambda m: m.panel, _flag("beeper"), scope=Scope.PANEL),
        _group("ANALOG", lambda m: m.analogs, _flag("bipolar"), Whole("mode", 0, 2), Whole("input", 1, 8),
               _source("source"), Real("high", -FAR, FAR, FIVE), Real("low", -FAR, FAR, FIVE),
               Real("manual", -100.0, 100.0, FIVE), only_s=True),
        _group("BAUD", lambda m: m.panel, Whole("baud", 0, 2), scope=Scope.PANEL),
        _group("DISPFLD", lambda m: m.locations, Whole("input", 0, 8), _source("source", 6)),
        _group("FILTER", lambda m: m.inputs, _flag("filter_on"), Whole("filter_points", 2, 64, 2),
               Whole("filter_window", 1, 10, 2)),
        _group("IEEE", lambda m: m.panel, Whole("terminator", 0, 3), _flag("eoi_off"), Whole("address", 1, 30, 2),
               scope=Scope.PANEL, only_s=True),
        _group("INCRV", lambda m: m.inputs, Whole("curve", 0, 28, 2)),
        _group("INPUT", lambda m: m.inputs, _flag("on")),
        _group("INTYPE", lambda m: m.groups, Whole("sensor_type", 0, 5)),
        _group("LINEAR", lambda m: m.inputs, Real("slope", -FAR, FAR, Places(1, 4)), _source("linear_source", 3),
               Real("offset", -FAR, FAR, Places(1, 4))),
        _group("LOCK", lambda m: m.panel, _flag("locked"), Whole("lock_code", 0, 999, 3), scope=Scope.PANEL),
        _group("LOGREAD", lambda m: m.log_readings, Whole("input", 1, 8), _source("source")),
        _group("LOGSET", lambda m: m.log, Whole("mode", 0, 4), _flag("overwrite"), _flag("start"),
               Whole("period", 1, 3600, 4), Whole("readings", 1, 8), scope=Scope.PANEL),
        _group("MNMX", lambda m: m.inputs, _source("extremes_source")),
        _group("MODE", lambda m: m.panel, Whole("interface_mode", 0, 2), scope=Scope.PANEL),
        _group("RELAY", lambda m: m.relays, Whole("mode", 0, 2), Whole("input", 1, 8), Whole("kind", 0, 2),
               only_s=True),
    )
}  # fmt: skip
SPELLINGS = {"DSPFLD": "DISPFLD"}
"""The syntax line of DISPFLD spells it so (6.3)."""
