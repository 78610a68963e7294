"""What stands between an amplifier's supplies and its transistors, as PVs: limits that can be programmed, and that are.

The limits are written before each switching on and never behind somebody's back: of a bias that was found on, or is
on its way down, other ones are told and left (ADR 0034).
"""

from __future__ import annotations

from collections.abc import Sequence

from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.amplifier_stage import show
from cryoioc.pvs.desk import LONG, Group
from cryoioc.records import Record


class AmplifierGuard:
    """``PROTECTED``, ``GUARD`` and ``GUARD:WHY`` of an amplifier.

    Parameters
    ----------
    group : Group
        Of the amplifier.
    unprotected : sequence of str
        Which drains hang on what cannot be given limits, in sentences.
    """

    def __init__(self, group: Group, unprotected: Sequence[str]) -> None:
        self._unprotected = tuple(unprotected)
        self.protected = group.declare(
            Record(name=group.pv("PROTECTED"), kind="bi", states=("No", "Yes"), severities={"No": "MINOR"},
                   doc="Supplies protect the transistors"), about=About(alert=alerts.BIAS_UNPROTECTED))  # fmt: skip
        self.state = group.declare(
            Record(name=group.pv("GUARD"), kind="bi", states=("OK", "Differs"), severities={"Differs": "MAJOR"},
                   doc="Limits of its supplies while on"), about=About(alert=alerts.BIAS_GUARD))  # fmt: skip
        self.why = group.declare(
            Record(name=group.pv("GUARD:WHY"), kind="charin", length=LONG, doc="What is not limited, or otherwise"))
        if unprotected:
            self.protected.post("No")

    def show(self, unlimited: Sequence[str] | None, *, lost: bool) -> None:
        """Show what the last reading says; an answer that is merely late changes nothing.

        Parameters
        ----------
        unlimited : sequence of str or None
            Outputs that are on and have other limits than they are to have, in sentences; None: not all are read.
        lost : bool
            One has not been read for longer than is borne.
        """
        if unlimited is not None:
            self.state.post("Differs" if unlimited else "OK")
            self.why.post("; ".join((*unlimited, *self._unprotected))[: LONG - 1])
        elif lost:
            show(self.state, None)
            show(self.why, None)
        if not self._unprotected and (unlimited is not None or lost):
            show(self.protected, None if unlimited is None else "No" if unlimited else "Yes")
