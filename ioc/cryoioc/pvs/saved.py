"""What the IOC itself remembers over a restart: settings, fields put at run time, totals; one file per station.

Nothing read here is sent to an instrument, but for the off that an interlock still owes (ADR 0020).  The file is
replaced whole (written beside, synced, renamed, the folder synced), so that a kill at any moment leaves the old one or
the new one.  A thread of its own writes, so that a slow or full disk holds up nobody.

What a kill can lose is what came after the text on the disk was given to the thread: the time between two texts, while
the next is written as long again, and the age of the last reading in it.  With :data:`EVERY` that is less than a second
as long as a text is on the disk before the next is given; when one is not, that is told at once (``late``).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from cryoioc.errors import StationError, Unavailable

log = logging.getLogger(__name__)

VERSION = 2
EVERY = 1 / 3  # s between two calls of flush
PATIENCE = 0.9 * EVERY  # s in which a text is on the disk
LARGEST = 10_000_000  # bytes of a file that can be ours
Value = float | int | str
Pair = tuple[Value, Value | None]  # what was put, and what the station file said then


class Saved:
    """Names and values; without a folder they live only as long as the process.

    Parameters
    ----------
    folder : Path or None
        State folder of the station; made if it does not exist.
    now : callable, optional
        Time of the disk, which is real whatever the station's clock does, [s].

    Attributes
    ----------
    aside : str
        Why the file was set aside, so that what was saved is not known; empty if it was not, or if there never was one.
    failing : str
        Why the last writing failed; empty if it did not.
    late : bool
        At the last :meth:`flush` the disk had not taken what it was given before; a kill now loses more than a second.
    dropped : list of str
        Saved values that are not used, each with the reason.
    """

    def __init__(self, folder: Path | None, now: Callable[[], float] = time.monotonic) -> None:
        self.folder, self._now = folder, now
        self.aside = ""
        self.failing = ""
        self.late = False
        self.dropped: list[str] = []
        self._path = folder / "saved.json" if folder is not None else Path()
        self._values: dict[str, Pair] = {}
        self._changes = 0  # since the start
        self._handed = 0  # changes the thread was given
        self._text: str | None = None  # for the thread
        self._given = 0.0  # s, when
        self._waiting: float | None = None  # s, since when the oldest text is not on the disk
        self._closing = False
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._lock: IO[str] | None = None
        if folder is not None:
            self._load()
        self._loaded = self._stamp()

    # --- values --------------------------------------------------------------------------------

    def get(self, name: str) -> float | None:
        """Return a saved number; None if there is none."""
        value = self._values.get(name, (None,))[0]
        return float(value) if isinstance(value, int | float) else None

    def get_text(self, name: str) -> str | None:
        """Return a saved text; None if there is none."""
        value = self._values.get(name, (None,))[0]
        return value if isinstance(value, str) else None

    def put(self, name: str, value: Value | None, declared: Value | None = None) -> None:
        """Note a value for the next :meth:`flush`; None forgets it.

        ``declared`` is what the station file or the program says: see :meth:`setting`.
        """
        if value is None:
            if self._values.pop(name, None) is not None:
                self._changes += 1
        elif self._values.get(name) != (value, declared):
            self._values[name] = (value, declared)
            self._changes += 1

    def put_text(self, name: str, text: str | None) -> None:
        """Note a text; None forgets it."""
        self.put(name, text)

    def setting(self, name: str, declared: Value) -> Value | None:
        """Return what was put to a setting; None if nothing was, or if its declaration has changed since.

        Who changes the station file means it: an older put does not overrule it.
        """
        if name not in self._values:
            return None
        value, then = self._values[name]
        if then == declared:
            return value
        self.drop(name, f"{value} was put over {then}, the station now says {declared}")
        return None

    def drop(self, name: str, why: str) -> None:
        """Forget a saved value that cannot be used, and tell."""
        self.put(name, None)
        self.dropped.append(f"{name}: {why}")
        log.warning("saved value not used: %s: %s", name, why)

    def names(self, ending: str) -> list[str]:
        """Return the names of saved values that end so."""
        return [name for name in self._values if name.endswith(ending)]

    def fields(self) -> Mapping[str, Pair]:
        """Return the saved fields of records, by ``NAME.FIELD``."""
        return {name: pair for name, pair in self._values.items() if "." in name}

    # --- the file ------------------------------------------------------------------------------

    def open(self) -> None:
        """Take the folder for this process and begin to write.

        Raises
        ------
        Unavailable
            When another process has it, or wrote to it after this one had read, or the host does not give it now.
        StationError
            When something else than a folder is at its place.
        """
        if self.folder is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self.folder / "lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unavailable(f"{self.folder}: state folder is in use by another IOC") from error
        except (FileExistsError, NotADirectoryError) as error:
            raise StationError([f"{self.folder}: state folder cannot be used: {error.strerror}"]) from error
        except OSError as error:
            raise Unavailable(f"{self.folder}: state folder cannot be used: {error.strerror}") from error
        if self._stamp() != self._loaded:  # else a latch that the other one has just written would be lost
            raise Unavailable(f"{self._path}: another IOC wrote it while this one started")
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="saved", daemon=True)
        self._thread.start()

    def flush(self) -> None:
        """Give what has changed to the thread; what could not be written is given again."""
        if self._thread is None:
            return
        now, changed = self._now(), self._changes != self._handed or bool(self.failing)
        text = _written(self._values) if changed else None
        with self._news:
            self.late = self._waiting is not None and now - self._waiting >= PATIENCE
            if text is None:
                return
            self._text, self._handed, self._given = text, self._changes, now
            if self._waiting is None:
                self._waiting = now
            self._news.notify()

    def close(self) -> None:
        """Write what is left and let the folder go."""
        self.flush()
        if self._thread is not None:
            with self._news:
                self._closing = True
                self._news.notify()
            self._thread.join()
            self._thread = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._text is not None or self._closing)
                text, self._text = self._text, None
            if text is None:
                return
            try:
                _replace(self._path, text)
            except OSError as error:
                why = error.strerror or type(error).__name__
                if why != self.failing:
                    log.warning("%s cannot be written: %s", self._path, why)
                self.failing = why
            else:
                self.failing = ""
            with self._news:
                self._waiting = self._given if self._text is not None else None

    def _stamp(self) -> tuple[int, int] | None:
        """Return what is different after each writing; None: there is no file."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _load(self) -> None:
        bad = self._path.with_suffix(".bad")
        try:
            self._values = _read(self._path)
        except FileNotFoundError:
            if bad.exists():  # and a kill came before anything was written in its place
                self.aside = f"{self._path.name} is missing, {bad.name} was set aside before"
                log.warning("%s: %s", self.folder, self.aside)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.aside = f"{self._path.name} {_what_is_wrong(error)}: set aside as {bad.name}"
            log.warning("%s: %s (%r)", self.folder, self.aside, error)
            with contextlib.suppress(OSError):
                self._path.replace(bad)


class _Newer(ValueError):
    """The file is of a version that came after this one."""


def _what_is_wrong(error: Exception) -> str:
    match error:
        case _Newer():
            return f"was {error}"
        case OSError():
            return f"cannot be read ({error.strerror or type(error).__name__})"
        case _:
            return "is damaged"


def _replace(path: Path, text: str) -> None:
    """Write a file so that it is the old one or the new one whatever happens."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _written(values: Mapping[str, Pair]) -> str:
    """Return the file's text, a value a line.

    Each by itself: an encoder that indents is Python's own, and leaves a knot of functions for the collector of
    garbage behind, each second.
    """
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(pair)}" for name, pair in values.items())
    return f'{{"version": {VERSION}, "values": {{\n{lines}\n}}}}\n'


def _read(path: Path) -> dict[str, Pair]:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"more than {LARGEST} bytes")
    raw = json.loads(path.read_text(encoding="utf-8"))
    if raw["version"] == 1:  # numbers alone
        return {str(name): (_value(value), None) for name, value in raw["values"].items()}
    if isinstance(raw["version"], int) and raw["version"] > VERSION:
        raise _Newer(f"written by a newer cryoioc, version {raw['version']}; this one reads {VERSION}")
    if raw["version"] != VERSION:
        raise ValueError(f"version {raw['version']!r}")
    found: dict[str, Pair] = {}
    for name, (value, declared) in raw["values"].items():
        found[str(name)] = (_value(value), None if declared is None else _value(declared))
    return found


def _value(value: object) -> Value:
    if isinstance(value, str) or (isinstance(value, int | float) and math.isfinite(value)):
        return value
    raise ValueError(f"no value: {value!r}")
