"""Models of supplies: what each output can do, and how the instrument writes.

Ranges of settings: bias-flow-vacuum.md 1.2.  Steps and noise are unverified but where a source is named; they decide
how well a bias can be held, so a station states its own ``current_resolution``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Dialect = Literal["list", "select"]


@dataclass(frozen=True, kw_only=True)
class Rating:
    """One output."""

    volts: float  # V, highest setting
    amperes: float  # A, highest setting
    lowest: float = 0.0  # V, lowest setting; below 0 on a bipolar output
    least: float = 0.0  # A, lowest setting
    ovp: float  # V, highest level of the over-voltage protection, and what it is after *RST
    reset_amperes: float  # A, limit after *RST
    volt_step: float  # V, of settings
    amp_step: float  # A, of settings
    volt_reading: float  # V, step of readings
    amp_reading: float  # A, step of readings
    low_range: float = 0.0  # A, below which currents are read finer
    amp_reading_low: float = 0.0  # A, step there
    volt_noise: float = 0.0  # V, rms
    amp_noise: float = 0.0  # A, rms
    model: str = ""  # of a module in a frame
    smu: bool = False  # a source-measure module
    ocp_delay: float = 20e-3  # s, of the over-current protection after *RST
    fuse: bool = False  # its over-current protection is a fuse, whose delay runs from when the current is limited


@dataclass(frozen=True, kw_only=True)
class Face:
    """One model of instrument."""

    identity: str  # *IDN?, without serial number and firmware
    serial: str
    firmware: str
    dialect: Dialect
    outputs: tuple[Rating, ...]
    number: str  # format of readings and settings where the dialect has one for all
    no_error: str  # reply of SYST:ERR? with an empty queue
    scpi: str = "1999.0"
    list_required: bool = False  # a channel list must be given
    frame: bool = False  # modules in slots, output watchdog, status registers by channel list

    @property
    def idn(self) -> str:
        """The whole identity."""
        return f"{self.identity},{self.serial},{self.firmware}"


def _e36312a(volts: float, amperes: float) -> Rating:
    return Rating(
        volts=volts * 1.03,
        amperes=amperes * 1.03,
        ovp=volts * 1.1,
        reset_amperes=amperes,
        volt_step=0.5e-3,
        amp_step=0.1e-3,
        volt_reading=0.1e-3,
        amp_reading=0.1e-3,
        low_range=20e-3,
        amp_reading_low=2e-6,
        volt_noise=50e-6,
        amp_noise=2e-6,
    )


E36312A = Face(
    identity="Keysight Technologies,E36312A",
    serial="MY59002391",
    firmware="2.1.0-1.0.4-1.12",
    dialect="list",
    outputs=(_e36312a(6.0, 5.0), _e36312a(25.0, 1.0), _e36312a(25.0, 1.0)),
    number="+.8E",
    no_error='+0,"No error"',
)

_HMP4040 = Rating(
    volts=32.05,
    amperes=10.0,
    least=0.5e-3,
    ovp=33.0,
    reset_amperes=0.1,
    volt_step=1e-3,
    amp_step=0.2e-3,
    volt_reading=1e-3,
    amp_reading=1e-3,
    low_range=1.0,
    amp_reading_low=0.2e-3,
    volt_noise=0.2e-3,
    amp_noise=20e-6,
    ocp_delay=10e-3,
    fuse=True,
)
HMP4040 = Face(
    identity="ROHDE&SCHWARZ,HMP4040",
    serial="109401",
    firmware="HW50020003/SW2.70",
    dialect="select",
    outputs=(_HMP4040,) * 4,
    number=".3f",
    no_error='0, "No error"',
    scpi="1996.0",
)

MODULES: Mapping[str, Rating] = {
    "N6731B": Rating(
        model="N6731B", volts=5.1, amperes=10.2, ovp=7.5, reset_amperes=0.125,
        volt_step=1e-3, amp_step=2e-3, volt_reading=1e-3, amp_reading=2e-3, volt_noise=1e-3, amp_noise=1e-3,
    ),
    "N6761A": Rating(
        model="N6761A", volts=51.0, amperes=1.53, ovp=55.0, reset_amperes=1e-3,
        volt_step=0.1e-3, amp_step=10e-6, volt_reading=0.1e-3, amp_reading=10e-6,
        low_range=0.1, amp_reading_low=1e-6, volt_noise=50e-6, amp_noise=0.5e-6,
    ),
    "N6784A": Rating(
        model="N6784A", volts=20.4, lowest=-20.4, amperes=3.06, ovp=24.0, reset_amperes=0.08, smu=True,
        volt_step=0.1e-3, amp_step=10e-6, volt_reading=20e-6, amp_reading=10e-6,
        low_range=0.1, amp_reading_low=0.05e-6, volt_noise=20e-6, amp_noise=0.05e-6,
    ),
}  # fmt: skip


def n6700(modules: Sequence[str]) -> Face:
    """Return a frame with up to four modules, the first in slot 1."""
    return Face(
        identity="Agilent Technologies,N6700B",
        serial="MY54005645",
        firmware="D.04.01",
        dialect="list",
        outputs=tuple(MODULES[module] for module in modules),
        number=".5E",
        no_error='+0,"No error"',
        list_required=True,
        frame=True,
    )
