"""CPU seconds and memory of running processes, and what the host took from all of them, read from /proc (Linux)."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return user and system time that a process with all its threads has used, by the scheduler's own account.

    ``schedstat`` counts nanoseconds per thread; threads that have ended are only in ``stat``, in ticks of 10 ms.
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    by_ticks = (int(fields[11]) + int(fields[12])) / _TICKS
    try:
        on_cpu = sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return by_ticks
    return max(by_ticks, on_cpu / 1e9)


def cpu_of(pids: Iterable[int]) -> float:
    """Return the CPU seconds of several processes."""
    return sum(cpu_seconds(pid) for pid in pids)


def kernel_seconds(pids: Iterable[int]) -> float:
    """Return how much of several processes' time was the kernel's, for them."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(fields[12]) for fields in stats) / _TICKS


def machine_ticks() -> tuple[int, int]:
    """Return the time of all cores that the host gave to other machines, and all time: in ticks, since the boot."""
    first = Path("/proc/stat").read_text().split("\n", 1)[0]
    # user, nice, system, idle, iowait, irq, softirq, steal; what guests used is within user
    ticks = [int(field) for field in first.split()[1:9]]
    return ticks[7], sum(ticks)


def memory_bytes(pid: int) -> int:
    """Return the memory that is this process's own: what would be free if it ended (private pages, resident)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no memory figure of process {pid}")
