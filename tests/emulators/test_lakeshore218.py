"""The emulated 218 against chapters 4 to 6 of its manual; what is in quotes there is typed here."""

from __future__ import annotations

import math

import pytest

from cryosim.emulators.lakeshore218 import Monitor, Options

VOLTS = {4.04: 1.58358, 12.35: 1.32727, 14.0: 1.29430, 81.0: 1.02125, 298.5: 0.563128}  # Table A-3, DT-670


class Probe:
    """A sensor that reads what it is told, [V] or [ohm]."""

    def __init__(self, value: float = VOLTS[81.0]) -> None:
        self.value = value

    def read(self) -> float:
        return self.value


class Bench:
    """A monitor with a diode on each input, curve DT-670."""

    def __init__(self, options: Options | None = None, **kwargs: object) -> None:
        self.probes = {number: Probe() for number in range(1, 9)}
        self.monitor = Monitor(self.probes, options=options, **kwargs)  # type: ignore[arg-type]
        for number in range(1, 9):
            self.tell(f"INCRV {number},4")
        self.advance()
        self.ask("*ESR?")

    def tell(self, message: str) -> None:
        assert self.monitor.receive(f"{message}\r\n".encode()) == b""

    def ask(self, message: str) -> str:
        reply = self.monitor.receive(f"{message}\r\n".encode())
        assert reply.endswith(b"\r\n") and reply.count(b"\r\n") == 1, reply
        return reply.decode().removesuffix("\r\n")

    def silent(self, message: str) -> str:
        """Send what is not answered; return the events it set."""
        self.tell(message)
        return self.ask("*ESR?")

    def advance(self, seconds: float = 1.0) -> None:
        for _ in range(round(seconds / 0.1)):
            self.monitor.advance(0.1)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_dialogue_of_the_manual(bench: Bench):
    """6.2.7.3, but for the readings themselves."""
    assert bench.ask("KRDG? 1") == "+81.000"
    bench.tell("DISPFLD 3,1,3")
    assert bench.ask("DISPFLD? 3") == "1,3"
    bench.tell("FILTER 5,1,8,8")
    assert bench.ask("FILTER? 5") == "1,08,08"
    assert bench.ask("INCRV 7,2;INCRV? 7") == "02"


def test_a_query_without_its_mark_and_what_is_misspelt_stay_unanswered(bench: Bench):
    assert bench.silent("FILTER 5") == "000"
    assert bench.silent("KRGD? 1") == "032"
    assert bench.silent("KRDG? 9") == "016"


def test_only_the_last_query_is_answered(bench: Bench):
    assert bench.ask("KRDG? 1;RDGST? 1") == "000"
    assert bench.ask("*IDN?;INCRV 2,1;INCRV? 2") == "01"


@pytest.mark.parametrize(("reading", "after"), [("obeyed", "000"), ("dropped", "032")])
def test_earlier_queries_clear_registers_or_do_nothing(reading: str, after: str):
    bench = Bench(Options(earlier_queries=reading))  # type: ignore[arg-type]
    bench.tell("NONSENSE")
    assert bench.ask("*ESR?;KRDG? 1") == "+81.000"
    assert bench.ask("*ESR?") == after


def test_64_characters_are_the_longest_message(bench: Bench):
    assert bench.ask("KRDG? 1".ljust(62)) == "+81.000"  # and CR LF
    assert bench.silent("KRDG? 1".ljust(63)) == "032"


def test_all_inputs_at_once(bench: Bench):
    bench.probes[2].value, bench.probes[3].value = VOLTS[4.04], VOLTS[298.5]
    bench.advance()
    assert bench.ask("KRDG? 0") == "+81.000,+04.040,+298.50" + ",+81.000" * 5
    assert bench.ask("CRDG? 3") == "+25.350"
    assert bench.ask("SRDG? 2") == "+1.5836"


@pytest.mark.parametrize(
    ("value", "bits"), [(math.inf, "128"), (2.6, "128"), (0.0, "064"), (0.05, "032"), (1.7, "016")]
)
@pytest.mark.parametrize(("shown", "kelvin"), [("zero", "+00.000"), ("end", None)])
def test_status_bits(value: float, bits: str, shown: str, kelvin: str | None):
    bench = Bench(Options(reading_on_fault=shown))  # type: ignore[arg-type]
    bench.probes[1].value = value
    bench.advance()
    assert bench.ask("RDGST? 1") == bits
    assert bench.ask("KRDG? 1") == kelvin or kelvin is None
    assert bench.ask("RDGST? 2") == "000"
    assert int(bench.ask("*STB?")) & 4


def test_a_sensor_type_is_that_of_four_inputs_and_takes_curves_away(bench: Bench):
    bench.tell("INTYPE B,5")
    assert (bench.ask("INTYPE? A"), bench.ask("INTYPE? B")) == ("0", "5")
    assert [bench.ask(f"INCRV? {n}") for n in (4, 5, 8)] == ["04", "00", "00"]
    assert bench.silent("INTYPE C,1") == "032" or bench.silent("INTYPE 1,1") == "016"


def test_a_user_curve_belongs_to_one_input(bench: Bench):
    for command in ("CRVHDR 21,Custom,00011134,2,325.0,1", "CRVPT 21,1,0.10191,470.000", "CRVPT 21,2,1.5,4.2"):
        assert bench.silent(command) == "000"
    assert bench.ask("CRVHDR? 21") == "Custom         ,00011134  ,2,325.000,1"
    assert bench.ask("CRVPT? 21,1") == "+0.10191,+470.000"
    assert bench.ask("CRVPT? 21,3") == "+0.00000,+0.00000"
    assert bench.silent("INCRV 1,21") == "000" and bench.silent("INCRV 2,21") == "016"
    assert (bench.ask("INCRV? 1"), bench.ask("INCRV? 2")) == ("21", "04")
    assert bench.silent("INCRV 3,15") == "016"  # 10 to 20 are not used
    assert bench.silent("CRVPT 4,1,1,1") == "016" and bench.silent("CRVHDR 21,A,B,1,325,1") == "016"
    bench.tell("CRVDEL 21")
    assert bench.ask("CRVPT? 21,1") == "+0.00000,+0.00000"
    bench.advance()
    assert bench.ask("KRDG? 1") == "+00.000"


def test_points_may_be_shown_as_the_format_line_has_them():
    bench = Bench(Options(curve_point_text="three decimals"))
    bench.tell("CRVPT 21,2,0.10191,470.000")
    assert bench.ask("CRVPT? 21,2") == "+000.102,+470.000"


@pytest.mark.parametrize(("mismatch", "curve", "event"), [("none", "00", "000"), ("kept", "04", "016")])
def test_a_curve_that_does_not_fit_the_sensor(mismatch: str, curve: str, event: str):
    bench = Bench(Options(curve_mismatch=mismatch))  # type: ignore[arg-type]
    assert bench.silent("INCRV 5,6") == event  # PT-100 on a diode
    assert bench.ask("INCRV? 5") == curve


def test_an_alarm_of_the_manual(bench: Bench):
    """Its example: on over 320.5 K, off at 319.5 K; low below 250 K, off at 251 K."""
    bench.tell("ALARM 3, 1, 1, 320.5, 250.0,1.0, 0")
    assert bench.ask("ALARM? 3") == "1,1,+320.50,+250.00,+01.000,0"
    bench.advance()
    assert bench.ask("ALARMST? 3") == "0,1"  # 81 K
    bench.tell("ALARM 3,1,1,80.0,10.0,1.0,1")
    bench.tell("ALMRST")
    bench.advance()
    assert bench.ask("ALARMST? 3") == "1,0"
    bench.probes[3].value = VOLTS[14.0]
    bench.advance()
    assert bench.ask("ALARMST? 3") == "1,0"  # latched
    bench.tell("ALMRST")
    bench.advance()
    assert bench.ask("ALARMST? 3") == "0,0"


def test_relays_follow_alarms_by_bits(bench: Bench):
    """Its example: relay 3 activates when the low alarm of input 3 does."""
    bench.tell("RELAY 3, 2, 3, 0")
    bench.tell("RELAY 8,1,1,0")
    bench.tell("ALARM 3,1,1,320.5,250.0,1.0,0")
    bench.advance()
    assert bench.ask("RELAYST?") == "132"
    assert bench.ask("RELAY? 3") == "2,3,0"
    for kind, low, high in ((0, "132", "128"), (1, "128", "132"), (2, "132", "132")):  # low, high, both
        bench.tell(f"RELAY 3,2,3,{kind}")
        for limits, bits in (("320.5,250.0", low), ("10.0,1.0", high)):
            bench.tell(f"ALARM 3,1,1,{limits},1.0,0")
            bench.advance()
            assert bench.ask("RELAYST?") == bits


def test_an_analog_output_of_the_manual(bench: Bench):
    """Its example: input 5, 100 K at 100 %, 0 K at 0 %."""
    bench.tell("ANALOG 2, 0, 1, 5, 1, 100.0, 0.0")
    bench.advance()
    assert bench.ask("AOUT? 2") == "+81.000"
    bench.tell("ANALOG 2,1,1,5,1,100.0,0.0,0")
    assert bench.ask("AOUT? 2") == "+62.000"
    bench.tell("ANALOG 1,1,2,1,1,0,0,-12.5")
    assert bench.ask("AOUT? 1") == "-12.500"
    assert bench.silent("ANALOG 3,0,0,1,1,0,0,0") == "016"


def test_linear_data_of_the_manual(bench: Bench):
    bench.tell("LINEAR 6, 1.0, 2, 3.2")
    assert bench.ask("LRDG? 6") == "-188.95"  # 81 K is -192.15 degrees; and 3.2
    assert bench.ask("LINEAR? 6") == "+1.0000,2,+3.2000"


def test_extremes_and_their_source(bench: Bench):
    bench.probes[1].value = VOLTS[12.35]
    bench.advance()
    assert bench.ask("MNMXRDG? 1") == "+12.350,+81.000"
    bench.tell("MNMXRST")
    bench.advance()
    assert bench.ask("MNMXRDG? 1") == "+12.350,+12.350"
    bench.tell("MNMX 1, 3")
    bench.advance()
    assert bench.ask("MNMXRDG? 1") == "+1.3273,+1.3273"


def test_a_reading_that_is_none_is_no_extreme_and_no_alarm(bench: Bench):
    bench.tell("ALARM 1,1,1,90,1,0,0")
    bench.tell("MNMXRST")
    bench.advance()
    bench.probes[1].value = math.inf
    bench.advance()
    assert bench.ask("KRDG? 1") == "+00.000" and bench.ask("ALARMST? 1") == "0,0"
    assert bench.ask("MNMXRDG? 1") == "+81.000,+81.000"


@pytest.mark.parametrize(("enabled", "byte"), [(32, 32), (96, 96)])
def test_a_service_request_is_enabled_by_a_bit_of_its_own(bench: Bench, enabled: int, byte: int):
    """6.1.3 of the manual."""
    bench.tell("*ESE 16")
    bench.tell(f"*SRE {enabled}")
    bench.monitor.receive(b"INCRV 1,99\r\n")
    assert int(bench.ask("*STB?")) & 96 == byte


@pytest.mark.parametrize(
    ("on", "readings"), [((1,), 16), ((1, 5), 8), ((1, 2, 5, 6), 4), (tuple(range(1, 9)), 2)], ids=str
)  # fmt: skip
def test_update_rates_of_table_4_2(on: tuple[int, ...], readings: int):
    bench = Bench()
    for number in range(1, 9):
        bench.tell(f"INPUT {number},{int(number in on)}")
    bench.advance()
    taken = []

    def read() -> float:
        taken.append(1)
        return VOLTS[81.0]

    bench.probes[1].read = read  # type: ignore[method-assign]
    bench.advance(10.0)
    assert len(taken) == pytest.approx(10 * readings, abs=1)


@pytest.mark.parametrize(("reading", "shown"), [("zero", "+00.000"), ("last", "+81.000")])
def test_an_input_that_is_off(reading: str, shown: str):
    bench = Bench(Options(disabled_reading=reading))  # type: ignore[arg-type]
    bench.tell("INPUT 4,0")
    bench.advance()
    assert (bench.ask("KRDG? 4"), bench.ask("RDGST? 4"), bench.ask("INPUT? 4")) == (shown, "000", "0")


def test_the_filter_averages_and_starts_again_outside_its_window(bench: Bench):
    bench.tell("FILTER 1, 1, 10, 2")
    bench.advance()
    bench.probes[1].value = VOLTS[81.0] + 0.02
    bench.advance(0.5)
    assert VOLTS[81.0] < float(bench.ask("SRDG? 1")) < VOLTS[81.0] + 0.01
    bench.probes[1].value = VOLTS[12.35]
    bench.advance(0.5)
    assert bench.ask("KRDG? 1") == "+12.350"


def test_the_log_of_the_manual(bench: Bench):
    bench.tell("LOGSET 1,0,0,60,2")
    bench.tell("LOGREAD 2,3,3")
    bench.probes[3].value = VOLTS[12.35]
    bench.advance()
    bench.tell("DATETIME 2,3,99,15,30,0")
    bench.tell("LOG 1")
    bench.advance(121.0)
    assert (bench.ask("LOG?"), bench.ask("LOGNUM?")) == ("1", "0003")
    first, second = bench.ask("LOGVIEW? 2,1"), bench.ask("LOGVIEW? 2,2")
    assert first.startswith("02/03/99,15:31:0") and first.endswith(",+81.000,00,1")
    assert second.endswith(",+1.3273,00,3")
    assert bench.silent("LOGVIEW? 4,1") == "016"
    bench.monitor.power_cycle()
    assert bench.ask("LOGNUM?") == "0003"  # non-volatile
    bench.tell("LOGSET 1,0,0,30,2")
    assert bench.ask("LOGNUM?") == "0000"  # a change of the set-up erases


def test_a_full_log_stops_and_says_so(bench: Bench):
    bench.tell("LOGSET 1,0,0,1,8")
    bench.tell("LOG 1")
    bench.advance(341.0)
    assert (bench.ask("LOGNUM?"), bench.ask("LOG?")) == ("0340", "0")
    assert int(bench.ask("*STB?")) & 128


def test_a_full_log_may_give_its_oldest_records_away(bench: Bench):
    bench.tell("LOGSET 1,1,0,1,8")
    bench.tell("DATETIME 2,3,99,15,30,0")
    bench.tell("LOG 1")
    bench.advance(345.0)
    assert (bench.ask("LOGNUM?"), bench.ask("LOG?")) == ("0340", "1")
    assert bench.ask("LOGVIEW? 1,1").split(",")[1] > "15:30:04" and not int(bench.ask("*STB?")) & 128


@pytest.mark.parametrize(("start", "kept"), [(0, "0000"), (1, "0003")])
def test_a_log_that_begins_again_may_keep_its_records(bench: Bench, start: int, kept: str):
    bench.tell(f"LOGSET 1,0,{start},60,1")
    bench.tell("LOG 1")
    bench.advance(121.0)
    bench.tell("LOG 0")
    bench.tell("LOG 1")
    assert bench.ask("LOGNUM?") == kept
    bench.tell("LOGREAD 1,2,1")  # another reading: a change of the set-up too
    assert (bench.ask("LOGNUM?"), bench.ask("LOG?")) == ("0000", "0")


def test_events_alone_are_logged(bench: Bench):
    bench.tell("LOGSET 2,1,0,1,1")
    bench.tell("LOG 1")
    bench.advance(5.0)
    assert bench.ask("LOGNUM?") == "0000"
    bench.probes[1].value = math.inf
    bench.advance()
    assert bench.ask("LOGNUM?") == "0001" and bench.ask("LOGVIEW? 1,1").split(",")[3] == "08"


def test_softcal_of_the_manual(bench: Bench):
    assert bench.silent("SCAL 1, 21, SC12345, 4.2, 1.6260, 77.32, 1.0205, 300.0, 0.5189") == "000"
    assert bench.ask("CRVHDR? 21").startswith("SCAL DT-470    ,SC12345   ,2,")


def test_power_up(bench: Bench):
    bench.tell("*ESE 255")
    bench.ask("*ESR?")
    bench.monitor.power_cycle()
    assert [bench.ask(query) for query in ("*ESR?", "*ESE?", "KEYST?", "KEYST?")] == ["128", "000", "1", "0"]
    assert bench.ask("INCRV? 1") == "04"


def test_reset_leaves_the_enables_alone(bench: Bench):
    bench.tell("*ESE 255")
    bench.probes[1].value = VOLTS[12.35]
    bench.advance()
    bench.tell("*RST")
    bench.advance()
    assert (bench.ask("MNMXRDG? 1"), bench.ask("*ESE?")) == ("+12.350,+12.350", "255")


def test_what_is_refused(bench: Bench):
    refused = {"CRVHDR 21,A,B,2,10000,1": "016", "CRVHDR 21,A,B,2,-1,1": "016", "CRVHDR 21,A,B,1,325,1": "016",
               "CRVDEL 4": "016", "CRVPT 21,201,1.5,4.2": "016", "CRVPT 21,1,1.5": "032", "CRVPT 21,1,1.5,4.2,7": "032",
               "MNMXRST 1": "032", "*ESE 256": "016"}  # fmt: skip
    assert {message: bench.silent(message) for message in refused} == refused


def test_factory_defaults_keep_user_curves(bench: Bench):
    bench.tell("CRVPT 28,1,1.5,4.2")
    bench.tell("FILTER 1,1,10,2")
    assert bench.silent("DFLT 98") == "016"
    bench.tell("DFLT 99")
    assert (bench.ask("INCRV? 1"), bench.ask("FILTER? 1"), bench.ask("INTYPE? A")) == ("01", "0,08,08", "0")
    assert bench.ask("CRVPT? 28,1") == "+1.50000,+4.20000"
    assert [bench.ask(query) for query in ("LOCK?", "IEEE?", "BAUD?", "MODE?")] == ["0,123", "0,0,12", "2", "0"]


def test_the_e_has_no_relays_and_no_analog_outputs():
    bench = Bench(Options(model="218E"))
    assert bench.ask("*IDN?").startswith("LSCI,MODEL218E,")
    for message in ("RELAYST?", "RELAY? 1", "AOUT? 1", "ANALOG? 1", "IEEE?"):
        assert bench.silent(message) == "032", message


def test_a_mute_query_is_not_answered(bench: Bench):
    bench.monitor.mute = {"KRDG? 2"}
    assert bench.silent("KRDG? 2") == "032" and bench.ask("KRDG? 3") == "+81.000"


def test_messages_come_in_any_split(bench: Bench):
    whole = b"INCRV 7,1;INCRV? 7\r\nKRDG? 1\r\n"
    assert b"".join(bench.monitor.receive(whole[n : n + 1]) for n in range(len(whole))) == b"01\r\n+81.000\r\n"
