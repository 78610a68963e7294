"""The Alicat emulator on its wire; shapes from bias-flow-vacuum.md 3.1 and the captures it cites."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.emulators.alicat import Alicat, Options

from .alicats import HELIUM_88, Pipe, ask, controller, let_pass, meter


def test_poll_frame_of_a_meter():
    assert ask(meter(), "A") == "A +014.696 +021.11 +008.80 +008.80     He"


def test_poll_frame_of_a_controller_has_a_setpoint():
    assert ask(controller(pressure_decimals=2), "AS 5", "A") == "A +014.70 +021.11 +000.00 +000.00 +005.00     He"


def test_poll_frame_before_8v_has_no_sign_on_the_setpoint():
    assert ask(controller(firmware="5v12.0-R22"), "A").split()[5] == "000.00"


def test_totaliser_column_counts_litres():
    unit = meter(totaliser=True)
    let_pass(unit, 60.0)
    assert ask(unit, "A").split()[5] == "+00008.80"
    assert ask(unit, "AT 1").split()[5] == "+00000.00"


@pytest.mark.parametrize(
    ("celsius", "slpm"),
    [(21.11, 8.80), (25.0, 8.80 * 298.15 / 294.26), (0.0, 8.80 * 273.15 / 294.26)],
)
def test_standard_litres_refer_to_the_meters_own_temperature(celsius: float, slpm: float):
    assert float(ask(meter(reference_celsius=celsius), "A").split()[4]) == pytest.approx(slpm, abs=0.006)


def test_standard_litres_refer_to_the_meters_own_pressure():
    assert float(ask(meter(reference_psia=14.5), "A").split()[4]) == pytest.approx(8.8 * 14.696 / 14.5, abs=0.006)


def test_volume_flow_follows_the_state_of_the_gas_and_mass_flow_does_not():
    pipe = Pipe()
    unit = meter(pipe)
    pipe.change(pressure=2 * 101325.0, temperature=250.0)
    let_pass(unit, 0.1)
    pressure, celsius, volume, mass = map(float, ask(unit, "A").split()[1:5])
    assert (pressure, celsius) == (29.392, -23.15)
    assert volume == pytest.approx(8.8 / 2 * 250.0 / 294.26, abs=0.006)
    assert mass == 8.8


def test_wrong_gas_gives_a_wrong_flow_by_the_ratio_of_viscosities():
    unit = meter()
    assert float(ask(unit, "AG 8").split()[4]) == pytest.approx(8.8 * 19.9 / 17.8, abs=0.006)
    assert ask(unit, "A").split()[-1] == "N2"


def test_wrong_id_is_silence_and_a_bad_command_is_a_question_mark():
    unit = meter(unit_id="C")
    assert ask(unit, "A") == ask(unit, "AVE") == ask(unit, "") == ""
    assert ask(unit, "CXYZZY") == "?"
    assert ask(unit, "c").startswith("C ")


def test_version_and_manufacturer():
    unit = meter(serial="521641")
    assert ask(unit, "AVE") == "A   10v04.0-R24 Jan  9 2025,15:04:07"
    lines = ask(unit, "A??M*").split("\r")
    assert [line[:6] for line in lines] == [f"A  M{n:02d}" for n in range(10)]
    assert lines[4] == "A  M04 Model Number M-50SLPM-D"
    assert lines[5] == "A  M05 Serial Number 521641"
    assert lines[9] == "A  M09 Software Revision 10v04.0-R24"


# Captured from an MW-10SLPM-D with 10v04.0-R24.
METER_TABLE = """\
A D00 ID_ NAME______________________ TYPE_______ WIDTH NOTES___________________
A D01 700 Unit ID                    string          1
A D02 002 Abs Press                  s decimal     7/3 010 02 PSIA
A D03 003 Flow Temp                  s decimal     7/2 002 02 `C
A D04 004 Volu Flow                  s decimal     7/3 007 02 LPM
A D05 005 Mass Flow                  s decimal     7/3 007 02 SLPM
A D06 703 Gas                        string          6
A D07 701 *Error                     string          3 ADC
A D08 702 *Status                    string          3 OPL
A D09 702 *Status                    string          3 POV
A D10 702 *Status                    string          3 P2O
A D11 702 *Status                    string          3 TOV
A D12 702 *Status                    string          3 VOV
A D13 702 *Status                    string          3 MOV
A D14 702 *Status                    string          3 TMF
A D15 702 *Status                    string          3 OVR
A D16 702 *Status                    string          3 COM
A D17 702 *Status                    string          3 HLD
A D18 702 *Status                    string          3 EXH
A D19 702 *Status                    string          3 LCK"""


def test_frame_table_is_the_captured_one():
    assert ask(meter(decimals=3), "A??D*").split("\r") == METER_TABLE.split("\n")


def test_frame_table_of_a_controller_has_its_setpoint_and_of_old_firmware_another_shape():
    assert "A D06 037 Mass Flow Setpt            s decimal     7/2 007 02 SLPM" in ask(controller(), "A??D*")
    old = ask(controller(firmware="5v12.0-R22"), "A??D*").split("\r")
    assert old[0] == "A  D00 NAME_______ TYPE_____ MinVal_  MaxVal_  UNITS__"
    assert old[6].split() == ["A", "D06", "SetPoint", "signed", "+0000.0", "+0020.0", "SLPM"]


def test_gas_table():
    lines = ask(meter(), "A??G*").split("\r")
    assert lines[:3] == ["A G00      Air", "A G01       Ar", "A G02      CH4"]
    assert "A G07       He" in lines
    assert len(lines) == 30


def test_full_scale_units_and_reference():
    unit = meter(firmware="10v20.0-R24", full_scale=20.0)
    assert ask(unit, "AFPF 5") == "A +020.00 7 SLPM"
    assert ask(unit, "ADCU 5") == "A 7 SLPM"
    assert ask(unit, "ADCU 5 12") == "A 12 SCCM"
    assert ask(unit, "AFPF 5") == "A +20000.00 12 SCCM"
    assert float(ask(unit, "A").split()[4]) == pytest.approx(8800.0, abs=0.1)
    assert ask(unit, "ADCU 5 7", "ADCU 5 99") == "?"
    assert ask(unit, "ADCFRT S") == "A +21.110 2 `C"
    assert ask(unit, "ADCFRT S 2 25") == "A +25.000 2 `C"
    assert float(ask(unit, "A").split()[4]) == pytest.approx(8.8 * 298.15 / 294.26, abs=0.006)
    assert ask(unit, "ADCFRP S") == "A +14.696 10 PSIA"
    assert ask(unit, "ADCFRP S 10 14.5") == "A +14.500 10 PSIA"
    assert ask(unit, "ADCFRT N") == "A +0.000 2 `C"
    assert ask(unit, "ADCFRT X") == ask(unit, "ADCFRT S 2 warm") == "?"


def test_averages_have_no_id_and_dashes_for_what_is_not_there():
    unit = meter()
    assert ask(unit, "ADV 500 2 5") == "+014.70 +008.80"
    assert ask(unit, "ADV 2 99") == "--"
    assert ask(unit, "ADV") == ask(unit, "ADV 1") == ask(unit, "ADV 0 2 5 37") == "?"


def test_gas_by_register_and_by_name():
    unit = meter(firmware="10v20.0-R24")
    assert ask(unit, "A$$W46=7", "A$$R46") == "A   046 = 7"
    assert ask(unit, "AGS 8") == "A 8 N2 Nitrogen"
    assert ask(unit, "AGS") == "A 8 N2 Nitrogen"
    assert ask(unit, "AGS He") == "A 7 He Helium"
    assert ask(unit, "AGS 77") == ask(unit, "AG 77") == ask(unit, "A$$W46=77") == "?"
    assert ask(unit, "A").split()[-1] == "He"


def test_tare_sets_the_flow_of_now_to_zero():
    pipe = Pipe()
    unit = meter(pipe)
    pipe.change(mass_flow=0.1 * HELIUM_88)
    let_pass(unit, 0.1)
    assert ask(unit, "AT").split()[3:5] == ["+000.00", "+000.00"]
    pipe.change(mass_flow=HELIUM_88)
    let_pass(unit, 0.1)
    assert float(ask(unit, "A").split()[4]) == pytest.approx(7.92, abs=0.006)


def test_tare_of_the_absolute_pressure_goes_to_one_atmosphere():
    pipe = Pipe()
    unit = meter(pipe)
    pipe.change(pressure=100000.0)
    let_pass(unit, 0.1)
    assert ask(unit, "APC").split()[1] == "+014.696"


@pytest.mark.parametrize(("slpm", "words"), [(50.0, []), (51.0, []), (51.5, ["VOV", "MOV"])])
def test_over_range_words(slpm: float, words: list[str]):
    pipe = Pipe()
    unit = meter(pipe, full_scale=50.0)
    pipe.change(mass_flow=HELIUM_88 * slpm / 8.8)
    let_pass(unit, 0.1)
    assert ask(unit, "A").split()[6:] == words


def test_flow_columns_stop_at_the_saturation_and_other_ranges_have_their_words():
    pipe = Pipe()
    unit = meter(pipe, full_scale=5.0)
    pipe.change(mass_flow=HELIUM_88, pressure=1.2e6, temperature=360.0)
    let_pass(unit, 0.1)
    frame = ask(unit, "A").split()
    assert frame[4] == "+006.40"
    assert frame[6:] == ["POV", "TOV", "MOV"]


def test_permanent_fault_word_comes_first():
    assert ask(meter(faults=("ADC",)), "AL").split()[6:] == ["ADC", "LCK"]


def test_lock_and_unlock():
    unit = meter()
    assert ask(unit, "AL").endswith(" LCK")
    assert ask(unit, "A").endswith(" LCK")
    assert not ask(unit, "AU").endswith(" LCK")
    assert ask(unit, "A$$L").endswith(" LCK")
    assert not ask(unit, "A$$U").endswith(" LCK")


@pytest.mark.parametrize("word", ["ALS", "ALSS", "ALV", "ALS 5.0"])
def test_before_8v_every_command_with_l_locks_the_display(word: str):
    unit = controller(firmware="7v09.0-R22")
    assert ask(unit, word).endswith(" LCK")
    assert not ask(unit, "AU").endswith(" LCK")
    assert ask(controller(firmware="7v09.0-R22", lock_trap=False), word) == "?"


@pytest.mark.parametrize(
    ("firmware", "known", "unknown"),
    [
        ("10v20.0-R24", ["ALS", "ALSS", "ALV", "ADCU 5", "ADCFRT S", "AGS", "ANCS", "ALSRC", "AVD", "ASR"], ["AZZ"]),
        ("10v04.0-R24", ["ALS", "ALV", "AVD", "ASR", "AFPF 5"], ["ALSS", "ADCU 5", "ADCFRT S", "AGS", "ANCS"]),
        ("8v17.0-R23", ["ASR", "AHP", "AFPF 5"], ["ALS", "ALV", "AVD", "AGS"]),
        ("5v12.0-R22", ["AHP", "AG 7", "AS 1"], ["AVD", "ASR", "AFPF 5", "ADV 10 5"]),
    ],
)
def test_firmware_decides_what_is_known(firmware: str, known: list[str], unknown: list[str]):
    unit = controller(firmware=firmware)
    assert [ask(unit, word) for word in unknown] == ["?"] * len(unknown)
    assert "?" not in [ask(unit, word) for word in known]


def test_streaming_takes_the_id_and_gives_frames_until_it_is_stopped():
    unit = meter()
    assert ask(unit, "A@ @") == ""
    let_pass(unit, 1.0)
    frames = unit.speak().decode().split("\r")
    assert len(frames) == 21
    assert frames[0] == " +014.696 +021.11 +008.80 +008.80     He"
    assert ask(unit, "A") == ""
    assert ask(unit, "@@ A") == ""
    let_pass(unit, 1.0)
    assert unit.speak() == b""
    assert ask(unit, "A").startswith("A ")


def test_stream_interval():
    unit = meter(firmware="10v20.0-R24")
    assert ask(unit, "ANCS 500") == "A 500"
    ask(unit, "A@ @")
    let_pass(unit, 10.0)
    assert unit.speak().count(b"\r") == 20


def test_unit_id_can_be_changed():
    unit = meter()
    assert ask(unit, "A@ K").startswith("K ")
    assert ask(unit, "A") == ""
    assert ask(unit, "KVE").startswith("K ")
    assert ask(unit, "K@ 7") == "?"


def test_mixtures():
    unit = meter()
    assert ask(unit, "A GM Forming 0 95 8 5 6") == "A 236 95.00% N2 5.00% H2"
    assert ask(unit, "AG 236").split()[-1] == "Formin"
    assert "A G236   Formin" in ask(unit, "A??G*").split("\r")
    assert ask(unit, "AGM Bad 240 95 8 6 6") == ask(unit, "AGM Bad 3 95 8 5 6") == "?"
    assert ask(unit, "AGD236") == "A 236"
    assert ask(unit, "AGD236") == "?"
    assert ask(unit, "A").split()[-1] == "Air"


def test_power_cycle_keeps_settings_and_forgets_the_rest():
    unit = controller(totaliser=True)
    ask(unit, "AL", "AS 10", "AG 8", "AHC", "A@ @")
    unit.receive(b"@A")
    let_pass(unit, 1.0)
    unit.power_cycle()
    assert unit.speak() == b""
    frame = ask(unit, "A").split()
    assert (frame[5], frame[-2:], "HLD" in frame) == ("+010.00", ["N2", "LCK"], False)


def test_noise_comes_from_the_seed():
    def readings(seed: int) -> list[str]:
        unit = Alicat(Pipe(), Options(noise=0.05), seed=seed)
        return [ask(unit, "A") for _ in range(20) if unit.advance(0.1) is None]

    assert readings(1) == readings(1) != readings(2)


def test_bad_firmware_is_named():
    with pytest.raises(ValueError, match="expected a text like 10v04"):
        _ = Options(firmware="new").version


LINES = st.lists(st.text("AB?GSLVE@ 0158.$=*\n\xff", max_size=10), max_size=6)


@given(LINES, st.data())
def test_any_split_gives_the_same_replies_and_nothing_stops_it(lines: list[str], data: st.DataObject):
    stream = "".join(line + "\r" for line in lines).encode("latin-1")
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=8)))
    whole, split = meter(), meter()
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert b"".join(split.receive(piece) for piece in pieces) == whole.receive(stream)
    assert ask(split, "@@ A", "A").startswith("A ")
