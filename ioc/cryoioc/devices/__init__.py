"""What instruments understand: one file per family, rows of exchanges first, quirks last.

Rule of this folder: frozen data in the manual's words; no I/O, no clock, no PV.
"""
