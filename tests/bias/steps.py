"""``python -m tests.bias.steps PREFIX``: play with pyepics what standard input lists; print how many.

A step is ``[verb, PV, value, wanted]``, and ends at the first that is not as wanted.  ``put`` finds what the group of
the PV says, ``get`` the text of the PV: both must hold the words that are wanted, nothing where none are, and anything
but nothing where they are null.  ``until`` waits for the value, ``above`` for a number that is larger.
"""

from __future__ import annotations

import json
import sys

import epics

from .pyepics_client import Change, put, said

SILENT = ("TWIN", "ALLOFF", "INTLK")  # groups without a message


def play(prefix: str, verb: str, name: str, value: str, wanted: str | None) -> None:
    """Carry out a step, and see that it ends as wanted."""
    if verb in ("until", "above"):
        change = Change(prefix + name)
        came = change.comes(value) if verb == "until" else change.passes(float(value))
        assert came, f"{name} is {change.text}, not {value}"
        return
    if verb == "put":
        put(prefix + name, int(value) if value.isdecimal() else value)
        group = name.split(":")[0]
        found = "" if group in SILENT else said(prefix + group)
    else:
        found = str(epics.caget(prefix + name, as_string=True))
    as_wanted = found != "" if wanted is None else (wanted in found if wanted else found == "")
    assert as_wanted, f"{verb} {name} {value}: {found!r}"


if __name__ == "__main__":
    steps = json.load(sys.stdin)
    for step in steps:
        play(sys.argv[1], *step)
    sys.stdout.write(str(len(steps)))
