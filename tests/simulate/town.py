"""What happens, by chance: who comes when, how long they talk, who loses patience, what breaks."""

import math
import random
from dataclasses import dataclass

from services.dispatcher.store.dispatch import QUEUES

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything."""

    days: float = 2.0
    visitors_a_day: int = 3_000
    operators: int = 24
    """On duty at the same time, in shifts of eight hours; half of each force."""
    limit: int = 3
    talk_ms: int = 22 * MINUTE_MS
    """How long a conversation lasts, in the middle."""
    instances: int = 3
    instance_dies_ms: int = 30 * MINUTE_MS
    """How often one instance dies, on the average."""
    console_lost_ms: int = 4 * HOUR_MS
    """How often one console is lost, on the average."""
    supervised_ms: int = 20 * MINUTE_MS
    """How often a supervisor decides something, on the average."""
    offered_ms: int = MINUTE_MS
    """How often an operator offers a conversation to another, on the average."""


@dataclass(slots=True)
class Town:
    """Draws from one random source, so that a seed tells the whole story."""

    plan: Plan
    chance: random.Random

    def next_visitor_ms(self, since_start_ms: int) -> int:
        """Return when the next one comes: most at 22:00, fewest at 10:00."""
        daily = 1 + 0.6 * math.cos(2 * math.pi * (since_start_ms / DAY_MS - 22 / 24))
        return max(1, int(self.chance.expovariate(self.plan.visitors_a_day * daily / DAY_MS)))

    def queue(self) -> str:
        """Return where they belong."""
        return self.chance.choices(QUEUES, weights=[(2, 5, 1)[number % 3] for number in range(len(QUEUES))])[0]

    def language(self) -> str:
        """Return what they speak."""
        return self.chance.choices(("fr", "en", "ar"), weights=(85, 10, 5))[0]

    def spoken(self) -> list[str]:
        """Return what an operator speaks; nobody speaks Arabic, so that those who do are served in French."""
        return ["fr", "en"] if self.chance.random() < 0.3 else ["fr"]

    def talk_ms(self) -> int:
        """Return how long they talk: some a minute, some hours."""
        return min(4 * HOUR_MS, int(self.chance.lognormvariate(math.log(self.plan.talk_ms), 0.7)))

    def patience_ms(self) -> int | None:
        """Return after how long of waiting they leave; None for those who stay whatever comes."""
        return int(self.chance.expovariate(1 / (10 * MINUTE_MS))) if self.chance.random() < 0.15 else None

    def every(self, mean_ms: int) -> int:
        """Return when the next of something happens that happens every ``mean_ms`` on the average."""
        return max(1, int(self.chance.expovariate(1 / mean_ms)))

    def between(self, low_s: float, high_s: float) -> int:
        """Return some milliseconds between these seconds."""
        return int(self.chance.uniform(low_s, high_s) * 1000)
