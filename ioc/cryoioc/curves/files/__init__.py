"""Calibration files.  Rule of this folder: a complaint is one line with file, line and what is wrong.

``text`` makes lines of bytes, ``headed``, ``columns`` and ``cof`` know layouts, ``kinds`` knows which is which.
"""

from cryoioc.curves.files.kinds import READERS, read, render, write

__all__ = ["READERS", "read", "render", "write"]
