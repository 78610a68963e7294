"""AMI 1700, LM-500 and ADAM-4017 against what their manuals and the cited sources say of them."""

from __future__ import annotations

import math

import pytest

from cryoioc.station_rig import SIGNALS
from cryosim.emulators import adam, ami, cryomagnetics
from cryosim.emulators.ami.probe import Sampling
from cryosim.transmitters import LevelProbe, Transmitter
from cryosim.wiring import Wiring

STEP = 0.1  # s


class Bath:
    """Liquid around a probe."""

    def __init__(self, share: float = 0.5) -> None:
        self.share = share

    def read(self) -> float:
        return self.share


def let_pass(unit, seconds: float) -> None:
    for _ in range(round(seconds / STEP)):
        unit.advance(STEP)


def ask(unit, text: str, end: str = "\r\n") -> str:
    return unit.receive(f"{text}{end}".encode()).decode()


# --- AMI 1700 -----------------------------------------------------------------------------------------


@pytest.fixture
def meter():
    bath = Bath()
    unit = ami.Ami1700(bath, ami.Options(sampling=Sampling(interval=60.0, duration=4.0, limit=30.0)))
    unit.bath = bath
    let_pass(unit, 5.0)
    return unit


def test_ami_measures_now_and_then(meter):
    assert ask(meter, "MEAS:HE:LEV?") == "50.0\r\n"
    meter.bath.share = 0.3
    let_pass(meter, 30.0)
    assert ask(meter, "MEAS:HE:LEV?") == "50.0\r\n"  # not looked since
    assert ask(meter, "MEAS:ADC2?") == "0.00\r\n"
    let_pass(meter, 31.0)
    assert ask(meter, "MEAS:ADC2?") == "75.00\r\n"  # it measures
    let_pass(meter, 4.0)
    assert (ask(meter, "MEAS:HE:LEV?"), ask(meter, "MEAS:ADC2?")) == ("30.0\r\n", "0.00\r\n")


def test_ami_sample_hold_and_continuous(meter):
    meter.bath.share = 0.2
    assert ask(meter, "MEAS:HE:SAMP") == "\r\n"
    let_pass(meter, 4.5)
    assert ask(meter, "MEAS:HE:LEV?") == "20.0\r\n"
    ask(meter, "MEAS:HE:HOLD")
    meter.bath.share = 0.1
    let_pass(meter, 200.0)
    assert ask(meter, "MEAS:HE:LEV?") == "20.0\r\n"
    ask(meter, "MEAS:HE:CONT")
    let_pass(meter, 1.0)
    assert ask(meter, "MEAS:HE:LEV?") == "10.0\r\n"
    let_pass(meter, 30.0)  # its time limit
    assert ask(meter, "MEAS:ADC2?") == "0.00\r\n"


def test_ami_units_and_words_in_short_long_and_any_case(meter):
    assert ask(meter, "measure:he:level?") == "50.0\r\n"
    assert ask(meter, ":HE:UNIT?") == "%\r\n"
    ask(meter, "CONFigure:HE:UNIT 1")
    asked = ("HE:UNIT?", "MEAS:HE:LEV?", "HE:LEN?")
    assert [ask(meter, query) for query in asked] == ["C\r\n", "40.0\r\n", "80.0\r\n"]
    ask(meter, "CONF:HE:UNIT 2")
    assert [ask(meter, query) for query in asked] == ["I\r\n", "15.7\r\n", "31.5\r\n"]


@pytest.mark.parametrize(
    "wrong",
    ["NONSENSE", "MEAS:HE:LEVE?", "CONF:HE:UNIT 3", "CONF:HE:UNIT", "CONF:HE:TIME 5", "CONF:HE:LEN 70", "MEAS:HE:LEV"],
)
def test_ami_does_not_understand(meter, wrong):
    assert ask(meter, wrong) == "-8\r\n"  # CONF:HE:LEN: the unit is per cent


def test_ami_relays_as_delivered_and_set(meter):
    assert [ask(meter, q) for q in ("HI", "LO", "RELAY1:SET?", "RELAY2:SETpoint?")] == [
        "90.0\r\n", "10.0\r\n", "90.0\r\n", "10.0\r\n",
    ]  # fmt: skip
    assert ask(meter, "CONF:RELAY2:OP 1") == "\r\n" and ask(meter, "RELAY2:OP?") == "1\r\n"
    assert ask(meter, "CONF:RELAY1:SET 85.5") == "\r\n" and ask(meter, "HI") == "85.5\r\n"


def test_ami_may_echo_commands_and_hears_in_any_split():
    unit = ami.Ami1700(Bath(), ami.Options(echoes=True))
    assert unit.receive(b"MEAS:HE") == b"" and unit.receive(b":HOLD\r\nHI\r\n") == b"MEAS:HE:HOLD\r\n90.0\r\n"


def test_ami_with_an_open_probe_draws_no_current(meter):
    meter.bath.share = math.inf
    ask(meter, "MEAS:HE:SAMP")
    let_pass(meter, 1.0)
    assert (ask(meter, "MEAS:ADC2?"), ask(meter, "MEAS:ADC0?")) == ("0.00\r\n", "24.00\r\n")


# --- LM-500 --------------------------------------------------------------------------------------------


@pytest.fixture
def monitor():
    bath = Bath()
    unit = cryomagnetics.Lm500(bath, cryomagnetics.Options(echo=False))
    unit.bath = bath
    let_pass(unit, 7.0)
    return unit


def test_lm_measures_and_says_when(monitor):
    assert ask(monitor, "MEAS? 1", "\n") == "40.0 cm\r\n"
    monitor.bath.share = 0.25
    ask(monitor, "REMOTE;*CLS", "\n")
    assert ask(monitor, "MEAS 1;STAT?;*STB?", "\n") == "1,0,0;0\r\n"
    let_pass(monitor, 6.5)
    assert ask(monitor, "STAT?;*STB?;MEAS? 1", "\n") == "0,0,0;1;20.0 cm\r\n"


def test_lm_changes_nothing_in_local(monitor):
    assert ask(monitor, "UNITS in;UNITS?", "\n") == "cm\r\n"
    assert ask(monitor, "REMOTE;UNITS in;UNITS?;MEAS? 1", "\n") == "in;15.7 in\r\n"
    assert ask(monitor, "LOCAL;UNITS cm;UNITS?", "\n") == "in\r\n"


def test_lm_settings_belong_to_the_selected_channel(monitor):
    ask(monitor, "REMOTE;CHAN 2;INTVL 00:10:00;CHAN 1", "\n")
    assert ask(monitor, "INTVL?", "\n") == "00:30:00\r\n"
    assert ask(monitor, "CHAN 2;INTVL?", "\n") == "00:10:00\r\n"


def test_lm_open_sensor_and_low_level_show_in_the_status(monitor):
    monitor.bath.share = math.inf
    ask(monitor, "REMOTE;MEAS 1", "\n")
    let_pass(monitor, 7.0)
    assert ask(monitor, "STAT?", "\n") == f"{32 + 16},0,0\r\n"


def test_lm_echoes_and_says_errors_when_told(monitor):
    assert ask(monitor, "NONSENSE", "\n") == ""
    assert ask(monitor, "ERROR 1;NONSENSE", "\n") == "Error: NONSENSE\r\n"
    echoing = cryomagnetics.Lm500(Bath())
    assert ask(echoing, "REMOTE", "\n") == "REMOTE\r\n" and ask(echoing, "*OPC?", "\n") == "*OPC?\r\n1\r\n"


# --- ADAM-4017 -------------------------------------------------------------------------------------------


@pytest.fixture
def box():
    ranges = {1: "0D", 2: "09"}
    return adam.Adam4017({0: Bath(7.25), 1: Bath(0.012), 2: Bath(-2.5)}, adam.Options(ranges=ranges))


def test_adam_inputs_in_the_units_of_their_ranges(box):
    assert ask(box, "#010", "\r") == ">+07.250\r"
    assert ask(box, "#011", "\r") == ">+12.000\r"
    assert ask(box, "#012", "\r") == ">-2.5000\r"
    assert ask(box, "#01", "\r").startswith(">+07.250+12.000-2.5000+00.000")


def test_adam_answers_only_to_its_address_and_to_what_it_knows(box):
    assert ask(box, "#020", "\r") == "" and ask(box, "#019", "\r") == ""
    assert ask(box, "$01Z", "\r") == "?01\r"
    assert [ask(box, q, "\r") for q in ("$01M", "$012", "$016")] == ["!014017P\r", "!01080600\r", "!01FF\r"]


def test_adam_ranges_channels_and_address_can_be_changed(box):
    assert ask(box, "$018C1", "\r") == "!01C1R0D\r"
    assert ask(box, "$017C1R08", "\r") == "!01\r" and ask(box, "#011", "\r") == ">+00.012\r"
    assert ask(box, "$01501", "\r") == "!01\r" and ask(box, "#011", "\r") == ">       \r"
    assert ask(box, "%0124080601", "\r") == "!24\r"
    assert ask(box, "#240", "\r") == ">+072.50\r"  # per cent of the range
    assert ask(box, "%2401080600", "\r") == "!01\r"


def test_adam_of_the_older_kind_has_one_range():
    box = adam.Adam4017({0: Bath(0.004)}, adam.Options(per_channel=False, range="0D"))
    assert ask(box, "$018C0", "\r") == "?01\r" and ask(box, "#010", "\r") == ">+04.000\r"


# --- leads -----------------------------------------------------------------------------------------------


def test_a_loop_sends_its_span_and_tells_when_it_is_broken():
    loop = Transmitter(lambda: 500.0, 0.0, 1000.0, SIGNALS["4-20 mA"])
    assert loop.read() == pytest.approx(0.012)
    loop.quantity = lambda: 2000.0
    assert loop.read() == pytest.approx(0.0205)  # NAMUR NE 43
    loop.wiring = Wiring.OPEN
    assert loop.read() == 0.0
    loop.wiring = Wiring.SHORT
    assert loop.read() > 0.021


def test_a_probe_looks_open_or_all_in_liquid_from_broken_leads():
    probe = LevelProbe(lambda: 0.6)
    assert probe.read() == 0.6
    probe.wiring = Wiring.OPEN
    assert math.isinf(probe.read())
    probe.wiring = Wiring.SHORT
    assert probe.read() == 1.0
