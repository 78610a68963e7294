"""Access levels of fields: those of the .dbd files of EPICS base."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from epicscorelibs import path

from cryoioc.access.guard import LEVEL_OF_FIELDS, LEVEL_OF_VALUE
from cryoioc.records import Record, make_channel
from cryoioc.records.fields import get_field, rows_of

FIELD = re.compile(r"field\((\w+),\s*DBF_\w+\)\s*\{(.*?)\n\s*\}", re.DOTALL)
STATES = {"bi": ("a", "b"), "bo": ("a", "b"), "mbbi": ("a",), "mbbo": ("a",)}
KINDS = ("ai", "ao", "longin", "longout", *STATES, "stringin", "stringout", "waveform")
RECORDS = [Record(name="X", kind=kind, doc="x", states=STATES.get(kind, ())) for kind in KINDS]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.kind)
def test_levels_are_those_of_base(record):
    folder, of_base = Path(path.base_path) / "dbd", {}
    for file in ("dbCommon.dbd", f"{record.kind}Record.dbd"):
        for name, body in FIELD.findall((folder / file).read_text()):
            of_base[name] = LEVEL_OF_VALUE if "asl(ASL0)" in body else LEVEL_OF_FIELDS
    channel = make_channel(record)
    ours = {name: get_field(channel, name) for name in ("VAL", *rows_of(channel))}
    compared = ours.keys() & of_base.keys()
    assert len(compared) > 20
    wrong = {
        name for name in compared
        if of_base[name] != (LEVEL_OF_VALUE if ours[name].is_value else LEVEL_OF_FIELDS)
    }  # fmt: skip
    assert wrong == set()
