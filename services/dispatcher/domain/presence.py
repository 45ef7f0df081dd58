"""Presence is a lease: one moment for each operator, moved forward by every sign of life of their console.

Until ``lease - grace`` the operator is present and may be given conversations. Then the grace runs: nothing new,
nothing lost. At ``lease`` the operator is lost, and what they held goes back to the queue.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long silence is borne.

    ``sign_ms``: after the last sign of life, how long a console still counts as present (its pings come every 10 s).
    ``grace_ms``: after that, or after its socket closed, how long its conversations wait for it.
    """

    sign_ms: int = 15_000
    grace_ms: int = 15_000

    def renewed(self, now_ms: int) -> int:
        """Return the lease after a sign of life."""
        return now_ms + self.sign_ms + self.grace_ms

    def closed(self, lease_ms: int, now_ms: int) -> int:
        """Return the lease after the console's socket closed: the grace starts now, and never later than before."""
        return min(lease_ms, now_ms + self.grace_ms)

    def present(self, lease_ms: int, now_ms: int) -> bool:
        """Return whether the operator may be given conversations."""
        return lease_ms - self.grace_ms > now_ms

    def lost(self, lease_ms: int, now_ms: int) -> bool:
        """Return whether what the operator holds goes back to the queue."""
        return lease_ms <= now_ms
