"""How a round trip says which methods of the maker's driver it goes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .lakeshore_bench import PTY, TCP, Bench

MODELS = ("lakeshore335", "lakeshore336")
DOORS = (TCP, PTY)
PLACES = tuple((model, door) for model in MODELS for door in DOORS)


@dataclass(frozen=True)
class RoundTrip:
    """Settings made through the driver, got back through it, and found in the instrument.

    Parameters
    ----------
    name : str
    methods : tuple of str
        Of the driver; the trip fails if it does not call every one of them.
    models, doors : tuple of str
        What it fits.
    play : callable
    """

    name: str
    methods: tuple[str, ...]
    models: tuple[str, ...]
    doors: tuple[str, ...]
    play: Callable[[Bench], None]


ROUND_TRIPS: list[RoundTrip] = []


def round_trip(
    *methods: str, models: tuple[str, ...] = MODELS, doors: tuple[str, ...] = DOORS
) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Register a round trip."""

    def register(play: Callable[[Bench], None]) -> Callable[[Bench], None]:
        ROUND_TRIPS.append(RoundTrip(play.__name__, methods, models, doors, play))
        return play

    return register
