"""American Magnetics 1700 liquid-level instrument, as seen on its serial line or socket.

Source: bias-flow-vacuum.md 5, the maker's manual (Rev. 2, pages 65 and 69), and what the public EPICS
protocols of two laboratories ask and expect.
"""

from cryosim.emulators.ami.instrument import Ami1700, Options

__all__ = ["Ami1700", "Options"]
