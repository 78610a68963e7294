"""Conversions between the data types of Channel Access."""

from __future__ import annotations

import ctypes

import caproto as ca
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryoioc.records import check_caproto, dbr, pin
from cryoioc.records.alarms import NO_ALARM
from cryoioc.records.dbr import Properties, Reading


def reading(kind, elements, **properties):
    return Reading(kind, elements, NO_ALARM, (1, 2), Properties(**properties))


@pytest.mark.parametrize(
    ("value", "precision", "text"),
    [
        (4.2, 3, "4.200"),
        (4.2, 0, "4"),
        (1e7, 2, "10000000.00"),
        (1.5e7, 5, "15000000.000"),
        (1e17, 3, " 1.000e+17"),
        (3.25, -1, " 3.25000000000000000e+00"),
    ],
)
def test_numbers_are_written_with_their_precision(value, precision, text):
    data, count = dbr.payload(reading(dbr.DOUBLE, (value,), precision=precision), dbr.STRING, 1)
    assert (data.rstrip(b"\0").decode(), count) == (text, 1)


@pytest.mark.parametrize(
    ("value", "kind", "held"),
    [
        (3.99, dbr.LONG, 3),
        (-3.99, dbr.LONG, -3),
        (1e12, dbr.LONG, 2**31 - 1),
        (float("nan"), dbr.LONG, 0),
        (1e300, dbr.FLOAT, pytest.approx(3.4028234e38)),
        (-5.0, dbr.ENUM, 0),
    ],
)
def test_numbers_are_fitted_into_smaller_types(value, kind, held):
    data, _ = dbr.payload(reading(dbr.DOUBLE, (value,)), kind, 1)
    (found,) = dbr.decode(kind, 1, data)
    assert found == held


def test_states_are_read_as_text_and_number():
    of = reading(dbr.ENUM, (1,), states=("Off", "On"))
    assert dbr.decode(dbr.STRING, 1, dbr.payload(of, dbr.STRING, 1)[0]) == ["On"]
    assert dbr.decode(dbr.DOUBLE, 1, dbr.payload(of, dbr.DOUBLE, 1)[0]) == [1.0]


def test_text_that_is_no_number_cannot_be_read_as_one():
    assert dbr.decode(dbr.DOUBLE, 1, dbr.payload(reading(dbr.STRING, ("1.5",)), dbr.DOUBLE, 1)[0]) == [1.5]
    with pytest.raises(dbr.ConversionError):
        dbr.payload(reading(dbr.STRING, ("warm",)), dbr.DOUBLE, 1)


def test_more_elements_than_there_are_come_as_zeros():
    of = reading(dbr.DOUBLE, (1.0, 2.0))
    assert dbr.decode(dbr.DOUBLE, 4, dbr.payload(of, dbr.DOUBLE, 4)[0]) == [1.0, 2.0, 0.0, 0.0]
    assert dbr.payload(of, dbr.DOUBLE, 0)[1] == 2
    assert dbr.payload(of, dbr.DOUBLE, 1)[1] == 1


@pytest.mark.parametrize(
    "kind", [k for k in ca.ChannelType if k not in (ca.ChannelType.PUT_ACKT, ca.ChannelType.PUT_ACKS)]
)
def test_every_type_has_the_length_clients_expect(kind):
    data, count = dbr.payload(reading(dbr.DOUBLE, (1.5,), unit="K", precision=3), kind, 1)
    expected = {
        ca.ChannelType.CTRL_STRING: 44,  # db_access.h; the structure of caproto is another
        ca.ChannelType.STSACK_STRING: 48,
        ca.ChannelType.CLASS_NAME: 40,
    }
    value = 0 if kind < 7 else ctypes.sizeof(ca.DBR_TYPES[kind])
    assert (len(data), count) == (expected.get(kind, value + dbr.SIZES[dbr.base_type(kind)]), 1)


@pytest.mark.parametrize(("kind", "count", "data"), [(dbr.DOUBLE, 2, b"\0" * 8), (20, 1, b"\0" * 24), (99, 1, b"")])
def test_what_cannot_be_put_is_named(kind, count, data):
    with pytest.raises(dbr.ConversionError, match="cannot be put"):
        dbr.decode(kind, count, data)


@given(st.text(), st.integers(0, 60))
def test_text_is_never_cut_inside_a_character(text, size):
    fitted = dbr.fitted_text(text.replace("\0", ""), size)
    assert len(fitted.encode()) <= size
    assert text.replace("\0", "").startswith(fitted)


@given(st.binary(max_size=60))
def test_any_bytes_are_some_text(data):
    assert isinstance(dbr.decoded(data), str)


def test_the_installed_caproto_is_the_one_known():
    assert check_caproto() is None


def test_another_caproto_is_named_in_one_line(monkeypatch):
    monkeypatch.setattr(ca, "__version__", "1.4.0")
    monkeypatch.setitem(pin.SIZES, "TIME_DOUBLE", 24)
    found = check_caproto()
    assert found is not None
    assert found.count("\n") == 0
    assert "version 1.4.0 instead of 1.3.0" in found
    assert "TIME_DOUBLE has 16 bytes, not 24" in found
