"""What a process holds, counted: exact where resident memory needs an hour to say anything.

Counted are the blocks Python has allocated (every small object, texts and numbers too) and the objects its collector
knows, by type.  Neither depends on the machine's load, on the allocator, or on pages shared with other processes.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

MEGABYTE = 2**20


@dataclass(frozen=True)
class Census:
    """A process at one moment, behind a collection."""

    blocks: int
    objects: Mapping[str, int]  # by type


def census() -> Census:
    """Count this process."""
    gc.collect()
    objects = Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())
    return Census(sys.getallocatedblocks(), dict(objects))


def grown(before: Census, after: Census) -> tuple[float, list[tuple[int, str]]]:
    """Return by how many percent the blocks have grown, and by how many objects each type, the most first."""
    more = [(after.objects[name] - before.objects.get(name, 0), name) for name in after.objects]
    return 100.0 * (after.blocks / before.blocks - 1.0), sorted(one for one in more if one[0] > 0)[::-1]


def unique(pid: int) -> float:
    """Return the memory that would be free if a process ended (USS), [MB]."""
    used: int = psutil.Process(pid).memory_full_info().uss
    return used / MEGABYTE
