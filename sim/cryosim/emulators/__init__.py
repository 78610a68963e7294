"""Instruments as witnesses: each is written from its manual, owns its grammar and its behaviour.

Nothing here is shared with the drivers; a wrong driver must fail against them.
"""
