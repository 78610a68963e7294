"""The Lake Shore 218S and 218E temperature monitors, written from chapters 4 to 6 of their manual.

``grammar``, ``arguments``, ``numbers``, ``rows``, ``curves``, ``alarms`` and the commands that every instrument of the
maker has are those of the controllers, where the manuals agree;
``options`` says what the manual leaves open, ``memory`` what survives a power failure, ``inputs`` and ``datalog`` what
goes on by itself, ``settings``, ``queries`` and ``commands`` the vocabulary.  Nothing of the drivers is used here.
"""

from cryosim.emulators.lakeshore218.instrument import Monitor
from cryosim.emulators.lakeshore218.options import Options, Version

__all__ = ["Monitor", "Options", "Version"]
