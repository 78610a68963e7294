"""Tables of a TOML file -> frozen dataclasses, with one sentence per mistake.

A dataclass says what its table holds: :func:`key` gives a field its meaning, range or choices, and
the documentation of the file is made from the same words.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import os
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryoioc.errors import StationError


def key(
    doc: str,
    default: Any = dataclasses.MISSING,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[Any, ...] = (),
) -> Any:
    """Declare a key: what it means, its default, and its range or choices."""
    meta: dict[str, Any] = {"doc": doc}
    if low is not None and high is not None:
        meta["range"] = (low, high)
    if choices:
        meta["choices"] = choices
    if isinstance(default, dict):
        return dataclasses.field(default_factory=dict, metadata=meta)
    return dataclasses.field(default=default, metadata=meta)


class Reader:
    """Collects one sentence per mistake while the tables are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[str] = []

    def complain(self, where: str, what: str) -> None:
        self.lines.append(f"{self.path}: {where}: {what}" if where else f"{self.path}: {what}")

    def unknown(self, where: str, key: str, known: list[str]) -> None:
        close = difflib.get_close_matches(key, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"known keys: {', '.join(known)}"
        self.complain(f"{where}.{key}" if where else key, f"unknown key; {hint}")

    def table(self, value: Any, where: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.complain(where, f"expected a table, found {show(value)}")
        return {}

    def read(self, cls: type, raw: Any, where: str, **given: Any) -> Any:
        """Build ``cls`` from a TOML table; None when something is wrong with it."""
        before = len(self.lines)
        raw = self.table(raw, where)
        hints = typing.get_type_hints(cls)
        fields = {key_of(f): f for f in dataclasses.fields(cls) if f.name not in given}
        for key in raw:
            if key not in fields:
                self.unknown(where, key, list(fields))
        values = dict(given)
        for name, spec in fields.items():
            if name in raw:
                place = f"{where}.{name}" if where else name
                values[spec.name] = self.value(raw[name], hints[spec.name], spec.metadata, place)
            elif spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
                self.complain(where, f"key {name} is missing; expected {wanted(hints[spec.name], spec.metadata)}")
        return cls(**values) if len(self.lines) == before else None

    def value(self, value: Any, hint: Any, meta: Mapping[str, Any], where: str) -> Any:
        if (cls := table_of(hint)) is not None:
            return self.read(cls, value, where)
        fits, converted = _fits(value, hint)
        if fits and "choices" in meta:
            fits = converted in meta["choices"]
        if fits and "range" in meta and converted is not None:
            low, high = meta["range"]
            fits = all(low <= one <= high for one in (converted if isinstance(converted, tuple) else (converted,)))
        if not fits:
            self.complain(where, f"expected {wanted(hint, meta)}, found {show(value)}")
        return converted


def key_of(spec: dataclasses.Field[Any]) -> str:
    """Return the key a field is written as: ``for_`` is a word of Python, ``for`` is not one of TOML."""
    return spec.name.rstrip("_")


def table_of(hint: Any) -> type | None:
    """Return the dataclass of a key that holds a table of its own, also of one that may be missing; else None."""
    alternatives = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return next((one for one in alternatives if isinstance(one, type) and dataclasses.is_dataclass(one)), None)


def show(value: Any) -> str:
    """Return a value of the file as it is quoted in a message."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def wanted(hint: Any, meta: Mapping[str, Any]) -> str:
    """Return in words what a key takes."""
    if "choices" in meta:
        return "one of " + ", ".join(map(str, meta["choices"]))
    word = "text"
    if table_of(hint) is not None:
        word = "a table"
    elif hint is bool:
        word = "true or false"
    elif hint in (int,):
        word = "a whole number"
    elif hint is float or isinstance(hint, types.UnionType):
        word = "a number"
    elif typing.get_origin(hint) is tuple:
        word = "a list of numbers" if _of_numbers(hint) else "a list of texts"
    elif typing.get_origin(hint) is Mapping:
        word = "a table of numbers"
    if "range" in meta:
        low, high = meta["range"]
        word += f" from {low:g} to {high:g}"
    return word


def _of_numbers(hint: Any) -> bool:
    return typing.get_args(hint)[0] is float


def _fits(value: Any, hint: Any) -> tuple[bool, Any]:
    """Say whether ``value`` is of the annotated type, and convert it."""
    if isinstance(value, bool):
        return hint is bool, value
    if hint is float or isinstance(hint, types.UnionType):
        ok = isinstance(value, int | float) and math.isfinite(value)
        return ok, float(value) if ok else value
    if hint is int:
        return isinstance(value, int), value
    if hint is str:
        return isinstance(value, str), value
    if typing.get_origin(hint) is tuple:
        each = [_fits(item, typing.get_args(hint)[0]) for item in value] if isinstance(value, list) else []
        ok = isinstance(value, list) and all(fits for fits, _ in each)
        return ok, tuple(item for _, item in each) if ok else value
    ok = isinstance(value, dict) and all(
        isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in value.values()
    )
    return ok, {k: float(v) for k, v in value.items()} if ok else value


def expand(value: Any, where: str, reader: Reader) -> Any:
    """Replace ``${ENV}`` in every text of a TOML tree."""
    if isinstance(value, dict):
        return {k: expand(v, f"{where}.{k}" if where else k, reader) for k, v in value.items()}
    if isinstance(value, list):
        return [expand(v, where, reader) for v in value]
    if not isinstance(value, str):
        return value

    def environment(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            reader.complain(where, f"environment variable {match[1]} is not set")
        return os.environ.get(match[1], match[0])

    return re.sub(r"\$\{(\w+)\}", environment, value)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise StationError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise StationError(
            [f"{path}: not UTF-8 text: byte {error.start} is {error.object[error.start]:#04x}"]
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise StationError([f"{path}: not TOML: {error}"]) from error
    except RecursionError as error:
        raise StationError([f"{path}: not TOML: nested too deeply"]) from error


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Lay ``over`` on ``base``, table by table."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def read_with_includes(path: Path, reader: Reader) -> dict[str, Any]:
    """Return the tables of a file laid over those of the files it includes."""
    raw = _parse(path)
    head = raw.get("station")
    includes = head.pop("include", []) if isinstance(head, dict) else []
    if not isinstance(includes, list) or not all(isinstance(i, str) for i in includes):
        reader.complain("station.include", f"expected a list of file names, found {show(includes)}")
        return raw
    base: dict[str, Any] = {}
    for name in includes:
        under = _parse(path.parent / name)
        if isinstance(under.get("station"), dict) and "include" in under["station"]:
            reader.complain("station.include", f"{name} includes files itself; only the station file may")
        base = _merge(base, under)
    return _merge(base, raw)
