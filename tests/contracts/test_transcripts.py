"""Every row says what the manual says: rows against exchanges typed from the cited sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoioc.wire.codecs import Choice

from .families import FAMILIES, MODELS, own_rows
from .transcript_reader import Transcript, TranscriptError, check, pieces, read, read_all, value_of

TRANSCRIPTS = read_all()
OWN_ROWS = [own for family in FAMILIES for own in own_rows(family)]


@pytest.mark.parametrize("one", TRANSCRIPTS, ids=lambda one: f"{one.where}-{one.kind}-{one.row}")
def test_row_agrees_with_transcript(one: Transcript) -> None:
    assert one.model in MODELS, f"{one.where}: no model {one.model}"
    assert one.row in MODELS[one.model].rows, f"{one.where}: {one.model} has no row {one.row}"
    check(one, MODELS[one.model][one.row])


@pytest.mark.parametrize(("model", "name"), [(model, name) for model, name, _ in OWN_ROWS])
def test_row_has_a_transcript(model: str, name: str) -> None:
    row = MODELS[model][name]
    typed = {one.kind for one in TRANSCRIPTS if (one.model, one.row) == (model, name)}
    wanted = {kind for kind in ("query", "set") if getattr(row, kind)}
    assert wanted <= typed, f"{model} {name} has no {' and no '.join(sorted(wanted - typed))} transcript"


def test_every_word_of_every_code_is_typed() -> None:
    typed = {
        (one.model, one.row, name, value)
        for one in TRANSCRIPTS
        for values in ([one.given] if one.kind == "set" else one.meanings)
        for name, value in values.items()
    }
    missing = [
        f"{model} {name} {field.name} {word}"
        for model, name, row in OWN_ROWS
        for field in row.fields
        if isinstance(field.codec, Choice)
        for word in field.codec.words
        if (model, name, field.name, word) not in typed
    ]
    assert not missing


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("exchange PID output=1\n> PID? 1\n< 1,2,3\n= p=1 i=2 d=3", "no source"),
        ("# source: s\nexchange PID output=1\n> PID? 1\n< 1,2,3", "unfinished"),
        ("# source: s\nexchange PID output=1", "unfinished"),
        ("# source: s\nexchange PID output=1\n< 1,2,3", "out of place"),
        ("# source: s\nexchange PID output=1\n> PID? 1\n= p=1 i=2 d=3", "out of place"),
        ("# source: s\nrefuse PID output=1 p=1\n> PID 1", "out of place"),
        ("# source: s\nexchange PID 1", "not name=value"),
        ("# source: s\nbad PID output=1", "bad without a reply"),
        ("# source: s\nPID? 1", "PID"),
    ],
)
def test_malformed_transcript_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "outputs.txt"
    path.write_text(text)
    with pytest.raises(TranscriptError, match=complaint):
        list(read(path))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("PID 1,33.50,+12,0", "PID 1,33.5,12,0.0", True),
        ("PID 1,33.51,12,0", "PID 1,33.5,12,0", False),
        ("PIC 1,33.5,12,0", "PID 1,33.5,12,0", False),
        ("PID 1,33.5,12", "PID 1,33.5,12,0", False),
        ("PID 1 33.5,12,0", "PID 1,33.5,12,0", False),
        ('INNAME A,"12"', 'INNAME A,"12.0"', False),
        ('INNAME A,"a b, c"', 'INNAME A,"a b, c"', True),
        ("INNAME A,12", 'INNAME A,"12"', False),
        ("NET 192.168.0.12", "NET 192.168.0.120", False),
    ],
)
def test_commands_are_compared_by_value(one: str, other: str, same: bool) -> None:
    assert (pieces(one) == pieces(other)) is same


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("-0.5", -0.5), ('"12"', "12"), ("On", "On"), ('""', ""), ("10.0.1.1", "10.0.1.1")]
)
def test_typed_values(text: str, value: object) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)
