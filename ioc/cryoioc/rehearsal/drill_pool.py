"""Processes that play draws beside each other, and how a drill ends when it is told to: nothing is left running."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from types import FrameType


def end_on_sigterm() -> None:
    """Let SIGTERM end this process as an exception does: through everything that cleans up behind itself."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)


@contextmanager
def pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Give processes that end with the context: in good order, or at once when it is left by an exception."""
    with ProcessPoolExecutor(jobs, initializer=_begin) as executor:
        try:
            yield executor
        except BaseException:  # Ctrl-C and SIGTERM too: what is being played and what still waits is given up
            for process in multiprocessing.active_children():
                process.terminate()
            raise


def _begin() -> None:
    """Say nothing of the faults that are let loose on purpose; leave it to the parent when to end."""
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
