"""Values, alarms and deadbands of a channel, without a network."""

from __future__ import annotations

import math

import pytest

from cryoioc.records import Record, make_channel


class Listener:
    """A subscriber that keeps what it is told."""

    def __init__(self, channel, mask):
        self.channel, self.mask, self.told = channel, mask, []
        channel.subscribe(self)

    def deliver(self):
        self.told.append((self.channel.value, self.channel.status, self.channel.severity))


VALUE, LOG, ALARM, PROPERTY = 1, 2, 4, 8


def channel(**keywords):
    return make_channel(Record(name="X", kind=keywords.pop("kind", "ai"), doc="d", **keywords))


def alarm_at(tested, value, **keywords):
    tested.post(value, **keywords)
    return tested.status, tested.severity


def test_undefined_until_the_first_post():
    tested = channel()
    assert (tested.value, tested.status, tested.severity, tested.valid) == (0.0, "UDF", "INVALID", False)
    assert alarm_at(tested, 0.0) == ("NO_ALARM", "NO_ALARM")
    assert tested.valid


def test_initial_value_is_judged():
    tested = channel(hihi=300.0, initial=301.0)
    assert (tested.status, tested.severity) == ("HIHI", "MAJOR")


@pytest.mark.parametrize("value", [0.0, -1.0, -1e9])
def test_one_sided_limit_is_one_sided(value):
    assert alarm_at(channel(hihi=300.0), value) == ("NO_ALARM", "NO_ALARM")
    assert alarm_at(channel(lolo=1.0), -value + 2.0) == ("NO_ALARM", "NO_ALARM")


@pytest.mark.parametrize(
    ("value", "alarm"),
    [
        (310.0, ("HIHI", "MAJOR")),
        (309.9, ("HIGH", "MINOR")),
        (299.9, ("NO_ALARM", "NO_ALARM")),
        (3.0, ("LOW", "MINOR")),
        (2.0, ("LOLO", "MAJOR")),
    ],
)
def test_limits_are_inclusive(value, alarm):
    assert alarm_at(channel(lolo=2.0, low_alarm=3.0, high_alarm=300.0, hihi=310.0), value) == alarm


def test_side_without_severity_is_skipped():
    tested = channel(high_alarm=300.0, hihi=310.0)
    tested.limits.hhsv = 0
    assert alarm_at(tested, 320.0) == ("HIGH", "MINOR")


def test_hysteresis_holds_the_alarm_until_well_below():
    tested = channel(hihi=310.0, hyst=2.0)
    severities = [alarm_at(tested, value)[1] for value in (309.0, 310.0, 308.5, 308.0, 307.9, 309.0, 310.0)]
    assert severities == ["NO_ALARM", "MAJOR", "MAJOR", "MAJOR", "NO_ALARM", "NO_ALARM", "MAJOR"]


@pytest.mark.parametrize(
    ("given", "alarm"),
    [
        (("COMM", "INVALID"), ("COMM", "INVALID")),
        (("HWLIMIT", "MAJOR"), ("HWLIMIT", "MAJOR")),
        (("SOFT", "MINOR"), ("HIHI", "MAJOR")),
        (("NO_ALARM", "NO_ALARM"), ("HIHI", "MAJOR")),
    ],
)
def test_the_larger_alarm_wins_and_of_equals_the_given_one(given, alarm):
    status, severity = given
    assert alarm_at(channel(hihi=300.0), 301.0, status=status, severity=severity) == alarm


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_keeps_the_last_one_and_is_undefined(value):
    tested = channel(initial=4.2)
    assert alarm_at(tested, value) == ("UDF", "INVALID")
    assert tested.value == 4.2
    assert alarm_at(tested, 4.3) == ("NO_ALARM", "NO_ALARM")


def test_array_with_a_nan_keeps_the_last_one():
    tested = channel(kind="waveform", length=3, initial=(1.0, 2.0))
    assert alarm_at(tested, (1.0, math.nan)) == ("UDF", "INVALID")
    assert tested.value == (1.0, 2.0)


def test_invalid_keeps_the_value_and_recovers_with_the_next_post():
    tested = channel(initial=4.2)
    values = Listener(tested, VALUE)
    stamps = []
    for _ in range(3):
        tested.invalidate("COMM")
        stamps.append(tested.stamp)
    tested.post(4.2)
    assert values.told == [(4.2, "COMM", "INVALID")] * 3 + [(4.2, "NO_ALARM", "NO_ALARM")]
    assert stamps == sorted(set(stamps))


def test_unknown_alarm_is_a_fault_of_the_ioc():
    with pytest.raises(ValueError, match="BROKEN"):
        channel().invalidate("BROKEN")


def test_deadbands_are_apart_for_value_and_log():
    tested = channel(mdel=1.0, adel=2.0, initial=0.0)
    by_value, by_log = Listener(tested, VALUE), Listener(tested, LOG)
    for value in (1.0, 1.1, 2.0, 2.1, 2.2):
        tested.post(value)
    assert [value for value, *_ in by_value.told] == [1.1, 2.2]
    assert [value for value, *_ in by_log.told] == [2.1]


def test_alarm_change_is_told_to_alarm_subscribers_even_inside_the_deadband():
    tested = channel(hihi=1.0, mdel=10.0, initial=0.0)
    by_value, by_alarm = Listener(tested, VALUE), Listener(tested, ALARM)
    tested.post(1.0)
    assert (by_value.told, by_alarm.told) == ([], [(1.0, "HIHI", "MAJOR")])


def test_forced_post_is_told_though_nothing_changed():
    tested = channel(initial=1.0)
    listener = Listener(tested, VALUE)
    tested.post(1.0)
    tested.post(1.0, force=True)
    assert len(listener.told) == 1


def test_new_limits_are_told_and_judged_at_once():
    tested = channel(kind="ao", low=0.0, high=300.0, writable=True, initial=5.0)
    listener = Listener(tested, PROPERTY)
    tested.set_limits(0.0, 100.0)
    tested.set_limits(0.0, 100.0)
    tested.set_alarm(hihi=4.0)
    assert listener.told == [(5.0, "NO_ALARM", "NO_ALARM"), (5.0, "HIHI", "MAJOR")]
    assert tested.describe().control == (0.0, 100.0)
    tested.set_alarm()
    assert tested.severity == "NO_ALARM"


def test_empty_limits_are_a_fault_of_the_ioc():
    with pytest.raises(ValueError, match="below"):
        channel(kind="ao").set_limits(1.0, 1.0)
    with pytest.raises(TypeError, match="no limits"):
        channel(kind="stringin").set_limits(0.0, 1.0)


def test_state_by_name_or_number():
    tested = channel(kind="mbbi", states=("Off", "Low", "High"), severities={"High": "MINOR"})
    tested.post("High")
    assert (tested.value, tested.index, tested.status, tested.severity) == ("High", 2, "STATE", "MINOR")
    tested.post(1)
    assert (tested.value, tested.severity) == ("Low", "NO_ALARM")
    for wrong in ("Medium", 3, -1):
        with pytest.raises(ValueError, match=r"Medium|3|-1"):
            tested.post(wrong)


def test_text_is_cut_to_what_fits_and_never_inside_a_character():
    tested = channel(kind="stringin")
    tested.post("\u00e4" * 30)
    assert tested.value == "\u00e4" * 19
    tested = channel(kind="charin", length=5)
    tested.post("123456789")
    assert tested.value == "1234"


def test_long_text_ends_in_its_terminator_and_an_empty_one_has_no_element():
    tested = channel(kind="charin", length=20, initial="")
    assert bytes(tested.elements()) == b""
    tested.post("abc")
    assert bytes(tested.elements()) == b"abc\0"
    tested.post("")
    assert (bytes(tested.elements()), tested.value, tested.valid) == (b"", "", True)


def test_acknowledgement_remembers_the_worst():
    tested = channel(hihi=300.0, high_alarm=200.0, initial=0.0)
    tested.to_acknowledge = 0
    for value in (250.0, 310.0, 250.0, 0.0):
        tested.post(value)
    assert tested.to_acknowledge == 2
    tested.acknowledge(1)
    assert tested.to_acknowledge == 2
    tested.acknowledge(2)
    assert tested.to_acknowledge == 0
    tested.post(310.0)
    tested.post(0.0)
    tested.set_acknowledge_transient(0)
    assert tested.to_acknowledge == 0


def test_who_follows_is_told_of_each_value_whatever_clients_are_told():
    tested, told = channel(mdel=1e6, initial=1.0), []
    listener = Listener(tested, VALUE | ALARM)

    def take() -> None:
        told.append((tested.value, tested.valid))

    tested.follow(take)
    tested.post(2.0)
    tested.post(2.0)
    tested.invalidate("COMM")
    assert told == [(2.0, True), (2.0, True), (2.0, False)]
    assert len(listener.told) == 1  # INVALID
    tested.leave(take)
    tested.post(3.0)
    assert len(told) == 3


def test_what_was_never_posted_is_not_valid_whatever_severity_a_client_gives_it():
    tested = channel()
    tested.held["UDFS"] = 0
    tested.judge_again()
    assert tested.severity == "NO_ALARM" and not tested.valid
