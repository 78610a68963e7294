"""What is read of an amplifier at one moment: its outputs, as their supplies tell them, and what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryoioc.bias.amplifier import Terminal


@dataclass(frozen=True, kw_only=True)
class OutputReading:
    """One output in one message, in the supply's own words: volts at its terminals.  SI units."""

    when: float  # s, clock time at which it was read
    on: bool
    volts: float  # V, measured
    amperes: float | None  # A, measured; None: it does not measure it
    setting: float | None  # V it is set to; None: it does not tell
    current_limit: float | None = None  # A, in force; of a source-measure module the larger of its two
    over_voltage: float | None = None  # V
    tripped: tuple[str, ...] = ()  # protections that have acted, in words


@dataclass(frozen=True, kw_only=True)
class Cold:
    """What compressor and vacuum say of the cold, in sentences; nothing at all where it will last."""

    lost: tuple[str, ...] = ()  # why it will not last
    unknown: tuple[str, ...] = ()  # which of them is not known


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where the amplifier is."""

    kelvin: float | None = None  # of its temperature; None: not known
    rate: float | None = None  # K/min; None: not known, and not judged
    cold: Cold = Cold()


@dataclass(frozen=True, kw_only=True)
class Reading:
    """All of it.

    An output of which nothing is known, or nothing since its line broke, is missing or None; one that is merely
    old says so by its ``when``.
    """

    outputs: Mapping[Terminal, OutputReading | None]
    around: Surroundings
