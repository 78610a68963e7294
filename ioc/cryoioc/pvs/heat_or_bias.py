"""Heaters and amplifiers biased cold exclude each other: one small rule that both sides ask before they switch on.

An amplifier whose gates were found cold draws several times its current when it is warmed under them
(bias-flow-vacuum.md 2.1).  What is not known counts as on: a supply that does not answer may well heat.
"""

from __future__ import annotations

from typing import Protocol

from cryoioc.errors import Refused


class Heater(Protocol):
    """What warms the cryostat."""

    name: str

    @property
    def heats(self) -> bool | None:
        """Whether its output is on; None where that is not known."""


class Biased(Protocol):
    """An amplifier in the cryostat."""

    name: str

    @property
    def biased_cold(self) -> bool | None:
        """Whether it is biased, or being biased, otherwise than for a warm cryostat; None where that is not known."""


class HeatOrBias:
    """The heaters and amplifiers of one cryostat, and what of them is on.

    Attributes
    ----------
    heaters : list of Heater
    amplifiers : list of Biased
        Each adds itself where it is made.
    """

    def __init__(self) -> None:
        self.heaters: list[Heater] = []
        self.amplifiers: list[Biased] = []

    def may_heat(self) -> None:
        """Raise :class:`Refused` while an amplifier is biased cold, or may be."""
        for one in self.amplifiers:
            if one.biased_cold is None:
                raise Refused(f"{one.name}: bias is not known, it may be cold")
            if one.biased_cold:
                raise Refused(f"{one.name} is biased cold: put it Off first")

    def may_bias_cold(self) -> None:
        """Raise :class:`Refused` while a heater is on, or may be."""
        for one in self.heaters:
            if one.heats is None:
                raise Refused(f"{one.name}: not known to be off")
            if one.heats:
                raise Refused(f"{one.name} is on: put it Off first")
