"""The compressor of the cooler: whether it runs, from a contact, from another IOC, or entered by hand.

The IOC does not switch it.  Off is no alarm in a warm cryostat; in a cold one it is the beginning of a warm-up.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryoioc.pvs import alerts
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.rig_sources import Sources
from cryoioc.pvs.rig_switch import RigSwitch
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.station_rig import Compressor


class CompressorGroup(Group):
    """``COMP`` and its companions.

    Parameters
    ----------
    desk : Desk
    spec : Compressor
        Its state must be given.
    sources : Sources
    stages : sequence of ThermometerGroup
        Those that tell whether the cryostat is cold.
    """

    def __init__(self, desk: Desk, spec: Compressor, sources: Sources, stages: Sequence[ThermometerGroup]) -> None:
        assert spec.state is not None
        super().__init__(desk, "COMP", needs=sources.instrument(spec.state))
        self.spec, self.stages = spec, stages
        self.devices = sources.behind(spec.state)
        self.switch: RigSwitch = sources.switch(self, "", spec.state, alerts.COMPRESSOR,
                                                doc="Compressor of the cooler")  # fmt: skip
        self.switch.judge = self._severity

    @property
    def running(self) -> bool | None:
        """Whether it runs; None where that is not known."""
        return self.switch.on

    def tick(self) -> None:
        """Bring age and alarm up to date; called about once a second."""
        self.switch.tick()
        self.switch.judge_again()

    def _severity(self, on: bool) -> str:
        """Return how bad that is: a stage that cannot be read is none that is cold."""
        known = [kelvin for stage in self.stages if (kelvin := stage.reading.kelvin) is not None]
        missed = not on and any(kelvin < self.spec.cold_below for kelvin in known)
        return "MAJOR" if missed else "NO_ALARM"
