"""Drills: what goes wrong, drawn from a seed, and which of it the IOC must save the cryostat from.

Rule of this folder: it only says what happens and when, and judges by the table alone, before anything has run; it
knows neither the IOC nor a clock.  ``cryoioc.rehearsal`` plays it.
"""
