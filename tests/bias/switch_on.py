"""``python -m tests.bias.switch_on PREFIX NAME=BIAS...``: put biases with pyepics, wait until READY, print what is.

A client in a process of its own: libca reads its ports once.
"""

from __future__ import annotations

import json
import sys
import threading

import epics

PATIENCE = 250.0  # s of the wall, only ever reached by a failing test
READINGS = ("VD", "ID", "VG", "VD:SUPPLY")


class Change:
    """Waits for a PV to have one of some values."""

    def __init__(self, name: str) -> None:
        self._changed = threading.Condition()
        self._value: object = None
        self._pv = epics.PV(name, callback=self._see, auto_monitor=True)

    def _see(self, value: object = None, **_: object) -> None:
        with self._changed:
            self._value = value
            self._changed.notify_all()

    def comes(self, value: object) -> bool:
        """Say whether the value comes in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._value == value, PATIENCE)


def main(prefix: str, wanted: dict[str, str]) -> dict[str, object]:
    """Return the readings of every stage, and what the amplifiers say of themselves."""
    windows = {name: Change(f"{prefix}{name}:WINDOW") for name in wanted}
    ready = {name: Change(f"{prefix}{name}:READY") for name in wanted}
    for name, bias in wanted.items():
        assert windows[name].comes(("Cold", "Warm").index(bias)), f"{name} is not {bias}"
        assert epics.caput(f"{prefix}{name}:BIAS:SP", bias, wait=True, timeout=PATIENCE) == 1
        refusal = epics.caget(f"{prefix}{name}:MSG")
        assert refusal == "", f"{name}: {refusal}"
    found: dict[str, object] = {}
    for name, change in ready.items():
        assert change.comes(1), f"{name}: {_read(f'{prefix}{name}:')}"
        found[name] = _read(f"{prefix}{name}:")
    return found


def _read(amplifier: str) -> dict[str, object]:
    words = ("BIAS", "READY", "STATE", "TRIP:WHY", "MSG")
    found: dict[str, object] = {word: epics.caget(f"{amplifier}{word}", as_string=True) for word in words}
    found["stages"] = [{one: epics.caget(f"{amplifier}S{n}:{one}") for one in READINGS} for n in (1, 2, 3)]
    return found


if __name__ == "__main__":
    json.dump(main(sys.argv[1], dict(one.split("=") for one in sys.argv[2:])), sys.stdout)
