"""Hours of full load: ``make soak``, short with ``python -m benchmarks.soak --short``, as beside the tests.

Three things run beside each other.  ``load``: a server in a process of its own, 200 PVs that count at 10 Hz, watched by
20 C clients that stay; each counts what it gets, to be compared with what was sent.  ``plant``: IOC and twin of the
STVP on the virtual clock, a day of it.  ``station``: the same two as processes over TCP, at their own speed.  ``gates``
says what must be so; ``slope`` and ``census`` how memory is judged, over an hour and at once.
"""
