"""The simulator IOC: the operator's hands, the world and everything that can go wrong, as Channel Access PVs.

Rule of this folder: a PV reads the plant or the instrument itself, so that it is true whoever changed it, and a
put calls what plant, faults and pacing offer anyway; no physics, no decision is made here.
"""

from cryosim.pvs.ioc import TwinIoc, default_port
from cryosim.pvs.pace import Pace, Pacing

__all__ = ["Pace", "Pacing", "TwinIoc", "default_port"]
