"""MKS 937B and 946 gauge controllers, as seen on their serial line or socket.

Sources: the makers' operation manuals of both (serial commands, cold cathode control, error codes), the
StreamDevice protocol and simulator of ``DiamondLightSource/mks937b``, bias-flow-vacuum.md 4.2.
"""

from cryosim.emulators.mks.controller import BROADCAST, Controller
from cryosim.emulators.mks.options import Options

__all__ = ["BROADCAST", "Controller", "Options"]
