"""``python -m tests.bias.switch_on PREFIX NAME=BIAS...``: put biases with pyepics, wait, put Off; print what is.

On the way it puts what must be refused, and takes down what MSG says of it.

A client in a process of its own: libca reads its ports once.
"""

from __future__ import annotations

import json
import sys

import epics

from .pyepics_client import Change, put, said

READINGS = ("VD", "ID", "VG", "VD:SUPPLY", "LOCKED")
TRIES = 10
OTHER = {"Cold": "Warm", "Warm": "Cold"}


def main(prefix: str, wanted: dict[str, str]) -> dict[str, object]:
    """Return the readings of every stage, what the amplifiers say of themselves, and what they refuse."""
    windows = {name: Change(f"{prefix}{name}:WINDOW") for name in wanted}
    states = {name: Change(f"{prefix}{name}:STATE") for name in wanted}
    ready = {name: Change(f"{prefix}{name}:READY") for name in wanted}
    refused: dict[str, dict[str, str]] = {}
    for name, bias in wanted.items():
        assert windows[name].comes(bias), f"{name} is not {bias}"
        assert states[name].comes("Off"), f"{name} is {states[name].text}"  # its supplies are read
        said = {f"{when}{what}={value}": _put(f"{prefix}{name}:", what, value) for when, what, value in (
            ("", "BIAS:SP", OTHER[bias]), ("off: ", "S1:VD:SP", 0.5),
            ("accepted: ", "BIAS:SP", bias), ("moving: ", "BIAS:SP", bias), ("moving: ", "S1:VD:SP", 0.5))}  # fmt: skip
        refused[name] = said
    found: dict[str, object] = {}
    for name, change in ready.items():
        found[name] = _read_ready(f"{prefix}{name}:", change) | {"refused": refused[name]}
        refused[name] |= {f"{when}{what}={value}": _put(f"{prefix}{name}:", what, value) for when, what, value in (
            ("on: ", "S2:VG:SP", 0.1), ("on: ", "S2:VD:SP", 1.9), ("on: ", "S2:ID:SP", 14.0),
            ("on: ", "RESET", 1),
            ("accepted: ", "S2:SERVO:SP", "Off"), ("held: ", "S2:ID:SP", 3.0), ("held: ", "S2:VG:SP", 1.5),
            ("accepted: ", "OFF", 1))}  # fmt: skip
        found[f"{name} off"] = _read(f"{prefix}{name}:")
    return found


def _put(amplifier: str, what: str, value: object) -> str:
    put(f"{amplifier}{what}", value)
    return said(amplifier.removesuffix(":"))


def _read_ready(amplifier: str, ready: Change) -> dict[str, object]:
    """Read it as it is ready: while the values are read, one after the other, a current may leave its band again."""
    for _ in range(TRIES):
        assert ready.comes("Yes"), f"{amplifier} {_read(amplifier)}"
        found = _read(amplifier)
        if found["READY"] == ready.text == "Yes":
            break
    return found


def _read(amplifier: str) -> dict[str, object]:
    words = ("BIAS", "READY", "STATE", "TRIP:WHY", "MSG")
    found: dict[str, object] = {word: epics.caget(f"{amplifier}{word}", as_string=True) for word in words}
    found["stages"] = [{one: epics.caget(f"{amplifier}S{n}:{one}") for one in READINGS} for n in (1, 2, 3)]
    return found


if __name__ == "__main__":
    json.dump(main(sys.argv[1], dict(one.split("=") for one in sys.argv[2:])), sys.stdout)
