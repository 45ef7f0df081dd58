"""What must hold at every moment, whoever has just died: read from the store in one step, and noted at consoles."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from redis.asyncio import Redis

from services.dispatcher.store.dispatch import QUEUES
from shared import keys
from shared.chat.frames import Held

_LOOK = """
local found = { held = redis.call('HGETALL', KEYS[1]), loads = {}, waiting = {} }
found.offers, found.handovers = redis.call('HGETALL', KEYS[2]), redis.call('ZRANGE', KEYS[3], 0, -1)
for i = 1, tonumber(ARGV[1]) do found.loads[i] = redis.call('SMEMBERS', KEYS[3 + i]) end
for i = 4 + tonumber(ARGV[1]), #KEYS do
  for _, one in ipairs(redis.call('ZRANGE', KEYS[i], 0, -1)) do table.insert(found.waiting, one) end
end
return cjson.encode(found)
"""


@dataclass
class Ledger:
    """Faults found so far; empty at the end, or the fleet has failed."""

    operators: Sequence[str]
    limit: int
    looks: int = 0
    most_waiting: int = 0
    most_held: int = 0
    most_offered: int = 0
    most_handed_over: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, object] = field(default_factory=dict)
    """By fault: whom it was about when it was first seen."""
    _turns: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))

    async def look(self, store: Redis) -> None:
        """Read who waits and who has whom, in one step of the store, and check it."""
        places = [keys.HELD, keys.OFFERS, keys.HANDOVERS, *map(keys.load, self.operators), *map(keys.queue, QUEUES)]
        found = json.loads(await store.eval(_LOOK, len(places), *places, len(self.operators)))
        held, offers = _hash(found["held"]), _hash(found["offers"])
        loads = [list(load or []) for load in found["loads"]]
        waiting = list(found["waiting"] or [])
        self.looks += 1
        self.most_waiting = max(self.most_waiting, len(waiting))
        self.most_held = max(self.most_held, len(held))
        self._check("in two places", [one for one, times in Counter([*waiting, *held]).items() if times > 1])
        self._check("over the limit", [self.operators[at] for at, load in enumerate(loads) if len(load) > self.limit])
        by_load = {one: self.operators[at] for at, load in enumerate(loads) for one in load}
        self._check("held, and on nobody's desk, or another's", held.items() ^ by_load.items())
        self._check(
            "on two desks", [one for one, times in Counter(one for load in loads for one in load).items() if times > 1]
        )

        self._look_at_transfers(held, offers, list(found["handovers"] or []))

    def _look_at_transfers(self, held: dict[str, str], offers: dict[str, str], handovers: list[str]) -> None:
        self.most_offered = max(self.most_offered, len(offers))
        self.most_handed_over = max(self.most_handed_over, len(handovers))
        givers = {one: offer.split(" ", 1)[0] for one, offer in offers.items()}
        self._check("offered by who does not have it", givers.items() - held.items())
        self._check("handed over, and nobody has it", set(handovers) - held.keys())

    async def nothing_is_left(self, store: Redis) -> bool:
        """Whether no offer and no hand-over is under way any more."""
        return not await store.hlen(keys.OFFERS) and not await store.zcard(keys.HANDOVERS)

    def shown(self, operator: str, held: Held, shows: int) -> None:
        """Note that a console shows a conversation of its own, and how many of those it shows then."""
        turn = self._turns[held.conversation, held.turn]
        turn.add(operator)
        self._check("assigned twice", [held.conversation] if len(turn) > 1 else [])
        self._check("a console shows more than its limit", [operator] if shows > self.limit else [])

    def _check(self, what: str, whom: object) -> None:
        if whom:
            self.faults[what] += 1
            self.examples.setdefault(what, whom)

    @property
    def assignments(self) -> int:
        """How many assignments consoles were shown."""
        return len(self._turns)


def _hash(pairs: list[str] | dict[str, str] | None) -> dict[str, str]:
    """Return a hash of the store as the script gives it."""
    flat = list(pairs or [])
    return dict(zip(flat[::2], flat[1::2], strict=True))


async def nobody_serves(store: Redis) -> bool:
    """Whether no operator is believed to be there: whoever has just left would be given somebody of the next test."""
    return not any([await store.zcard(keys.serving(queue)) for queue in QUEUES])
