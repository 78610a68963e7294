"""``python -m tests.bias.campaign.person PV...``: with pyepics puts what it is asked for and tells what is seen.

A line of standard input is ``[number, PV, value]``; when that put has ended ``["put", number, what its group says]``
comes back.  Each change of a named PV is a line ``["sees", PV, text, alarm severity]``; both are null while it is
disconnected.  A process of its own: libca reads its ports once.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from functools import partial

import epics
from tests.bias.pyepics_client import PATIENCE, said

SILENT = ("INTLK",)  # its message tells events, too
SEVERITIES = ("NO_ALARM", "MINOR", "MAJOR", "INVALID")
_line = threading.Lock()  # callbacks are called in threads of libca's


def say(*words: object) -> None:
    """Write a line."""
    with _line:
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()


def main(names: list[str]) -> None:
    """Watch and put until standard input ends."""
    watched = [epics.PV(name, form="ctrl", auto_monitor=True, callback=_seen, connection_callback=_connected)
               for name in names]  # fmt: skip
    events: queue.SimpleQueue[tuple[int, str, object] | tuple[int, str] | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=[events], daemon=True).start()
    pvs: dict[str, epics.PV] = {}
    while (event := events.get()) is not None:
        number, name, *value = event
        if value:
            pv = pvs.setdefault(name, epics.PV(name))
            pv.wait_for_connection(PATIENCE)
            pv.put(*value, wait=False, callback=partial(_ended, events, number, name))
        else:
            station, group = name.split(":")[:2]
            say("put", number, "" if group in SILENT else said(f"{station}:{group}"))
    for pv in watched:
        pv.disconnect()


def _listen(events: queue.SimpleQueue[object]) -> None:
    for line in sys.stdin:
        events.put(tuple(json.loads(line)))
    events.put(None)


def _ended(events: queue.SimpleQueue[object], number: int, name: str, **_: object) -> None:
    """Have the message read: nothing may be asked for in a callback."""
    events.put((number, name))


def _seen(pvname: str = "", char_value: str | None = None, severity: int = 0, **_: object) -> None:
    say("sees", pvname, str(char_value or ""), SEVERITIES[severity])


def _connected(pvname: str = "", conn: bool = False, **_: object) -> None:
    if not conn:
        say("sees", pvname, None, None)


if __name__ == "__main__":
    main(sys.argv[1:])
