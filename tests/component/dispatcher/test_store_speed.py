"""One decision takes the store less than 5 ms with 10,000 waiting and 1,000 operators."""

import statistics

from redis.asyncio import Redis

from services.dispatcher.domain.language import LOOKED_PAST, skills
from services.dispatcher.store.dispatch import MOST_AT_ONCE, QUEUES, DispatchStore
from tests.component.dispatcher.people import Clock

WAITING = 10_000
OPERATORS = 1_000
BAR_US = 5_000


async def _script_us(eyes: Redis) -> tuple[int, int]:
    """Return how many scripts the store has run, and the microseconds that they took it."""
    stats = (await eyes.info("commandstats")).get("cmdstat_evalsha", {"calls": 0, "usec": 0})
    return int(stats["calls"]), int(stats["usec"])


async def test_a_decision_is_quick_however_many_wait(eyes: Redis, dispatch: DispatchStore, clock: Clock) -> None:
    for number in range(OPERATORS):
        mine = QUEUES[:3] if number % 2 else QUEUES[3:]
        await dispatch.arrive(f"o{number}", mine, 3, "dispatcher.1", "s")
    for number in range(OPERATORS):
        await dispatch.set_status(f"o{number}", "paused")
    for number in range(WAITING):
        await dispatch.enqueue(f"c{number}", QUEUES[number % len(QUEUES)], clock() - number)
    for number in range(OPERATORS):
        await dispatch.set_status(f"o{number}", "available")
    one: list[int] = []
    whole: list[int] = []
    for most, times in ((1, one), (MOST_AT_ONCE, whole)):
        for _ in range(20):
            _, before = await _script_us(eyes)
            assert len(await dispatch.assign(most)) == most
            times.append((await _script_us(eyes))[1] - before)
    print(f"assign: one {statistics.median(one):.0f} us, {MOST_AT_ONCE} in one run {statistics.median(whole):.0f} us")
    # The least disturbed turn is what a decision costs; the others also measure who else uses the machine.
    assert min(one) < BAR_US
    assert min(whole) < BAR_US


async def test_a_decision_is_quick_however_many_wait_for_their_language(
    eyes: Redis, dispatch: DispatchStore, clock: Clock
) -> None:
    """Every queue is looked through as far as it may be, and nobody is given."""
    for number, queue in enumerate(QUEUES):
        await dispatch.arrive(f"english{number}", skills([queue], ["en"]), 1, "dispatcher.1", "s")
        await dispatch.enqueue(f"c{number}", queue, clock(), "en")
    assert len(await dispatch.assign()) == len(QUEUES)
    for number in range(WAITING // 10):
        await dispatch.enqueue(f"e{number}", QUEUES[number % len(QUEUES)], clock(), "en")
    await dispatch.arrive("french", QUEUES, 3, "dispatcher.1", "s")
    times = []
    for _ in range(20):
        _, before = await _script_us(eyes)
        assert await dispatch.assign() == []
        times.append((await _script_us(eyes))[1] - before)
    print(f"assign past {LOOKED_PAST} of each queue: {statistics.median(times):.0f} us")
    assert min(times) < BAR_US
