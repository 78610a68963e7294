"""Outcomes in a file, one after another, so that a long campaign that was ended can go on."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

from tests.bias.campaign.hazards import Draw
from tests.bias.campaign.play import Outcome


class Keep:
    """What has been played of some draws.

    Parameters
    ----------
    path : Path or None
        Where; None: nothing is kept.
    draws : sequence of Draw
        Outcomes of others are ignored.

    Attributes
    ----------
    outcomes : list of Outcome
        What was kept before.
    """

    def __init__(self, path: Path | None, draws: Sequence[Draw]) -> None:
        self._path = path
        self.outcomes: list[Outcome] = []
        if path is not None and path.exists():
            wanted = set(draws)
            with path.open("rb") as file:
                while file.peek(1):
                    outcome: Outcome = pickle.load(file)
                    if outcome.draw in wanted:
                        self.outcomes.append(outcome)

    def add(self, outcome: Outcome) -> None:
        """Keep one more."""
        if self._path is not None:
            with self._path.open("ab") as file:
                pickle.dump(outcome, file)
