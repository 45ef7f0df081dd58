"""Loading big immutable tables without paying the garbage collector for them, and telling what they take."""

import gc
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STATUS = Path("/proc/self/status")


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold the cyclic collector while a table is built: it would walk 100,000 new objects many times in vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def peak_mb() -> float:
    """Return the most memory that this process has had resident, in MB.

    Linux counts in ``ru_maxrss`` what the parent had at the fork; ``VmHWM`` is this program's own.
    """
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 1024, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
