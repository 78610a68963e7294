"""How emulated instruments are wired to a plant: in the rack of a station, and alone on the bench.

Rule of this folder: one module per family of instruments, one row per model in ``table``.
"""
