"""One transistor of a GAIA board: its two DACs and what they drive."""

from __future__ import annotations

from cryosim.emulators.gaia.options import Options
from cryosim.emulators.ports import LoadPort, Terminals


class Channel:
    """Drain and gate of one transistor.

    Parameters
    ----------
    drain, gate : LoadPort or None
        What they are wired to.
    options : Options
        Scales and limits.

    Attributes
    ----------
    stuck : bool
        Its outputs no longer obey; what they drive stays.
    """

    def __init__(self, drain: LoadPort | None, gate: LoadPort | None, options: Options) -> None:
        self._drain, self._gate, self._options = drain, gate, options
        self.drain_counts = self.gate_counts = 0
        self.enabled = self.stuck = False

    def drive(self) -> None:
        """Put on both outputs what the DACs say; they change together."""
        options = self._options
        if self.stuck:
            return
        if self._gate is not None:
            if self.enabled or options.enable == "drain":
                self._gate.apply(self.gate_volts, options.gate_limit)
            else:
                self._gate.disconnect()
        if self._drain is not None:
            if self.enabled:
                self._drain.apply(self.drain_volts, options.drain_limit)
            else:
                self._drain.disconnect()

    def lose_power(self) -> None:
        """Mains off: both outputs open."""
        self.enabled = False
        for port in (self._drain, self._gate):
            if port is not None:
                port.disconnect(0.0)  # mains fail everywhere at once

    @property
    def drain_volts(self) -> float:
        """What the drain DAC gives, [V]."""
        return self._options.drain_offset + self.drain_counts * self._options.drain_per_count

    @property
    def gate_volts(self) -> float:
        """What the gate DAC gives, [V]."""
        return self._options.gate_offset + self.gate_counts * self._options.gate_per_count

    def at_drain(self) -> Terminals:
        """Return what is at the drain output."""
        if self._drain is None:
            return Terminals(self.drain_volts if self.enabled else 0.0, 0.0, limited=False)
        return self._drain.read()

    def at_gate(self) -> Terminals:
        """Return what is at the gate output."""
        if self._gate is None:
            return Terminals(self.gate_volts if self.enabled else 0.0, 0.0, limited=False)
        return self._gate.read()
