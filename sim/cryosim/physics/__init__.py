"""The laws of a helium cryostat: pure functions of SI floats, no state, no clock.

Rule of this folder: every function says its equation, the unit of every argument and result in
brackets, where it holds, its source, and an example that runs; outside its range it raises
:class:`OutOfRange`.  ``helium_tables`` is the exception with a reason: look-ups for the inner loop, where
the ends of a table hold by name.
"""

from cryosim.physics.validity import OutOfRange

__all__ = ["OutOfRange"]
