"""Where everybody stands in their queue, written into each conversation's record, where the gateway reads it (V15)."""

from redis.asyncio import Redis

from services.dispatcher import metrics
from services.dispatcher.domain.estimate import wait_s
from services.dispatcher.store.dispatch import Board, DispatchStore, QueueState
from services.dispatcher.store.projection import Place, Projection
from shared import keys

NEAR = 50
"""Positions told at every turn; those further back, at every fifth."""
FAR_TURNS = 5
TURN_MS = 3_000
"""How long an instance keeps the turn to tell; then any may take it."""
AT_ONCE = 500


class Positions:
    """Tells positions and estimates that changed; one instance at a time does it."""

    def __init__(self, valkey: Redis, store: DispatchStore, projection: Projection, instance: str) -> None:
        self._valkey = valkey
        self._store = store
        self._projection = projection
        self._instance = instance
        self._told: dict[str, Place] = {}
        self._turn = 0

    async def tell(self) -> None:
        """Write what changed since this instance told it last; nothing when it is another's turn."""
        if not await self._my_turn():
            self._told.clear()
            return
        self._turn += 1
        board = await self._store.board()
        show(board)
        whole = self._turn % FAR_TURNS == 1
        found: dict[str, Place] = {}
        for queue in board.queues:
            if queue.waiting:
                found |= await self._of_queue(queue, board.now_ms, -1 if whole else NEAR - 1)
        changed = [(one, place) for one, place in found.items() if self._told.get(one) != place]
        kept = {} if whole else {one: place for one, place in self._told.items() if (place.position or 0) > NEAR}
        self._told = kept | {one: place for one, place in found.items() if self._told.get(one) == place}
        for start in range(0, len(changed), AT_ONCE):
            some = dict(changed[start : start + AT_ONCE])
            self._told |= {one: some[one] for one in await self._projection.places(some)}

    async def _my_turn(self) -> bool:
        if await self._valkey.set(keys.POSITIONS_TURN, self._instance, nx=True, px=TURN_MS):
            return True
        if await self._valkey.get(keys.POSITIONS_TURN) != self._instance.encode():
            return False
        await self._valkey.pexpire(keys.POSITIONS_TURN, TURN_MS)
        return True

    async def _of_queue(self, queue: QueueState, now_ms: int, last: int) -> dict[str, Place]:
        order = await self._store.waiting(queue.name, 0, last)
        shut = await self._store.shut(queue.name) if queue.closed else []
        return {conversation: Place(None, None, queue.closed) for conversation in shut} | {
            conversation: Place(position, wait_s(position, queue.served_ms, now_ms, queue.serving))
            for position, conversation in enumerate(order, 1)
        }


def show(board: Board) -> None:
    """Set the gauges of the queues."""
    for queue in board.queues:
        metrics.WAITING[queue.name].set(queue.waiting)
        metrics.SERVING[queue.name].set(queue.serving)
        metrics.OLDEST[queue.name].set((board.now_ms - queue.oldest_ms) / 1000 if queue.oldest_ms else 0)
