"""How long people will wait with so many operators, and how many operators a promise takes: Erlang A (M/M/n+M).

People come by chance (Poisson), a conversation lasts by chance, and so does the patience of who waits (exponential).
Each conversation that an operator may have at the same time is one server. Exact, by the stationary distribution of
the birth-death process; without an end of patience it is Erlang C. Palm 1957; Mandelbaum and Zeltyn, *Service
Engineering in Action: The Palm/Erlang-A Queue* (2007).
"""

import math
from dataclasses import dataclass
from functools import cached_property

_NEGLIGIBLE = 1e-12
MOST_OPERATORS = 2_000
"""Beyond this no number of operators is looked for."""


@dataclass(frozen=True)
class Traffic:
    """What comes. Raises ``ValueError`` when a number makes no sense.

    ``an_hour``: arrivals. ``talk_s``: mean length of a conversation. ``patience_s``: how long people wait, on the
    average, before they leave; None when nobody ever leaves.
    """

    an_hour: float
    talk_s: float
    patience_s: float | None

    def __post_init__(self) -> None:
        if self.an_hour < 0 or self.talk_s <= 0 or (self.patience_s is not None and self.patience_s <= 0):
            raise ValueError("arrivals must not be negative; conversation and patience must last some time")

    @property
    def load(self) -> float:
        """How many conversations would go on at the same time if nobody waited (erlangs)."""
        return self.an_hour * self.talk_s / 3600


@dataclass(frozen=True)
class Crew:
    """``traffic`` met by ``servers``: conversations that may go on at the same time."""

    traffic: Traffic
    servers: int

    @property
    def waits(self) -> float:
        """Share of those who come who do not have an operator at once."""
        return self._stationary[0]

    @property
    def queue(self) -> float:
        """How many wait, on the average; infinite when they only ever become more."""
        return self._stationary[1]

    @property
    def mean_wait_s(self) -> float:
        """Mean wait of all who come, whether they are served or leave."""
        return self.queue / self._came_a_second if self._came_a_second > _NEGLIGIBLE else 0.0

    @property
    def leave(self) -> float:
        """Share of those who come who leave before they are served."""
        patience = self.traffic.patience_s
        return self.mean_wait_s / patience if patience else 0.0

    @property
    def busy(self) -> float:
        """Share of the servers that are taken, on the average."""
        return min(1.0, self.traffic.load * (1 - self.leave) / self.servers) if self.servers else 1.0

    def within(self, seconds: float) -> float:
        """Return the share of those who come who have an operator after at most ``seconds``.

        Who leaves before counts as not served: impatience makes no figure better.
        """
        if not self.waits:
            return 1.0
        if seconds <= 0 or not self.servers:
            return 1 - self.waits
        if self.traffic.patience_s is None:
            freed = (self.servers - self.traffic.load) / self.traffic.talk_s
            return 1 - self.waits * math.exp(-freed * seconds) if freed > 0 else 0.0
        return min(1.0, 1 - self.waits + self._served_later(seconds))

    @property
    def _came_a_second(self) -> float:
        return self.traffic.an_hour / 3600

    @cached_property
    def _ratio(self) -> float:
        """Rate at which servers become free, in units of the rate at which one who waits leaves."""
        return self.servers * (self.traffic.patience_s or math.inf) / self.traffic.talk_s

    @cached_property
    def _full(self) -> list[float]:
        """Probability that every server is taken and 0, 1, 2... wait, in units of the first."""
        pressure = self._came_a_second * (self.traffic.patience_s or 0.0)
        found, total = [1.0], 1.0
        while found[-1] > _NEGLIGIBLE * total or self._ratio + len(found) < pressure:
            found.append(found[-1] * pressure / (self._ratio + len(found)))
            total += found[-1]
            if total > 1e200:
                found, total = [one / total for one in found], 1.0
        return found

    @cached_property
    def _not_full(self) -> float:
        """Probability that some server is free, in units of the probability that all are taken and nobody waits."""
        load, inverse = self.traffic.load, 1.0
        for taken in range(1, self.servers + 1):
            inverse = 1.0 + inverse * taken / load
        return inverse - 1.0

    @cached_property
    def _stationary(self) -> tuple[float, float]:
        """Return the share who wait, and how many wait on the average."""
        load, servers = self.traffic.load, self.servers
        if load < _NEGLIGIBLE:
            return 0.0, 0.0
        if self.traffic.patience_s is None:
            if load >= servers:
                return 1.0, math.inf
            free = 1 - load / servers
            waits = 1 / (1 + self._not_full * free)
            return waits, waits * load / servers / free
        # `_full` may have been scaled down in an overload; then its first is what the scale is.
        first = self._full[0]
        total = sum(self._full) + self._not_full * first
        return sum(self._full) / total, sum(place * share for place, share in enumerate(self._full)) / total

    def _served_later(self, seconds: float) -> float:
        """Return the share who wait, do not leave, and are served within ``seconds``.

        With ``j`` before them, ``exp(-wait / patience)`` has the distribution Beta(ratio, j + 1).
        """
        patience = self.traffic.patience_s or math.inf
        gone = -math.expm1(-seconds / patience)
        if gone <= 0:
            return 0.0
        shape = self._ratio + 1
        still, found = 0.0, 0.0
        for before, share in enumerate(self._full):
            log_term = math.lgamma(shape + before) - math.lgamma(shape) - math.lgamma(before + 1)
            still += math.exp(log_term - shape * seconds / patience + before * math.log(gone))
            found += share * self._ratio / (shape + before) * max(0.0, 1 - still)
        return self.waits * found / sum(self._full)


@dataclass(frozen=True, slots=True)
class Promise:
    """``share`` of those who come have an operator within ``seconds``."""

    share: float = 0.95
    seconds: float = 60.0


def operators_for(traffic: Traffic, promise: Promise, limit: int) -> int | None:
    """Return how few operators keep ``promise`` with ``limit`` conversations each; None beyond ``MOST_OPERATORS``."""
    low, high = 0, 1
    while Crew(traffic, high * limit).within(promise.seconds) < promise.share:
        low, high = high, high * 2
        if low >= MOST_OPERATORS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if Crew(traffic, middle * limit).within(promise.seconds) < promise.share:
            low = middle
        else:
            high = middle
    if low == 0 and Crew(traffic, 0).within(promise.seconds) >= promise.share:
        return 0
    return high
