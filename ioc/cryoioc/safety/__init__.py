"""Interlocks: when a heater must go off, what is latched, and that the hardware obeyed.

Rule of this folder: decisions are pure functions of what was heard and of the time; nothing here knows a PV, an
instrument or a line.  Every action goes to the safe side; nothing is ever switched on.
"""
