"""Power supplies with several outputs that speak SCPI: Keysight E36312A and N6700, R&S HMP4040.

Source: bias-flow-vacuum.md 1.2; status bits, watchdog and clearing of an N6700 from the maker's operating guides of
N6705C (p. 350), N6702C (p. 158) and N6900 (p. 251).
Rule of this folder: one core of outputs and grammar, one table of commands per dialect, one row per model in ``faces``.
"""

from cryosim.emulators.scpi.faces import E36312A, HMP4040, MODULES, Face, n6700
from cryosim.emulators.scpi.options import Options
from cryosim.emulators.scpi.supply import Supply

__all__ = ["E36312A", "HMP4040", "MODULES", "Face", "Options", "Supply", "n6700"]
