"""The GAIA board on its wire; texts typed from bias-flow-vacuum.md 1.3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.emulators.gaia import Gaia, Options
from cryosim.plant.amplifier import Amplifier, Cabling

QUIET = {"volt_noise": 0.0, "current_noise": 0.0}


def ask(board: Gaia, text: str) -> str:
    """Send one frame; return the answer without its line end, "" for silence."""
    reply = board.receive(text.encode("latin-1") + b"\n").decode()
    assert reply == "" or (reply.endswith("\n") and reply.count("\n") == 1)
    return reply.removesuffix("\n")


def on_amplifier(kelvin: float = 15.0, **options: object) -> tuple[Gaia, Amplifier]:
    """Return a board with the three stages of an amplifier on channels 1 to 3."""
    unit = Amplifier("YCA-2024 1103", lambda: kelvin, Cabling(0.0, 0.0, 0.0))
    ports = {n: (stage.drain, stage.gate) for n, stage in enumerate(unit.stages, 1)}
    return Gaia(ports, Options(**{**QUIET, **options})), unit  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ("#*IDN? 1", "#GAIA Simulator Rev. 1.0.0 / 2022.02.08.1 1"),
        ("#NAME? abc", "#GAIASIMBOARD abc"),
        ("#SETG 3 512 17", "#3 17"),
        ("#SETD 10 0 18", "#10 18"),
        ("#GETREF 1 2", "#2.5 2"),
        ("#GETREF 2 3", "#5 3"),
        ("#LOADCONF 4 5", "#4 5"),
        ("#CONF? 6", "#1 6"),
        ("#SETSGZ 7 8", "#7 8"),
        ("junk#GETEF 9 10", "#9 10"),
        ("#SAVECPU 1 2\r", "#1 2"),
    ],
)
def test_answers_carry_the_id(sent: str, answer: str):
    assert ask(Gaia({}), sent) == answer


@pytest.mark.parametrize(
    ("sent", "code", "text", "identifier"),
    [
        ("#", 1000, "ERROR_ARGS_NOT_VALID", ""),
        ("#FOO 1", 1001, "ERROR_COMMAND_UNKNOWN", " 1"),
        ("#setg 1 1 1", 1001, "ERROR_COMMAND_UNKNOWN", " 1"),
        ("#*IDN?", 1024, "ERROR_NO_COMMAND_ID", ""),
        ("#*IDN? 1 2", 1015, "ERROR_TOO_MANY_ARGS", " 2"),
        ("#SETG 1 2 3 4", 1015, "ERROR_TOO_MANY_ARGS", " 4"),
        ("#GETVD 1", 1004, "ERROR_NO_ARGS", " 1"),
        ("#GETVD a 1", 1002, "ERROR_FIRST_ARG_NOT_NUMBER", " 1"),
        ("#GETVD 1.5 1", 1002, "ERROR_FIRST_ARG_NOT_NUMBER", " 1"),
        ("#GETVD 11 1", 1003, "ERROR_FIRST_ARG_OUT_OF_RANGE", " 1"),
        ("#GETVD 0 1", 1003, "ERROR_FIRST_ARG_OUT_OF_RANGE", " 1"),
        ("#GETREF 3 1", 1003, "ERROR_FIRST_ARG_OUT_OF_RANGE", " 1"),
        ("#SETD 1 9", 1008, "ERROR_SECOND_ARG_NOT_PRESENT", " 9"),
        ("#SETD 1 x 9", 1009, "ERROR_SECOND_ARG_NOT_NUMBER", " 9"),
        ("#SETD 1 1024 9", 1010, "ERROR_SECOND_ARG_OUT_OF_RANGE", " 9"),
        ("#SETD 1 -1 9", 1010, "ERROR_SECOND_ARG_OUT_OF_RANGE", " 9"),
    ],
)
def test_errors(sent: str, code: int, text: str, identifier: str):
    coded = text.encode().hex()
    assert ask(Gaia({}), sent) == f"#ERROR({code})[{text}]({coded}){identifier}"
    lenient = Gaia({}, Options(error_as_bytes=True))
    assert ask(lenient, sent) == f"#ERROR({code})[{text}](b'{coded}'){identifier}"


def test_without_a_frame_there_is_silence():
    board = Gaia({})
    assert ask(board, "*IDN? 1") == ""
    assert ask(board, "") == ""
    assert board.receive(b"x" * 5000) == b""
    assert ask(board, "#NAME? 1") == "#GAIASIMBOARD 1"


def test_the_older_form_has_no_id():
    board = Gaia({}, Options(command_id=False))
    assert ask(board, "#*IDN?") == "#GAIA Simulator Rev. 1.0.0 / 2022.02.08.1"
    assert ask(board, "#SETG 3 512") == "#3"
    assert ask(board, "#GETVD").startswith("#ERROR(1004)")


def test_counts_become_volts():
    board = Gaia({}, Options(**QUIET))
    for sent in ("#SETD 1 1023 1", "#SETG 1 1023 1", "#ENABLE 1 1"):
        ask(board, sent)
    assert ask(board, "#GETVD 1 2") == "#2.500 2"
    assert ask(board, "#GETVG 1 3") == "#1.000 3"
    ask(board, "#RESETD 1 4")
    ask(board, "#RESETG 1 4")
    assert (ask(board, "#GETVD 1 5"), ask(board, "#GETVG 1 6")) == ("#0.000 5", "#-5.000 6")
    ask(board, "#DISABLE 1 7")
    assert ask(board, "#GETVG 1 8") == "#0.000 8"


def test_scales_and_readings_of_another_board():
    board = Gaia({}, Options(**QUIET, readback="counts", drain_per_count=0.005, gate_offset=-4.0))
    ask(board, "#SETD 2 200 1")
    ask(board, "#SETG 2 100 1")
    assert (ask(board, "#GETVD 2 1"), ask(board, "#GETVG 2 1")) == ("#200 1", "#100 1")
    assert board.channels[2].drain_volts == 1.0
    assert board.channels[2].gate_volts == pytest.approx(-4.0 + 100 * 6.0 / 1023)


def test_readings_are_noisy_and_repeatable():
    readings = [ask(Gaia({}, seed=3), "#GETVD 1 1") for _ in range(2)]
    board = Gaia({}, seed=3)
    several = {ask(board, "#GETVD 1 1") for _ in range(30)}
    assert readings[0] == readings[1]
    assert len(several) > 1
    assert 30 <= int(ask(board, "#GETEMP 1 1").split()[0][1:]) <= 36


def test_an_amplifier_comes_up_gate_first():
    board, unit = on_amplifier()
    for channel, (drain, gate) in enumerate(((0.6, -1.19), (0.5, 0.69), (1.2, 0.21)), 1):
        ask(board, f"#SETG {channel} {round((gate + 5.0) / 6.0 * 1023)} 1")
        ask(board, f"#ENABLE {channel} 2")
        ask(board, f"#SETD {channel} {round(drain / 2.5 * 1023)} 3")
        unit.advance(0.1)
    currents = [float(ask(board, f"#GETID {n} 4").split()[0][1:]) for n in (1, 2, 3)]
    assert currents == pytest.approx([4.0, 3.0, 4.0], abs=0.05)
    assert not unit.burnt


def test_the_board_alone_does_not_keep_a_transistor():
    """Full scale of a drain is 2.5 V, and its limit is far above what a transistor stands."""
    board, unit = on_amplifier()
    ask(board, "#ENABLE 1 1")
    ask(board, "#SETD 1 900 1")
    assert unit.stages[0].why.startswith("drain at 2.20 V")


@pytest.mark.parametrize(("what", "gate"), [("both", 0.0), ("drain", -5.0)])
def test_what_enable_switches(what: str, gate: float):
    board, unit = on_amplifier(enable=what)
    unit.advance(0.1)
    assert unit.stages[0].point.gate == gate
    ask(board, "#ENABLE 1 1")
    assert unit.stages[0].point.gate == -5.0
    ask(board, "#DISABLE 1 1")
    assert unit.stages[0].point.gate == gate


def test_configurations_change_everything_at_once():
    board, unit = on_amplifier()
    ask(board, "#SETG 1 600 1")
    ask(board, "#SAVE 1 1")
    ask(board, "#LOADCONF 2 1")
    assert board.channels[1].gate_counts == 0
    ask(board, "#LOADCONF 1 1")
    assert (board.channels[1].gate_counts, ask(board, "#CONF? 1")) == (600, "#1 1")


@pytest.mark.parametrize(("start", "counts"), [("zero", 0), ("stored", 600)])
def test_power_cycle(start: str, counts: int):
    board, unit = on_amplifier(power_on=start)
    for sent in ("#SETG 1 600 1", "#SAVE 1 1", "#LOADCONF 3 1", "#ENABLE 1 1"):
        ask(board, sent)
    board.receive(b"#SETG 1 1")
    board.power_cycle()
    assert ask(board, "#CONF? 1") == "#1 1"
    assert board.channels[1].gate_counts == counts
    assert not board.channels[1].enabled
    assert unit.stages[0].drain.drive is None
    assert ask(board, "#NAME? 1") == "#GAIASIMBOARD 1"


def test_a_stuck_channel():
    board, unit = on_amplifier()
    for sent in ("#SETG 1 649 1", "#ENABLE 1 1", "#SETD 1 246 1"):
        ask(board, sent)
    board.stick(1, True)
    ask(board, "#DISABLE 1 1")
    assert float(ask(board, "#GETVD 1 1").split()[0][1:]) == pytest.approx(0.6, abs=0.01)
    board.stick(1, False)
    assert ask(board, "#GETVD 1 1") == "#0.000 1"


@given(
    frames=st.lists(st.one_of(st.text(alphabet="#SETGDVI? 0159\r", max_size=20), st.binary().map(repr)), max_size=8),
    cut=st.integers(0, 60),
)
def test_no_frame_gets_the_board_out_of_step(frames: list[str], cut: int):
    data = "\n".join(frames).encode("latin-1") + b"\n"
    whole, split = Gaia({}, seed=1), Gaia({}, seed=1)
    reply = whole.receive(data)
    assert split.receive(data[:cut]) + split.receive(data[cut:]) == reply
    assert ask(whole, "#NAME? last") == "#GAIASIMBOARD last"
