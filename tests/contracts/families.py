"""The instrument families whose rows are held against transcripts: every one that has a driver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cryoioc.devices.catalogue import FAMILIES as DRIVEN
from cryoioc.quantities import Exchange, Model

FAMILIES: tuple[Mapping[str, Model], ...] = tuple(family.models for family in DRIVEN)
MODELS: dict[str, Model] = {name: model for family in FAMILIES for name, model in family.items()}


def own_rows(family: Mapping[str, Model]) -> Iterator[tuple[str, str, Exchange]]:
    """Yield model, name and row, leaving out what a model shares unchanged with an earlier one."""
    seen: dict[str, list[Exchange]] = {}
    for model in family.values():
        for name, row in model.rows.items():
            if row not in seen.setdefault(name, []):
                seen[name].append(row)
                yield model.name, name, row
