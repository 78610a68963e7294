"""One output: its settings, what it drives, and its protections."""

from __future__ import annotations

import enum
import math
import random
from dataclasses import dataclass

from cryosim.emulators.ports import LoadPort, Terminals
from cryosim.emulators.scpi.faces import Rating
from cryosim.emulators.scpi.options import Options

OPEN = Terminals(0.0, 0.0, limited=False)
NOT_A_NUMBER = 9.91e37  # what SCPI writes for a reading that there is not


class Trip(enum.Enum):
    """What has switched an output off, latched."""

    NONE = enum.auto()
    OVER_VOLTAGE = enum.auto()
    OVER_CURRENT = enum.auto()
    COUPLED = enum.auto()  # another output, or the watchdog


@dataclass
class Settings:
    """What can be set on one output."""

    volts: float = 0.0  # V
    limit: float = 0.0  # A
    on: bool = False
    ovp: float = math.inf  # V
    ovp_on_setting: bool = False  # trips on the setting, not on the voltage (VOLT:PROT:MODE PROT)
    ocp: bool = False  # current limit trips
    ocp_delay: float = 0.0  # s
    ocp_start: str = "SCH"
    rise_delay: float = 0.0  # s
    fall_delay: float = 0.0  # s
    setpoint: float = 0.0  # A, of an SMU with current priority
    volt_step: float = 1.0  # V, of VOLT UP
    amp_step: float = 0.1  # A, of CURR UP


class Output:
    """One output.

    Parameters
    ----------
    number : int
        Its number, from 1.
    rating : Rating
        What it can do.
    port : LoadPort or None
        What it is wired to.
    options : Options
        Readings of what is not documented.
    seed : int
        Seed of the noise of its readings.

    Attributes
    ----------
    stuck : bool
        Its relay and regulator no longer obey; what it drives stays.
    unreadable : bool
        Its readings are no numbers.
    """

    def __init__(self, number: int, rating: Rating, port: LoadPort | None, options: Options, seed: int) -> None:
        self.number, self.rating, self.options = number, rating, options
        self.port = port
        self.stuck = self.unreadable = False
        self.enabled = True  # master switch
        self.trip = Trip.NONE
        self.busy = 0.0  # s, until a delayed on or off
        self._limited_for = 0.0  # s
        self._since_change = 0.0  # s
        self._live = False
        self._random = random.Random(seed * 1000 + number)
        self.settings = self.fresh()

    def fresh(self) -> Settings:
        """Return the settings after ``*RST``."""
        rating = self.rating
        return Settings(
            limit=rating.reset_amperes,
            ovp=rating.ovp,
            ocp_delay=rating.ocp_delay,
            ocp_start="CCTR" if rating.fuse else self.options.ocp_start,
        )

    @property
    def wanted(self) -> bool:
        """Whether it should be on."""
        return self.settings.on and self.enabled and self.trip is Trip.NONE

    def switch(self, on: bool) -> None:
        """Switch on or off, after its own delay."""
        if on != self.settings.on:
            self.settings.on = on
            self.busy = self.settings.rise_delay if on else self.settings.fall_delay
        self.changed()

    def changed(self) -> None:
        """Take note of a change of settings: the delay of the over-current protection starts."""
        self._since_change = 0.0

    def drive(self) -> None:
        """Put on the terminals what is wanted; the voltage rises no further than its protection lets it."""
        if self.stuck or self.busy > 0.0:
            return
        self._live = self.wanted
        if self.port is None:
            return
        if not self._live:
            self.port.disconnect()
            return
        volts, ovp = self.settings.volts, self.settings.ovp
        self.port.apply(math.copysign(min(abs(volts), ovp), volts), self.settings.limit)

    def protect(self) -> bool:
        """Trip if need be; say whether it has."""
        if not self._live or self.trip is not Trip.NONE:
            return False
        settings, at = self.settings, self.terminals()
        if abs(settings.volts) > settings.ovp and (settings.ovp_on_setting or abs(at.volts) >= settings.ovp):
            self.cut(Trip.OVER_VOLTAGE, 0.0)
            return True
        waited = self._since_change if settings.ocp_start == "SCH" else self._limited_for
        if settings.ocp and at.limited and waited >= settings.ocp_delay:
            self.cut(Trip.OVER_CURRENT, min(self._limited_for, settings.ocp_delay))
            return True
        return False

    def cut(self, why: Trip, after: float) -> None:
        """Switch off at once, latched, what stood having lasted so long, [s]."""
        self.trip = why
        if self.stuck:
            return
        self._live, self.busy = False, 0.0
        if self.port is not None:
            self.port.disconnect(after)

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]."""
        self._since_change += dt
        self._limited_for = self._limited_for + dt if self.terminals().limited else 0.0
        if self.busy > 0.0:
            self.busy -= dt
            if self.busy <= 0.0:
                self.busy = 0.0
                self.drive()

    def lose_power(self) -> None:
        """Mains off: the relay opens, whatever was latched is forgotten."""
        self.trip, self.busy, self._live = Trip.NONE, 0.0, False
        self._limited_for = self._since_change = 0.0
        if self.port is not None:
            self.port.disconnect(0.0)  # mains fail everywhere at once

    @property
    def live(self) -> bool:
        """Whether there is voltage on the terminals by its own doing."""
        return self._live

    def look(self) -> None:
        """Let what it is wired to settle, on or off: what stands after a command stands until the next."""
        if self.port is not None:
            self.port.read()

    def terminals(self) -> Terminals:
        """Return what is at the terminals."""
        if not self._live:
            return OPEN
        if self.port is None:
            return Terminals(self.settings.volts, 0.0, limited=False)
        return self.port.read()

    def read_volts(self) -> float:
        """Return what its voltmeter reads, [V]."""
        return self._read(self.terminals().volts, self.rating.volt_noise, self.rating.volt_reading)

    def read_amperes(self) -> float:
        """Return what its ammeter reads, [A]."""
        rating, true = self.rating, self.terminals().amperes
        fine = abs(true) < rating.low_range
        return self._read(true, rating.amp_noise, rating.amp_reading_low if fine else rating.amp_reading)

    def _read(self, true: float, noise: float, step: float) -> float:
        if self.unreadable:
            return NOT_A_NUMBER
        return round((true + self._random.gauss(0.0, noise)) / step) * step + 0.0
