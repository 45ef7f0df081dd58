"""What counting needs from outside."""

from typing import Protocol

from services.signalement.domain import Month, Progress


class Figures(Protocol):
    """Where counts are kept. Every method raises the driver's error when the store is away."""

    async def progress(self, conversation: str) -> Progress | None:
        """Return how far a conversation has come."""

    async def keep_progress(self, conversation: str, progress: Progress) -> None:
        """Keep it for a few days."""

    async def month(self, name: str) -> tuple[Month, int]:
        """Return a month's counts and their revision; empty counts and 0 when there are none."""

    async def keep_month(self, name: str, month: Month, revision: int) -> None:
        """Keep a month's counts; raises when somebody else has changed them since ``revision``."""

    async def months(self) -> list[str]:
        """Return the names of all months that have counts, first to last."""
