"""What client processes of these tests do with pyepics: put, wait for a value, read what is said."""

from __future__ import annotations

import threading

import epics

PATIENCE = 400.0  # s of the wall, only ever reached by a failing test


class Change:
    """Waits for a PV to have a value, by its text; one that is INVALID has none, whatever its record begins with."""

    def __init__(self, name: str) -> None:
        self.text, self._number = "", float("-inf")
        self._changed = threading.Condition()
        self._pv = epics.PV(name, form="ctrl", callback=self._see, auto_monitor=True)  # else words of states come later

    def _see(self, value: float = 0.0, char_value: str | None = None, severity: int = 0, **_: object) -> None:
        known = severity != epics.INVALID_ALARM
        with self._changed:
            self.text, self._number = (str(char_value), value) if known else ("", float("-inf"))
            self._changed.notify_all()

    def comes(self, text: str) -> bool:
        """Say whether the value comes in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.text == text, PATIENCE)

    def passes(self, limit: float) -> bool:
        """Say whether a value above the limit comes in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._number > limit, PATIENCE)


def put(name: str, value: object) -> None:
    """Put and wait for the end of the put; pyepics does not say whether it was refused."""
    done = epics.caput(name, value, wait=True, timeout=PATIENCE, connection_timeout=PATIENCE)
    assert done is not None, f"the put to {name} did not end"


def said(group: str) -> str:
    """Return what a group says of the last put; empty: it was accepted."""
    return str(epics.caget(f"{group}:MSG:LONG", as_string=True))
