"""What comes at which hour of the week, counted without identity, and what that lets expect.

Hours are counted since 1970, UTC; weeks are of 168 such hours. The hour of the week is that of Paris clocks, by which
people live.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from zoneinfo import ZoneInfo

import msgspec

from services.dispatcher.domain.forecast import Traffic
from shared.calendar import PARIS
from shared.contracts.conversation import Force

HOUR_S = 3_600
HOURS_A_WEEK = 168
WEEKS = 8
"""How far back is looked: longer ago other people worked here, and others came."""
_CLOCK = ZoneInfo(PARIS)


class Counts(msgspec.Struct, frozen=True, array_like=True):
    """One queue in one hour: who came, who left unserved, how long they waited, how many talks ended, how long."""

    came: int = 0
    left: int = 0
    waited_ms: int = 0
    talks: int = 0
    talked_ms: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.came + other.came,
            self.left + other.left,
            self.waited_ms + other.waited_ms,
            self.talks + other.talks,
            self.talked_ms + other.talked_ms,
        )


Hour = Mapping[str, Counts]
"""Queue -> counts. An hour in which nobody came is there, and empty."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an hour will bring to one force; ``weeks``: from how many such hours that is known."""

    traffic: Traffic
    weeks: int


def week_of(hour: int) -> int:
    """Return which week an hour is in."""
    return hour // HOURS_A_WEEK


def fuller(one: Hour, other: Hour) -> Hour:
    """Return two accounts of the same hour as one: a store that was restarted has forgotten, and counted anew."""
    return {queue: max(one.get(queue, Counts()), other.get(queue, Counts()), key=_size) for queue in {*one, *other}}


def expected(hours: Mapping[int, Hour], force: Force, at: datetime) -> Expected | None:
    """Return what the hour of ``at`` will bring, as the same hours of the weeks before did; None when too new to say.

    Without any such hour, those of the same time on other days are taken.
    """
    over = [hour for hour in hours if hour < int(at.timestamp()) // HOUR_S]
    same = [hour for hour in over if _slot(hour) == _slot(int(at.timestamp()) // HOUR_S)]
    like = same or [hour for hour in over if _slot(hour)[1] == _slot(int(at.timestamp()) // HOUR_S)[1]]
    everything = _sum(hours.values(), force)
    if not like or not everything.talks:
        return None
    came = _sum((hours[hour] for hour in like), force).came
    patience = everything.waited_ms / everything.left / 1000 if everything.left and everything.waited_ms else None
    talk_s = max(1.0, everything.talked_ms / everything.talks / 1000)
    return Expected(Traffic(came / len(like), talk_s, patience), len(same))


def _slot(hour: int) -> tuple[int, int]:
    local = datetime.fromtimestamp(hour * HOUR_S, UTC).astimezone(_CLOCK)
    return local.weekday(), local.hour


def _sum(hours: Iterable[Hour], force: Force) -> Counts:
    mine = [counts for hour in hours for queue, counts in hour.items() if queue.startswith(f"{force}.")]
    return reduce(Counts.__add__, mine, Counts())


def _size(counts: Counts) -> tuple[int, int]:
    return counts.came + counts.talks, counts.waited_ms + counts.talked_ms
