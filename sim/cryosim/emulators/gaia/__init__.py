"""The INAF GAIA bias board: ten transistors, drain and gate by DAC counts, text over a socket.

Source: bias-flow-vacuum.md 1.3, which rests on the board's public simulator and on unit tests of its client.
"""

from cryosim.emulators.gaia.board import Gaia
from cryosim.emulators.gaia.options import Options

__all__ = ["Gaia", "Options"]
