"""Numbers of the IOC itself that survive a restart, in one small file of the station's state folder.

Nothing read here is ever sent to an instrument.  The file is replaced whole (written beside, synced,
renamed), so that a kill at any moment leaves the old one or the new one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
from pathlib import Path

log = logging.getLogger(__name__)

VERSION = 1


class Saved:
    """Names and numbers; without a folder they live only as long as the process.

    Parameters
    ----------
    folder : Path or None
        State folder of the station; made if it does not exist.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / "saved.json" if folder is not None else None
        self._values: dict[str, float] = {}
        self._changed = False
        if self._path is not None:
            self._load(self._path)

    def get(self, name: str) -> float | None:
        """Return a saved number; None if there is none."""
        return self._values.get(name)

    def put(self, name: str, value: float | None) -> None:
        """Note a number for the next :meth:`flush`; None forgets it."""
        if self._values.get(name) == value:
            return
        self._changed = True
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value

    def flush(self) -> None:
        """Write what has changed; a full disk is told and tried again at the next call."""
        if not self._changed or self._path is None:
            return
        new = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with new.open("w") as file:
                json.dump({"version": VERSION, "values": self._values}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error.strerror)
            return
        self._changed = False

    def _load(self, path: Path) -> None:
        try:
            raw = json.loads(path.read_text())
            values = raw["values"]
            fits = raw["version"] == VERSION and all(
                isinstance(v, int | float) and math.isfinite(v) for v in values.values()
            )
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            fits = False
        if fits:
            self._values = {str(name): float(value) for name, value in values.items()}
            return
        aside = path.with_suffix(".bad")
        log.warning("%s cannot be read and is set aside as %s", path, aside)
        with contextlib.suppress(OSError):
            path.replace(aside)
