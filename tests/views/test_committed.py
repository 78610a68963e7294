"""The files under ``db/`` are what ``cryoioc describe`` prints, anywhere and at any time."""

from __future__ import annotations

import os
import platform
import time

import pytest

import cryoioc.pvs.station_group as station_group

from .places import SUFFIXES


@pytest.mark.parametrize("form", SUFFIXES)
def test_file_is_fresh(describe, committed, form):
    assert committed(form) == describe(form), "run: make docs"


def test_nothing_of_the_run_gets_in(describe, committed, monkeypatch):
    monkeypatch.setattr(station_group, "version", lambda package: "99.98")
    monkeypatch.setattr(platform, "node", lambda: "elsewhere")
    monkeypatch.setattr(platform, "release", lambda: "97.96")
    monkeypatch.setattr(os, "getpid", lambda: 9594)
    monkeypatch.setattr(time, "gmtime", lambda: time.struct_time((2001, 2, 3, 4, 5, 6, 5, 34, 0)))
    for form in SUFFIXES:
        assert describe(form) == committed(form)


def test_another_prefix_is_everywhere(describe, committed, place):
    here = place.prefix[:-1]
    for form in SUFFIXES:
        other = committed(form).replace(here, "OTHER").replace("OTHER.", f"{here}.")
        assert describe(form, "--prefix", "OTHER:") == other, form
