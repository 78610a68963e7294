"""Faults in the log: once when they begin, once when they end."""

from __future__ import annotations

import logging
from collections.abc import Hashable

from cryoioc.clock import Clock


class FaultLog:
    """WARNING on the edge into a fault, INFO with its duration on the edge out of it."""

    def __init__(self, clock: Clock, log: logging.Logger) -> None:
        self._clock, self._log = clock, log
        self._since: dict[Hashable, float] = {}

    def begin(self, what: Hashable, message: str, *arguments: object) -> None:
        """Say that ``what`` is at fault, unless that is known."""
        if what not in self._since:
            self._since[what] = self._clock.now()
            self._log.warning(message, *arguments)

    def end(self, what: Hashable, message: str, *arguments: object) -> None:
        """Say that ``what`` is well again, if it was at fault."""
        since = self._since.pop(what, None)
        if since is not None:
            self._log.info(message + " after %.1f s", *arguments, self._clock.now() - since)
