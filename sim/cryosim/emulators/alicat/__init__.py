"""Alicat M (meter) and MC (controller) mass-flow instruments, as seen on their serial line.

Source: bias-flow-vacuum.md 3.1, which rests on captures from real units.
"""

from cryosim.emulators.alicat.instrument import Alicat
from cryosim.emulators.alicat.options import Options

__all__ = ["Alicat", "Options"]
