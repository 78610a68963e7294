"""Fields that hold what was put to them; what a record does with them when it is processed is in ``processing``.

A record that refuses answers their first values and takes no puts of them: they would have to act on an instrument.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cryoioc.records import dbr, menus
from cryoioc.records.alarms import SEVERITIES
from cryoioc.records.declaration import FLOATS, INTEGERS, STRINGS

INPUTS = ("ai", "longin", "bi", "mbbi", "stringin")
OUTPUTS = ("ao", "longout", "bo", "mbbo", "stringout")


class Held(NamedTuple):
    """One such field: data type, first value, menu."""

    kind: int
    first: float | int | str
    menu: tuple[str, ...] = ()
    span: tuple[float, float] | None = None  # range of its own


COMMON = {
    "ASG": Held(dbr.STRING, ""),
    "EVNT": Held(dbr.STRING, ""),
    "PINI": Held(dbr.ENUM, 0, menus.PINI),
    "PRIO": Held(dbr.ENUM, 0, menus.PRIORITY),
    "PHAS": Held(dbr.SHORT, 0),
    "TPRO": Held(dbr.CHAR, 0),
    "TSE": Held(dbr.SHORT, 0),
    "DISA": Held(dbr.SHORT, 0),
    "DISV": Held(dbr.SHORT, 1),
    "DISS": Held(dbr.ENUM, 0, SEVERITIES),
    "UDFS": Held(dbr.ENUM, 3, SEVERITIES),
    "SIMS": Held(dbr.ENUM, 0, SEVERITIES),
}
TYPES = {
    **dict.fromkeys(FLOATS, Held(dbr.DOUBLE, 0.0)),
    **dict.fromkeys(INTEGERS, Held(dbr.LONG, 0)),
    **dict.fromkeys(STRINGS, Held(dbr.STRING, "")),
    **dict.fromkeys(("bo", "mbbo"), Held(dbr.ENUM, 0)),
    **dict.fromkeys(("bi", "mbbi"), Held(dbr.DOUBLE, 0, span=(0.0, 2.0**32 - 1))),  # DBF_ULONG travels as a double
}
OWN = {
    "ao": {"OROC": Held(dbr.DOUBLE, 0.0), "OIF": Held(dbr.ENUM, 0, menus.OIF)},
    "longout": {"OOCH": Held(dbr.ENUM, 1, menus.YES_NO), "OOPT": Held(dbr.ENUM, 0, menus.OOPT)},
    # The filter of an mbbi never acts: ``mbbiRecord.c`` (7.0.10) does not keep AFVL.
    "mbbi": {"AFTC": Held(dbr.DOUBLE, 0.0)},
    "bo": {"HIGH": Held(dbr.DOUBLE, 0.0, span=(0.0, 1e5))},
}


def fields_of(kind: str) -> dict[str, Held]:
    """Return the fields of this sort that a kind of record has."""
    raw = kind in ("ai", "ao", "bi", "bo", "mbbi", "mbbo")
    found = {**COMMON, "SIMM": Held(dbr.ENUM, 0, menus.SIMM if raw else menus.YES_NO), **OWN.get(kind, {})}
    if kind in INPUTS:
        found["SVAL"] = TYPES[kind]
    if kind in ("ai", "bi", "mbbi"):
        found["RVAL"] = Held(dbr.LONG if kind == "ai" else dbr.DOUBLE, 0)
    if kind in OUTPUTS:
        found["OMSL"] = Held(dbr.ENUM, 0, menus.OMSL)
        found["IVOA"] = Held(dbr.ENUM, 0, menus.IVOA)
        # A state by its number; DBF_USHORT travels as a long.
        found["IVOV"] = Held(dbr.LONG, 0, span=(0.0, 2.0**16 - 1)) if kind in ("bo", "mbbo") else TYPES[kind]
    return found


def first_values(kind: str) -> dict[str, Any]:
    """Return what the fields hold before anything is put."""
    return {name: held.first for name, held in fields_of(kind).items()}
