"""A pyepics client in a process of its own: one request a line on stdin, one answer a line on stdout, in JSON."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import epics
import numpy as np

TIMEOUT = 20.0  # s, only ever reached by a failing test


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(x) for key, x in value.items() if key != "chid"}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


class Agent:
    """The requests."""

    def __init__(self) -> None:
        self.events_of: list[list[Any]] = []
        self.changed = threading.Condition()
        self.pvs: list[epics.PV] = []

    def caget(self, name: str, **keywords: Any) -> Any:
        return plain(epics.caget(name, timeout=TIMEOUT, **keywords))

    def ctrl(self, name: str) -> Any:
        pv = epics.PV(name, form="ctrl")
        return plain(pv.get_with_metadata(form="ctrl", use_monitor=False, timeout=TIMEOUT))

    def caput(self, name: str, value: Any, wait: bool = True) -> Any:
        return epics.caput(name, value, wait=wait, timeout=TIMEOUT)

    def caput_caget(self, name: str, value: Any, then: str) -> Any:
        """Put, and read another name at once, as scripts do."""
        epics.caget(then, timeout=TIMEOUT)  # connected and monitored already
        epics.caput(name, value, wait=True, timeout=TIMEOUT)
        return plain(epics.caget(then))

    def put_error(self, name: str, value: Any) -> str:
        try:
            epics.PV(name, connection_timeout=TIMEOUT).put(value, wait=True, timeout=TIMEOUT)
        except epics.ca.CASeverityException as error:
            return str(error)
        return ""

    def monitor(self, name: str, mask: int = 5) -> int:
        number = len(self.events_of)
        self.events_of.append([])

        def received(value: Any = None, severity: Any = None, status: Any = None, **_: Any) -> None:
            with self.changed:
                self.events_of[number].append(plain({"value": value, "severity": severity, "status": status}))
                self.changed.notify_all()

        self.pvs.append(epics.PV(name, auto_monitor=mask, callback=received, connection_timeout=TIMEOUT))
        self.events(number, 1)
        return number

    def events(self, number: int, at_least: int) -> list[Any]:
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.events_of[number]) >= at_least, TIMEOUT):
                raise TimeoutError(f"{len(self.events_of[number])} events instead of {at_least}")
            return self.events_of[number]


agent = Agent()
for line in sys.stdin:
    operation, arguments, keywords = json.loads(line)
    print(json.dumps(getattr(agent, operation)(*arguments, **keywords)), flush=True)  # noqa: T201
