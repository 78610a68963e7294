"""Whatever an instrument says is read as something of the right shape, or refused; and so for what we say to ours."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoioc.devices.catalogue import DRIVERS
from cryoioc.errors import ReplyError
from cryosim.emulators import mks, pfeiffer
from cryosim.emulators.gauge_heads import COLD_CATHODE, PIRANI, Head

from ..contracts.transcript_reader import read_all

MODELS = ("mks937b", "pfeiffer_tpg366", "bronkhorst", "alicat", "ami1700", "lm500", "gaia", "lakeshore218", "adam4017",
          "lakeshore335", "lakeshore336", "keysight_e36312a", "keysight_n6700", "rs_hmp4040", "pfeiffer_tpg262")
LINES = list(read_all())
TYPED = {model: [reply for one in LINES if one.model == model for reply in one.replies] for model in MODELS}
CHARACTERS = st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=40)


@st.composite
def spoilt(draw: st.DrawFn, model: str) -> str:
    """Return something that may come instead of a reply: nonsense, or one with pieces lost, doubled or changed."""
    text = draw(st.one_of(CHARACTERS, st.sampled_from(TYPED[model])))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        until = draw(st.integers(at, len(text)))
        text = text[:at] + draw(st.one_of(CHARACTERS, st.just(text[at:until] * 2))) + text[until:]
    return text


def sound(value: object) -> bool:
    """Say whether a value may be shown."""
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


@pytest.mark.parametrize("model", MODELS)
def test_a_reply_is_values_or_refused(model):
    driver = DRIVERS[model]

    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(spoilt(model))
    def play(reply):
        for row in driver.model.rows.values():
            try:
                values = row.parse(reply)
            except ReplyError:
                continue
            assert values.keys() == {field.name for field in row.fields}
            assert all(map(sound, values.values())), (row.name, values)
        with contextlib.suppress(ReplyError):
            driver.identify(reply, driver.model)

    play()


class Flange:
    """A gauge at 1e-6 mbar, [Pa]."""

    def read(self) -> float:
        return 1e-4


def heads() -> list[Head]:
    return [Head(kind, Flange()) for kind in (COLD_CATHODE, PIRANI, PIRANI, PIRANI, PIRANI, PIRANI)]


CONTROLLERS = {
    "mks": (lambda: mks.Controller(heads()), [b"@253", b";FF", b"@253CP1!ON;FF", b"PR1?"], b"@253MT?;FF", b"ACK"),
    "tpg": (lambda: pfeiffer.Controller(pfeiffer.FACES["pfeiffer_tpg366"], heads()),
            [b"\x03", b"\x05", b"\r\n", b"SEN,2,0,0,0,0,0\r", b"PR1\r"], b"\x03AYT\r\x05", b"TPG 366"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTROLLERS)
def test_an_emulated_controller_survives_what_is_said_to_it(name):
    make, pieces, question, answer = CONTROLLERS[name]

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(st.lists(st.one_of(st.binary(max_size=20), st.sampled_from(pieces)), max_size=12))
    def play(said):
        unit = make()
        for piece in said:
            unit.receive(piece)
            unit.advance(0.1)
        unit.receive(b"\r;FF")
        assert answer in unit.receive(question)

    play()
