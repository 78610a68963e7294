"""Bronkhorst thermal mass-flow meters and controllers on a serial line, ProPar in ASCII.

Sources: the maker's documents 9.17.027 (frames, chains, status messages), 9.17.023 and 9.17.084 (parameters), the
maker's package ``bronkhorst-propar`` for numbers and types of parameters; bias-flow-vacuum.md 3.2.  The binary frames
of the same protocol are not answered.
"""

from cryosim.emulators.bronkhorst.instrument import Bronkhorst
from cryosim.emulators.bronkhorst.options import Options

__all__ = ["Bronkhorst", "Options"]
