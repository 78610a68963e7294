"""Hours of full load: ``make soak``, short with ``python -m benchmarks.soak --wall 300 --plant 900``.

Two things run beside each other.  ``load``: a server in a process of its own, 200 PVs that count at 10 Hz, watched by
20 C clients; each counts what it gets, and the server's memory is read once a second.  ``plant``: IOC and twin
of the STVP on the virtual clock, a day of it, with its memory by the hour.
"""
