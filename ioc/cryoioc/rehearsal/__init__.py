"""IOC, lines, emulated instruments and cryostat in one process on one clock: whole days in minutes.

Rule of this folder: it puts together what exists and does what a person would do, through PVs; no protocol, no
physics, no decision is made here.  Beside ``demo`` it is the only place of the IOC that knows the twin.
"""

from cryoioc.rehearsal.stage import Stage

__all__ = ["Stage"]
