"""The three faces: every settable group by wire text, and what each model has alone (4.3-4.6, 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lakeshore import Model335, Model336

from cryosim.emulators.lakeshore import LakeShore, Model, Options

from .conftest import Bench

MakeBench = Callable[..., Bench]

COMMON = [
    ("INCRV B,2", "INCRV? B", "02"),
    ('INNAME B,"Vaporizer"', "INNAME? B", "Vaporizer      "),
    ("FILTER B,1,16,3", "FILTER? B", "1,16,03"),
    ("ALARM B,1,300,2.5,0.5,1,0,1", "ALARM? B", "1,+300.000,+002.500,+000.500,1,0,1"),
    ("OUTMODE 1,3,2,1", "OUTMODE? 1", "3,2,1"),
    ("RANGE 1,2", "RANGE? 1", "2"),
    ("SETP 1,122.5", "SETP? 1", "+122.500"),  # 2.7
    ("PID 2,100,20,0", "PID? 2", "+0100.0,+0020.0,+000.0"),
    ("MOUT 1,12.34", "MOUT? 1", "+012.34"),
    ("ATUNE 1,2", "TUNEST?", "0,1,1,00"),
    ("RELAY 2,2,B,1", "RELAY? 2", "2,B,1"),
    ("DISPFLD 3,2,4", "DISPFLD? 3", "2,4"),
    ("LEDS 0", "LEDS?", "0"),
    ("LOCK 1,7", "LOCK?", "1,007"),
    ("LOCK 1", "LOCK?", "1,123"),  # 2.2: ODEMIS sends no code
    ("MODE 2", "MODE?", "2"),
    ("IEEE 5", "IEEE?", "05"),
    ('CRVHDR 59,"N","S",4,9999,1', "CRVHDR? 59", "N              ,S         ,4,+9999.00,1"),
    ("CRVPT 59,200,1.23456,77.35", "CRVPT? 59,200", "+1.23456,+77.3500"),
]
OWN: dict[Model, list[tuple[str, str, str]]] = {
    "lakeshore335": [
        ("INTYPE B,2,0,6,1,2", "INTYPE? B", "2,0,6,1,2"),
        ("DIOCUR B,1", "DIOCUR? B", "1"),
        ("HTRSET 1,0,1,3,0.5,2", "HTRSET? 1", "0,1,3,+0.500,2"),
        ("HTRSET 2,1,2,1,0.1,1", "HTRSET? 2", "1,2,1,+0.100,1"),
        ("HTRSET 1,0,2,1,,", "HTRSET? 1", "0,2,1,+1.732,1"),
        ("RAMP 1,1,10.5", "RAMP? 1", "1,+010.5"),
        (
            "ZONE 2,10,300,50,20,0,0,3,1,0.2",
            "ZONE? 2,10",
            "+300.00,+0050.0,+0020.0,+000.0,+000.00,3,1,+000.2",
        ),
        ("WARMUP 2,0,50.5", "WARMUP? 2", "0,+050.50"),
        ("ANALOG 2,2,1,300,-10,1", "ANALOG? 2", "2,1,+300.00,-010.00,1"),
        ("POLARITY 2,1", "POLARITY?", "1"),
        ("BRIGT 1", "BRIGT?", "1"),
        ("DISPLAY 7", "DISPLAY?", "7"),
        ("EMUL 1,0", "EMUL?", "1,0"),
    ],
    "lakeshore336": [
        ("INTYPE D,3,0,8,1,3", "INTYPE? D", "3,0,8,1,3"),
        ("DIOCUR B,1", "DIOCUR? B", "1"),
        ("HTRSET 1,1,4,0.5,2", "HTRSET? 1", "1,4,+0.500,2"),
        ("OUTMODE 4,5,4,1", "OUTMODE? 4", "5,4,1"),
        ("OUTMODE 2,6,1,0", "OUTMODE? 2", "6,1,0"),
        ("RAMP 4,1,0.1", "RAMP? 4", "1,+000.1"),
        ("WARMUP 3,0,50.5", "WARMUP? 3", "0,+050.50"),
        ("ANALOG 4,2,1,300,10,1", "ANALOG? 4", "2,1,+300.00,+010.00,1"),
        ("BRIGT 9", "BRIGT?", "09"),
        ("DISPLAY 4,2,3", "DISPLAY?", "4,2,3"),
        ("DISPLAY 6,1,", "DISPLAY?", "6,1,1"),
        ("INTSEL 1", "INTSEL?", "1"),
        ('WEBLOG "me","secret"', "WEBLOG?", "me             ,secret         "),
    ],
    "lakeshore350": [
        ("INTYPE D,3,0,9,1,1,1", "INTYPE? D", "3,0,9,1,1,1"),
        ("HTRSET 1,1,4,0.5,2", "HTRSET? 1", "1,4,+0.500,2"),
        ("RANGE 2,5", "RANGE? 2", "5"),
        ("RAMP 1,1,0.001", "RAMP? 1", "1,+0.001"),
        ("RAMP 1,1,10.5", "RAMP? 1", "1,+10.50"),
        ("ZONE 1,1,300,50,20,0,0,5,4,0.2", "ZONE? 1,1", "+300.00,+0050.0,+0020.0,+000.0,+000.00,5,4,+0.200"),
        ("ANALOG 3,2,1,300,10,1", "ANALOG? 3", "2,1,+300.00,+010.00,1"),
    ],
}


@pytest.mark.parametrize("model", list(OWN))
def test_settings_common_to_all(make_bench: MakeBench, model: Model) -> None:
    for command, query, reply in COMMON:
        bench = make_bench(model)
        excitation = ",0" if model == "lakeshore350" else ""
        bench.set(f"INTYPE B,1,0,0,0,1{excitation}")
        assert bench.ask(f"{command};{query};*ESR?") == f"{reply};000", command


@pytest.mark.parametrize(("model", "row"), [(model, row) for model, table in OWN.items() for row in table])
def test_settings_of_one_model(make_bench: MakeBench, model: Model, row: tuple[str, str, str]) -> None:
    command, query, reply = row
    bench = make_bench(model)
    assert bench.ask(f"{command};{query};*ESR?") == f"{reply};000"


@pytest.mark.parametrize(
    ("model", "message", "event"),
    [
        ("lakeshore336", "POLARITY?", "032"),  # 7.1: inside ANALOG
        ("lakeshore336", "EMUL?", "032"),
        ("lakeshore336", "HTRSET 1,0,1,1,0.5,1", "032"),  # one field too many
        ("lakeshore336", "HTRSET? 3", "016"),
        ("lakeshore336", "HTR? 3", "016"),
        ("lakeshore336", "AOUT? 1", "016"),
        ("lakeshore336", "WARMUP? 2", "016"),
        ("lakeshore336", "RANGE 3,2", "016"),
        ("lakeshore336", "OUTMODE 1,4,1,0", "016"),
        ("lakeshore336", "OUTMODE 1,6,1,0", "016"),  # itself
        ("lakeshore336", "BRIGT 0", "016"),
        ("lakeshore336", "RAMP 1,1,0.001", "016"),
        ("lakeshore336", "KRDG? D1", "016"),  # no 3062
        ("lakeshore350", "OUTMODE 1,6,1,0", "016"),
        ("lakeshore350", "DIOCUR? A", "016"),  # 7.1: scanner inputs only
        ("lakeshore350", "INTYPE A,3,1,0,1,1", "032"),  # six arguments
        ("lakeshore350", "INTYPE A,5,1,0,1,1,0", "016"),  # no 3061
        ("lakeshore335", "INTYPE A,3,0,9,1,1", "016"),  # the 350's range
        ("lakeshore335", "NETID?", "032"),
        ("lakeshore335", "DISPLAY 1,2,1", "032"),
        ("lakeshore335", "ANALOG? 1", "016"),
    ],
)
def test_what_a_model_does_not_have(make_bench: MakeBench, model: Model, message: str, event: str) -> None:
    bench = make_bench(model)
    assert bench.ask(message) == ""
    assert bench.ask("*ESR?") == event


@pytest.mark.parametrize("model", ["lakeshore336", "lakeshore350"])
def test_input_0_is_all_inputs(make_bench: MakeBench, model: Model) -> None:
    bench = make_bench(model)
    for slot, letter in enumerate("ABCD", start=21):
        bench.one_to_one(letter, slot)
        bench.sensors[letter].value = 10.0 * slot
    bench.run(0.1)
    assert bench.ask("KRDG? 0") == "+210.00,+220.00,+230.00,+240.00"  # 2.7: five places
    assert bench.ask("CRDG? 0") == "-063.15,-053.15,-043.15,-033.15"
    assert bench.ask("SRDG? 0") == "+210.000,+220.000,+230.000,+240.000"


def test_factory_states_differ(make_bench: MakeBench) -> None:
    assert make_bench("lakeshore335").ask("INTYPE? A;BRIGT?") == "1,0,0,0,1;3"
    assert make_bench("lakeshore336").ask("INTYPE? A;BRIGT?;OUTMODE? 3") == "1,0,0,0,1;28;0,0,0"
    assert make_bench("lakeshore350").ask("INTYPE? A;OUTMODE? 2") == "3,1,3,1,1,0;1,2,0"  # 4.7; 100 ohm
    assert make_bench(options=Options(default_sensor_type=0)).ask("INTYPE? A") == "0,0,0,0,1"
    assert make_bench("lakeshore336").ask("*IDN?").startswith("LSCI,MODEL336,")


def test_network_of_a_336(make_bench: MakeBench) -> None:
    bench = make_bench("lakeshore336")
    bench.set('NET 0,1,10.0.0.5,255.0.0.0,10.0.0.1,10.0.0.2,10.0.0.3,"LSA","lab","cryo"')
    fields = bench.ask("NET?").split(",")
    assert fields[:7] == ["0", "1", "10.0.0.5", "255.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert fields[7:] == [f"{'LSA':<15}", f"{'lab':<64}", f"{'cryo':<32}"]
    assert bench.ask("NETID?").split(",")[:2] == ["0", "10.0.0.5"]  # 0: static


def test_ranges_of_a_350_are_five_decades(make_bench: MakeBench) -> None:
    bench = make_bench("lakeshore350")
    bench.set("HTRSET 1,1,2,1,1", "OUTMODE 1,3,0,0", "MOUT 1,100", "RANGE 1,1")
    bench.run(0.1)
    assert bench.loads[1].amperes == pytest.approx(0.01)  # 25 W down by four decades is 2.5 mW
    bench.loads[2].resistance = 100.0
    bench.set("OUTMODE 2,3,0,0", "MOUT 2,100", "RANGE 2,5")
    bench.run(0.1)
    assert bench.loads[2].amperes == pytest.approx(0.1)  # 1: 1 W into 100 ohm


def test_compliance_of_a_350s_second_output_is_not_latched(make_bench: MakeBench) -> None:
    bench = make_bench("lakeshore350")
    bench.loads[2].resistance = 200.0
    bench.set("OUTMODE 2,3,0,0", "MOUT 2,100", "RANGE 2,5")
    bench.run(0.1)
    assert bench.ask("HTRST? 2;HTRST? 2;RANGE? 2") == "2;2;5"  # 7.1
    assert bench.loads[2].amperes == pytest.approx(0.05)  # 10 V
    bench.loads[2].resistance = 100.0
    bench.run(0.1)
    assert bench.ask("HTRST? 2") == "0"


def test_336_second_output_has_less_current(make_bench: MakeBench) -> None:
    bench = make_bench("lakeshore336")
    bench.set("HTRSET 1,1,4,1,1", "HTRSET 2,1,4,1,1")
    for output in (1, 2):
        bench.set(f"OUTMODE {output},3,0,0", f"MOUT {output},100", f"RANGE {output},3")
    bench.run(0.1)
    assert bench.loads[1].amperes == pytest.approx(2.0)  # 100 W into 25 ohm
    assert bench.loads[2].amperes == pytest.approx(1.414)  # 50 W


def test_mirrored_output_follows(make_bench: MakeBench) -> None:
    bench = make_bench("lakeshore336")
    bench.set("OUTMODE 1,3,0,0", "MOUT 1,40", "RANGE 1,3", "OUTMODE 3,6,1,0", "RANGE 3,1")
    bench.run(0.2)
    assert bench.ask("HTR? 1;AOUT? 3") == "+040.0;+040.0"
    assert bench.loads[3].volts == pytest.approx(4.0)


def test_nothing_connected_is_open() -> None:
    unwired = LakeShore("lakeshore335", {}, {})
    unwired.receive(b"OUTMODE 1,3,0,0;MOUT 1,10;RANGE 1,1\n*CLS\n")
    unwired.advance(0.1)
    assert unwired.receive(b"RDGST? A;RANGE? 1;HTRST? 1\n") == b"128;0;1\r\n"


# --- the maker's own driver ----------------------------------------------------------------------


class Wire:
    """The connection object the maker's driver accepts."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def write(self, text: str) -> None:
        self._bench.ask(text)

    def query(self, text: str) -> str:
        self._bench.run(0.1)
        return self._bench.ask(text)

    def clear(self) -> None:
        """Nothing waits in this line."""


def maker(bench: Bench, driver: type) -> Any:
    return driver(57600, connection=Wire(bench)) if driver is Model335 else driver(connection=Wire(bench))


def test_the_makers_335_driver_heats(bench: Bench) -> None:
    device = maker(bench, Model335)
    assert (device.serial_number, device.firmware_version) == ("335A12T", "3.2")
    device.set_heater_setup_one(device.HeaterResistance.HEATER_25_OHM, 1.0, device.HeaterOutputDisplay.POWER)
    device.set_heater_output_mode(1, device.HeaterOutputMode.CLOSED_LOOP, device.InputSensor.CHANNEL_A)
    device.set_heater_pid(1, 10, 0.1, 0)
    device.set_control_setpoint(1, 105)
    device.set_heater_range(1, device.HeaterRange.HIGH)
    assert device.get_heater_output(1) == pytest.approx(50.0, abs=0.1)
    assert bench.loads[1].amperes ** 2 * 25.0 == pytest.approx(12.5, rel=1e-3)  # half of 25 W
    assert device.get_all_kelvin_reading() == [100.0, 100.0]
    device.all_heaters_off()
    assert device.get_heater_range(1) == device.HeaterRange.OFF


def test_the_makers_336_driver_reads_all_inputs(make_bench: MakeBench) -> None:
    bench = make_bench("lakeshore336")
    bench.one_to_one("A")
    device = maker(bench, Model336)
    assert device.get_all_kelvin_reading()[0] == 100.0
    assert device.get_heater_setup(1)["max_current"] == 2.0
