"""What no source settles, as switches; the default is the reading that is harder on a driver.

Section numbers are those of bias-flow-vacuum.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Options:
    """Readings of the unverified items."""

    relative_headers: bool = True
    """A header behind ``;`` without a colon continues the path of the one before | starts at the root."""
    clear_restores: bool = True
    """1.2: clearing a protection brings the output back by itself, as the maker says of N6700 and N6900 |
    it stays off until it is switched on.  HMP outputs always stay off."""
    power_on: Literal["reset", "last"] = "reset"
    """1.2: settings after mains off and on: as after ``*RST`` | as they were.  Outputs are off in both."""
    ocp_delay_max: float = 0.255
    """1.2: longest delay of the over-current protection, [s]: 0.255 | 3600 (another public driver sends 0.5)."""
    ocp_start: Literal["SCH", "CCTR"] = "SCH"
    """1.2: the delay runs after a change of settings | after the current has come to its limit.  Also settable."""
    smu_current: Literal["setpoint", "limit"] = "setpoint"
    """1.2: ``CURR`` of an N678xA with voltage priority: setpoint of the other priority, the limit being
    ``CURR:LIM`` | the limit, as on every other module."""
    summary_bits: Literal["high", "low"] = "high"
    """1.2: protections in ISUM: bits 9 and 10, as on E364x and HMP | bits 2 and 3.  Bits 0 and 1 are CC and CV."""
    fuse_delay_in_ms: bool = True
    """1.2: ``FUSE:DEL`` of an HMP takes milliseconds | seconds."""
    fuse_link: Literal["forward", "mutual"] = "forward"
    """1.2: a linked fuse: the selected channel takes the other with it | each takes the other."""
    output_query: Literal["live", "selected"] = "live"
    """1.2: ``OUTP?`` of an HMP: SEL and GEN | SEL alone."""
    power_reading: bool = True
    """1.2: ``MEAS:POW?`` of an HMP, on newer ones."""
    busy_after_on: float = 0.0
    """1.2: time after an output is switched on in which commands are lost with -113, [s]."""
