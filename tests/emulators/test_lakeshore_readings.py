"""Readings, status, filter, alarms, curves; expected values from lakeshore-protocol.md 4.2-4.5, 5 and 8."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from cryosim.emulators.lakeshore import Options

from .conftest import Bench

MakeBench = Callable[..., Bench]


def diode(bench: Bench, volts: float) -> None:
    """Wire input A to a DT-670 on its standard curve."""
    bench.set("INTYPE A,1,0,0,0,1", "INCRV A,2")
    bench.sensors["A"].value = volts
    bench.run(0.1)


@pytest.mark.parametrize(
    ("volts", "kelvin", "celsius"),
    [(0.51339, "+320.001", "+046.851"), (1.6443, "+001.400", "-271.750")],
)
def test_dt_670_breakpoints(bench: Bench, volts: float, kelvin: str, celsius: str) -> None:
    # 0.513393 V is 320.0 K and 1.64430 V 1.40 K in the 75-point table; 10 uV resolution in between.
    diode(bench, volts)
    assert bench.ask("KRDG? A;CRDG? A;RDGST? A") == f"{kelvin};{celsius};000"


def test_slot_2_is_the_75_point_table(bench: Bench) -> None:
    assert bench.ask("CRVPT? 2,1;CRVPT? 2,75;CRVPT? 2,76") == (
        "+0.09057,+500.000;+1.64430,+1.40000;+0.00000,+0.00000"  # 4.5: an unused point reads as two zeros
    )
    assert bench.ask("CRVHDR? 2") == "DT-670         ,STANDARD C,2,+475.000,1"


@pytest.mark.parametrize(
    ("slot", "kelvin_of", "reply"),
    [(6, 2, "+19.2230,+75.0000"), (7, 4, "+2898.30,+800.000"), (8, 1, "+3.02078,+40.0000")],
)
def test_standard_slots_the_reference_gives_points_of(
    bench: Bench, slot: int, kelvin_of: int, reply: str
) -> None:
    assert bench.ask(f"CRVPT? {slot},{kelvin_of}") == reply  # 8.2, 8.3; log10 1049 ohm = 3.02078


@pytest.mark.parametrize(
    ("text", "reply"),
    [("three decimals", "+004.215;+273.150"), ("six digits", "+4.21450;+273.150")],
)
def test_both_readings_of_the_number_format(make_bench: MakeBench, text: str, reply: str) -> None:
    bench = make_bench(options=Options(temperature_text=text, quantised=False))  # type: ignore[arg-type]
    bench.one_to_one("A")
    bench.one_to_one("B", 22)
    bench.sensors["A"].value, bench.sensors["B"].value = 4.2145, 273.15
    bench.run(0.1)
    assert bench.ask("KRDG? A;KRDG? B") == reply  # 2.7


def test_without_a_curve_kelvin_is_zero(bench: Bench) -> None:
    bench.set("INCRV A,0")
    bench.run(0.1)
    assert bench.ask("KRDG? A;CRDG? A;SRDG? A;RDGST? A") == "+000.000;-273.150;+100.000;000"  # 4.2


@pytest.mark.parametrize(
    ("volts", "status"),
    [
        (2.5, "128"),  # S.OVER: at full scale
        (math.inf, "128"),
        (0.0, "064"),  # short
        (1.7, "016"),  # colder than 1.4 K: T.UNDER
        (0.08, "032"),  # warmer than 500 K: T.OVER
        (1.0, "000"),
    ],
)
def test_reading_status_of_a_diode(bench: Bench, volts: float, status: str) -> None:
    diode(bench, volts)
    assert bench.ask("RDGST? A") == status  # 4.2, 5.1
    assert (bench.ask("KRDG? A") == "+000.000") == (status != "000")


def test_kelvin_beyond_the_curve_may_be_its_end(make_bench: MakeBench) -> None:
    bench = make_bench(options=Options(reading_on_fault="end"))
    diode(bench, 0.08)
    assert bench.ask("KRDG? A;RDGST? A") == "+500.000;032"


def test_a_disabled_input_reads_nothing(make_bench: MakeBench) -> None:
    for status in (0, 1):
        bench = make_bench(options=Options(disabled_status=status))  # type: ignore[arg-type]
        bench.set("INTYPE A,0,0,0,0,1")
        bench.run(0.1)
        assert bench.ask("KRDG? A;RDGST? A") == f"+000.000;00{status}"  # 5.1


@pytest.mark.parametrize(
    ("ohm", "code", "shown"),
    [(9.99996, 0, "+10.0000"), (12.34567, 1, "+12.3457"), (5000.06, 6, "+5000.10"), (2.0e4, 7, "+20000.0")],
)
def test_autorange_selects_the_range_and_its_resolution(
    bench: Bench, ohm: float, code: int, shown: str
) -> None:
    bench.sensors["A"].value = ohm
    bench.run(0.1)
    assert bench.ask("INTYPE? A") == f"3,1,{code},0,1"  # 4.3: range is the one selected; 5.1
    assert bench.ask("SRDG? A") == shown


def test_inapplicable_input_fields_are_ignored(bench: Bench) -> None:
    bench.set("INTYPE A,1,1,1,1,2")
    assert bench.ask("INTYPE? A") == "1,0,1,0,2"  # 4.3: a diode has neither autorange nor reversal


def test_type_change_resets_diode_current_and_curve(bench: Bench) -> None:
    diode(bench, 1.0)
    bench.set("DIOCUR A,1")
    assert bench.ask("DIOCUR? A;INCRV? A") == "1;02"
    bench.set("INTYPE A,3,1,0,0,1", "DIOCUR A,1")  # ignored: no diode
    assert bench.ask("DIOCUR? A;INCRV? A") == "0;00"  # 4.3


@pytest.mark.parametrize("curve", [2, 5, 12, 40])
def test_a_curve_of_another_format_becomes_none(bench: Bench, curve: int) -> None:
    bench.set(f"INCRV A,{curve}")
    assert bench.ask("INCRV? A") == "00"  # 2.5


def test_extremes_follow_the_preferred_units_and_reset(bench: Bench) -> None:
    bench.ask("MNMXRST")
    for ohm in (90.0, 110.0, 105.0):
        bench.sensors["A"].value = ohm
        bench.run(0.1)
    assert bench.ask("MDAT? A") == "+090.000,+110.000"
    bench.set("MNMXRST")
    bench.run(0.1)
    assert bench.ask("MDAT? A") == "+105.000,+105.000"
    bench.set("INTYPE A,3,1,0,0,2")
    bench.run(0.1)
    assert bench.ask("MDAT? A") == "-168.150,-168.150"  # 4.2: cleared by a change of setup; 105 K in C


@pytest.mark.parametrize("change", ["INCRV A,22", "INTYPE A,3,0,8,0,1", "INTYPE A,3,1,0,1,1"])
def test_extremes_begin_anew_with_another_setup_of_the_input(bench: Bench, change: str) -> None:
    for ohm in (90.0, 110.0, 105.0):
        bench.sensors["A"].value = ohm
        bench.run(0.1)
    bench.set(change)
    bench.run(0.1)
    assert bench.ask("MDAT? A") == "+105.000,+105.000"  # 4.2


def test_filter_is_exponential_and_restarts_beyond_its_window(bench: Bench) -> None:
    bench.set("INTYPE A,3,0,3,0,1", "FILTER A,1,4,10")  # 300 ohm range: the window is 30 ohm
    bench.run(0.1)
    bench.sensors["A"].value = 120.0
    bench.run(0.1)
    assert bench.ask("KRDG? A") == "+105.000"  # 4.3: 100 + 20/4
    bench.run(0.1)
    assert bench.ask("KRDG? A") == "+108.750"
    bench.sensors["A"].value = 150.0
    bench.run(0.1)
    assert bench.ask("KRDG? A;FILTER? A") == "+150.000;1,04,10"  # 41.25 ohm is beyond the window


def test_control_does_not_see_the_filter(bench: Bench) -> None:
    bench.set("INTYPE A,3,0,3,0,1", "FILTER A,1,64,10", "PID 1,1,0,0", "SETP 1,130", "RANGE 1,3")
    bench.run(0.1)
    bench.sensors["A"].value = 120.0
    bench.run(0.1)
    assert bench.ask("HTR? 1") == "+010.0"  # 4.3: 130 K - 120 K at 1 %/K


def test_unlatched_alarm_has_a_deadband(bench: Bench) -> None:
    bench.set("ALARM A,1,110,90,2,0,1,1")
    assert bench.ask("ALARM? A") == "1,+110.000,+090.000,+002.000,0,1,1"
    seen = []
    for ohm in (110.0, 110.1, 108.5, 108.0, 90.0, 89.9, 91.5, 92.0):
        bench.sensors["A"].value = ohm
        bench.run(0.1)
        seen.append(bench.ask("ALARMST? A"))
    assert seen == ["0,0", "1,0", "1,0", "0,0", "0,0", "0,1", "0,1", "0,0"]  # 4.3


def test_latched_alarm_holds_its_relay_until_reset(bench: Bench) -> None:
    bench.set("ALARM A,1,110,0,2,1,1,1", "RELAY 1,2,A,1", "RELAY 2,2,A,0")
    bench.sensors["A"].value = 120.0
    bench.run(0.1)
    bench.sensors["A"].value = 100.0
    bench.run(0.1)
    assert bench.ask("ALARMST? A;RELAYST? 1;RELAYST? 2;RELAY? 1") == "1,0;1;0;2,A,1"  # 6.5
    assert int(bench.ask("OPST?")) & 1
    bench.set("ALMRST")
    bench.run(0.1)
    assert bench.ask("ALARMST? A;RELAYST? 1") == "0,0;0"
    bench.set("RELAY 2,1,,")  # the maker's driver leaves fields empty
    assert bench.ask("RELAYST? 2;RELAY? 2") == "1;1,A,0"


def test_an_invisible_alarm_is_not_in_the_operation_register(bench: Bench) -> None:
    bench.set("ALARM A,1,50,0,1,0,0,0")
    bench.run(0.1)
    assert bench.ask("ALARMST? A") == "1,0"
    assert int(bench.ask("OPST?")) & 1 == 0  # 3.1
    bench.set("ALARM A,0,,,,,,")  # 2.2: empty fields leave the rest unchanged
    assert bench.ask("ALARM? A") == "0,+050.000,+000.000,+001.000,0,0,0"


@pytest.mark.parametrize(("judged", "state"), [(False, "0,0"), (True, "0,1")])
def test_alarms_during_a_sensor_fault(make_bench: MakeBench, judged: bool, state: str) -> None:
    bench = make_bench(options=Options(alarm_on_fault=judged))
    bench.one_to_one("A")
    bench.set("ALARM A,1,500,10,1,0,1,1")
    bench.sensors["A"].value = math.inf
    bench.run(0.1)
    assert bench.ask("ALARMST? A") == state
    assert int(bench.ask("OPST?")) & 2  # overload


def test_new_reading_bit_comes_with_the_reading_and_goes_when_read(bench: Bench) -> None:
    bench.run(0.1)
    assert bench.ask("OPST?") == "048"  # 3.1: NRDG 16, and ATUNE 32 while nothing is tuned
    assert bench.ask("KRDG? A;OPST?") == "+100.000;032"


def test_readings_are_updated_ten_times_a_second_only(bench: Bench) -> None:
    bench.sensors["A"].value = 120.0
    bench.instrument.advance(0.05)
    assert bench.ask("KRDG? A") == "+100.000"  # 2.6
    bench.instrument.advance(0.05)
    assert bench.ask("KRDG? A") == "+120.000"


def test_user_curve_in_log_ohm(bench: Bench) -> None:
    bench.set('CRVHDR 30,"CERNOX","X1",4,325,2', "CRVPT 30,1,2,100", "CRVPT 30,2,4,10", "INCRV A,30")
    bench.sensors["A"].value = 1000.0
    bench.run(0.1)
    assert bench.ask("KRDG? A") == "+055.000"  # log10 1000 = 3, halfway between 2 and 4
    # 4.5: the coefficient comes from the points, not from the argument
    assert bench.ask("CRVHDR? 30") == "CERNOX         ,X1        ,4,+325.000,1"


def test_the_first_pair_of_zeros_ends_a_curve(bench: Bench) -> None:
    bench.set("CRVPT 21,3,3000,3000", "CRVPT 21,2,0,0", "CRVPT 21,2,150,150")
    bench.run(0.1)
    assert bench.ask("RDGST? A") == "000"
    bench.set("CRVPT 21,2,0,0")
    bench.run(0.1)
    assert bench.ask("RDGST? A;CRVPT? 21,3") == "001;+3000.00,+3000.00"  # one point left: no reading


def test_a_curve_in_descending_units_gives_no_reading(bench: Bench) -> None:
    bench.set("CRVPT 21,1,2000,2000", "CRVPT 21,2,1,1")
    bench.run(0.1)
    assert bench.ask("KRDG? A;RDGST? A") == "+000.000;001"  # 8.4


def test_deleting_a_curve_blanks_it(bench: Bench) -> None:
    bench.set("CRVDEL 21")
    assert bench.ask("CRVHDR? 21;CRVPT? 21,1") == (
        "               ,          ,2,+375.000,1;+0.00000,+0.00000"  # 5.5: default limit 375 K
    )
    assert bench.ask("CRVDEL 2;*ESR?") == "016"


def test_stray_field_of_the_manuals_example(bench: Bench) -> None:
    bench.set("CRVPT 40,2,0.10191,470.000,N")  # 4.5
    assert bench.ask("CRVPT? 40,2") == "+0.10191,+470.000"


def test_softcal_goes_through_the_measured_point(bench: Bench) -> None:
    bench.set("SCAL 6,25,S123,75,20.223,0,0,0,0")
    assert bench.ask("CRVPT? 25,2;CRVHDR? 25") == (
        "+20.2230,+75.0000;SCAL PT-100    ,S123      ,3,+800.000,2"  # 19.223 ohm + 1 ohm
    )
    assert bench.ask("CRVPT? 25,1") == "+4.82000,+30.0000"
    assert bench.ask("SCAL 6,25,S123,120,20,0,0,0,0;*ESR?") == "016"  # 4.5: 50-100 K
    assert bench.ask("SCAL 2,25,S123,75,20,0,0,0,0;*ESR?") == "016"


def test_softcal_between_two_points(bench: Bench) -> None:
    # +1 ohm at 75 K and +2 ohm at 205 K: at 270 K still +2, at 75 K +1, below constant.
    at_205 = 19.223 + (205.0 - 75.0) / (270.0 - 75.0) * (98.784 - 19.223)
    bench.set(f"SCAL 6,25,S,75,20.223,205,{at_205 + 2:.6f},0,0")
    assert bench.ask("CRVPT? 25,2;CRVPT? 25,3") == "+20.2230,+75.0000;+100.784,+270.000"


def test_thermocouple_with_the_card(make_bench: MakeBench) -> None:
    bench = make_bench(options=Options(option_serial="LSA2C8R"))
    bench.sensors["A"].value = 0.0123456
    bench.set("INTYPE A,4,0,0,1,3")
    bench.run(0.1)
    assert bench.ask("SRDG? A;TEMP?") == "+12.3456;+296.15"
    assert bench.ask("*IDN?") == "LSCI,MODEL335,335A12T/LSA2C8R,3.2"
