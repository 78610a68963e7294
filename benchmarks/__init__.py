"""What the IOC does on a real line, measured: ``python -m benchmarks``, also ``make bench``.

Rule of this folder: emulated instruments, IOC and clients are processes of their own, as in a
laboratory; what is measured is read from the line log of the emulators and by Channel Access
clients, never inside the IOC.  Beside each figure stands what the line allows.

``twin`` and ``watcher`` run in those processes; ``rig`` starts and stops them, ``session`` goes
through the phases of one measurement, ``wirelog`` reads the log, ``limits`` computes what is
possible, ``rates``, ``puts``, ``load`` and ``start`` make figures of it, ``report`` shows them.
"""
