"""The put log: one JSON line per put, in a file that is rotated, written by a thread of its own.

The thread keeps a slow or full disk away from the event loop.  A line that cannot be written is counted, and the
next one is tried again.
"""

from __future__ import annotations

import json
import logging
import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from queue import Full, Queue

from cryoioc.records import Report

log = logging.getLogger(__name__)

WAITING = 10_000  # lines the thread may be behind
LONGEST = 400  # characters of a value, of what a client claims and of a reason


class PutLog:
    """A put log.

    Parameters
    ----------
    path : Path
        The file; older ones stand beside it as ``.1`` to ``.N``.
    size : int
        Bytes after which a new file is begun.
    files : int
        Older files that are kept.
    now : callable
        Wall time, s since 1970.
    """

    def __init__(self, path: Path, size: int, files: int, now: Callable[[], float]) -> None:
        self.path = path
        self.lost = 0  # lines that could not be written
        self.failing = ""  # why the last one could not be
        self._size, self._files, self._now = size, files, now
        self._lines: Queue[str | None] = Queue(WAITING)
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._work, name="put log", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is waiting, and end."""
        if self._thread is not None:
            self._lines.put(None)
            self._thread.join()
            self._thread = None

    def note(self, report: Report) -> None:
        """Write one put down, later."""
        try:
            self._lines.put_nowait(line(report, self._now()))
        except Full:
            self._failed(f"more than {WAITING} lines are waiting")

    def _work(self) -> None:
        while (text := self._lines.get()) is not None:
            try:
                self._write(text)
            except OSError as error:
                self._failed(error.strerror or type(error).__name__)
            else:
                self.failing = ""

    def _write(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size + len(text) > self._size:
            for n in range(self._files, 0, -1):
                older = self.path.with_name(f"{self.path.name}.{n - 1}") if n > 1 else self.path
                if older.exists():
                    older.replace(self.path.with_name(f"{self.path.name}.{n}"))
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text)

    def _failed(self, why: str) -> None:
        if why != self.failing:
            log.warning("%s cannot be written: %s", self.path, why)
        self.failing = why
        self.lost += 1


def line(report: Report, now: float) -> str:
    """Return a put as one line of JSON: what a client claims cannot begin another."""
    entry = {
        "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
        "user": report.origin.user[:LONGEST],
        "host": report.origin.host[:LONGEST],
        "peer": report.origin.peer,
        "pv": report.name,
        "old": _value(report.was),
        "new": _value(report.asked),
        "result": "accepted" if report.refusal is None else "refused",
        "why": (report.refusal or "")[:LONGEST],
    }
    return json.dumps(entry) + "\n"


def _value(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number
    if value is None or isinstance(value, bool | int | float):
        return value
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def sentence(report: Report) -> str:
    """Return a put in words, for a PV."""
    origin = report.origin
    ending = "" if report.refusal is None else f" refused: {report.refusal}"
    return f"{report.name}: {_value(report.was)} -> {_value(report.asked)} by {origin.user}@{origin.address}{ending}"
