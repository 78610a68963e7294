"""Cryomagnetics LM-500 liquid cryogen level monitor, as seen on its serial line.

Source: bias-flow-vacuum.md 5, and what four public drivers send and expect (pylablib, Atomize, QTLab, CG500).
"""

from cryosim.emulators.cryomagnetics.instrument import Lm500, Options

__all__ = ["Lm500", "Options"]
