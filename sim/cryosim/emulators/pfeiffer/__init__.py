"""Pfeiffer TPG 26x and 36x gauge controllers, as seen on their serial line or socket.

Source: bias-flow-vacuum.md 4.1 and the public drivers and tests named there.
"""

from cryosim.emulators.pfeiffer.controller import Controller
from cryosim.emulators.pfeiffer.options import FACES, Options

__all__ = ["FACES", "Controller", "Options"]
