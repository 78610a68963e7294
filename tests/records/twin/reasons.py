"""Why a field is not what it is in EPICS base."""

from __future__ import annotations

REASONS = {
    "l": "links: the field reads empty, as in base, and cannot be put; records here are joined in the IOC's code",
    "d": "device support: there is one, `Soft Channel`, and no other to choose",
    "r": "raw conversion: nothing raw is behind a value here, so its fields do not exist",
    "s": "simulation at a rate of its own: the fields do not exist; `SIMM`, `SIMS` and `SVAL` act as in base",
    "w": "read-out of a digitizer: the fields do not exist",
}
FIELDS = {
    "l": "INP OUT DOL FLNK SDIS TSEL SIML SIOL",
    "d": "DTYP",
    "r": "LINR EGUF EGUL AOFF ASLO SMOO ESLO EOFF ROFF INIT LBRK ORAW RBV ORBV MASK NOBT SDEF SHFT OMOD",
    "s": "OLDSIMM SSCN SDLY",
    "w": "RARM BUSY HASH",
}
SHORT = list(REASONS)


def reason_of(field: str) -> str:
    """Return the letter of the reason why a field differs, or nothing."""
    return next((letter for letter, names in FIELDS.items() if field in names.split()), "")
