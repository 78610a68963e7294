"""Advantech ADAM-4017+ analog input box, as seen on its RS-485 line.

Source: ADAM-4000 series manual, chapters 4 and 5 and appendix B.
"""

from cryosim.emulators.adam.instrument import Adam4017, Options

__all__ = ["Adam4017", "Options"]
