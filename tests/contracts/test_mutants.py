"""The transcripts notice a damaged row (``python -m tests.contracts.mutants`` prints the table)."""

from __future__ import annotations

from .mutants import LEAST_FOUND, Jury, accepted, run
from .transcript_reader import read_all


def test_damaged_rows_are_found() -> None:
    outcome = run(Jury(read_all()), seed=1)
    assert outcome.found >= LEAST_FOUND
    assert set(outcome.survivors) == set(accepted()), "survivors and the accepted list differ"


def test_without_transcripts_nothing_is_found() -> None:
    outcome = run(Jury([]), seed=1)
    assert outcome.missed == outcome.made
