"""What of a supply is asked in one message, typed in the words of the manuals, and when the answer is not believed."""

from __future__ import annotations

import pytest

from cryoioc.devices.scpi import E36312A, HMP4040, N6700, bias_rows, is_on, of_output, row_of_output, trips
from cryoioc.errors import ReplyError

LONGEST = 255 - len(";*OPC?\n")  # characters
DRAINS = bias_rows(E36312A, {1: False, 2: False, 3: False})
FRAME = bias_rows(N6700, {1: False, 2: True, 3: False, 4: True})
SELECTED = bias_rows(HMP4040, {1: False, 3: False})


def acted(row, values, number):
    return trips(row_of_output(row, number), of_output(values, number))


def test_a_keysight_is_asked_for_all_outputs_in_one_message():
    (row,) = DRAINS
    assert row.query == (
        ":VOLT? (@1:3);:VOLT:PROT? (@1:3);:OUTP? (@1:3);:MEAS:VOLT? (@1:3);:MEAS:CURR? (@1:3);"
        ":VOLT:PROT:TRIP? (@1:3);:CURR:PROT:TRIP? (@1:3);:CURR? (@1:3)"
    )
    values = row.parse("0.6,0.5,1.2;2.0,2.0,2.0;1,0,1;0.61,0.0,1.21;4E-3,0.0,+4.1E-03;0,0,1;0,0,0;0.014,0.014,0.02")
    assert of_output(values, 3) == {
        "voltage": 1.2, "over_voltage": 2.0, "on": "On", "measured_voltage": 1.21, "measured_current": 4.1e-3,
        "ov_trip": "Yes", "oc_trip": "No", "limit": 0.02}  # fmt: skip
    assert acted(row, values, 3) == ("over-voltage",) and acted(row, values, 1) == ()
    assert [is_on(of_output(values, n)) for n in (1, 2, 3)] == [True, False, True]


def test_of_a_source_measure_module_its_own_limit_is_asked():
    (row,) = FRAME
    assert row.query.endswith(";:STAT:QUES:COND? (@1:4);:CURR? (@1,3);:CURR:LIM? (@2,4)")
    answers = "0,0,0,0;2,6,2,6;1,1,1,1;0,0,0,0;0,0,0,0;0,2048,0,0;0.014,0.015;0.001,0.002"
    values = row.parse(answers)
    assert of_output(values, 4)["priority_limit"] == 0.002 and "limit" not in of_output(values, 4)
    assert of_output(values, 3)["limit"] == 0.015
    assert acted(row, values, 2) == ("coupled protection or watchdog",)


def test_an_hmp_is_asked_output_by_output_and_must_still_have_it_selected():
    fast, slow = SELECTED
    assert fast.query == (
        ":INST:NSEL 1;:APPL?;:VOLT:PROT?;:OUTP:SEL?;:MEAS:VOLT?;:MEAS:CURR?;:INST:NSEL?;"
        ":INST:NSEL 3;:APPL?;:VOLT:PROT?;:OUTP:SEL?;:MEAS:VOLT?;:MEAS:CURR?;:INST:NSEL?;:OUTP:GEN?"
    )
    values = fast.parse("0.600, 0.0140;2.000;1;0.600;0.0040;1;1.200, 0.0140;2.000;0;0.000;0.0000;3;1")
    assert is_on(of_output(values, 1)) and not is_on(of_output(values, 3))
    assert of_output(values, 3)["voltage"] == 1.2
    with pytest.raises(ReplyError, match="output 2 was selected while 1 was read"):
        fast.parse("0.600, 0.0140;2.000;1;0.600;0.0040;2;1.200, 0.0140;2.000;0;0.000;0.0000;3;1")
    assert acted(slow, slow.parse("0;1;1;0;0;3"), 1) == ("fuse",)


@pytest.mark.parametrize("rows", [DRAINS, FRAME, bias_rows(HMP4040, dict.fromkeys((1, 2, 3), False))])
def test_three_outputs_fit_into_a_message(rows):
    assert max(len(row.query) for row in rows) <= LONGEST


@pytest.mark.parametrize("answer", ["", "0.6,0.5;2,2,2;1,1,1;0,0,0;0,0,0;0,0,0;0,0,0;0,0,0", "9.91E37" + ",0" * 23])
def test_answers_of_another_number_or_no_number_are_none(answer):
    with pytest.raises(ReplyError):
        DRAINS[0].parse(answer)
