"""Signalement is killed with SIGKILL at every step of its work, and the broker too: each report is delivered exactly
once in effect, and none is lost (S3)."""

import asyncio
from collections import Counter

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import NotFoundError

from infra.local.stack import Stack
from shared import streams
from shared.contracts.audit import AuditAction
from shared.contracts.signalement_reports import ReportChanged, ReportStatus
from tests.component.signalement.lives import Lives
from tests.component.signalement.world import World, command, deliveries, persist
from tests.reports import Case, Station
from tests.servers import NatsServer, eventually
from tests.stack import free_ports

MOST_WRITES = 20
TAKING = {
    "$KV.REPORTS",
    "evt.signalement.report.submitted.v1",
    "evt.signalement.report.changed.v1",
    "audit",
}
"""Every kind of write that taking charge of a report needs."""


async def opened(world: World, station: Station, number: int) -> list[Case]:
    """Return cases whose conversations the service knows."""
    cases = [Case(station) for _ in range(number)]
    for case in cases:
        await world.open(case)
    return cases


async def hand_in(world: World, case: Case) -> ReportStatus:
    """Hand a report in until it is in its queue."""

    async def once() -> ReportStatus:
        reply = await world.submit(asked, within_s=0.5)
        if reply.status is ReportStatus.RECEIVED:
            raise ValueError("kept, and not queued yet")
        return reply.status

    asked = case.submission()
    return await persist(once)


async def facts_of(world: World, cases: list[Case]) -> dict[Case | None, list[int]]:
    """Return the revisions that were stated of each report, in order; nobody takes them out in these tests."""
    jetstream = await world.jetstream("admin")
    state = (await jetstream.stream_info(streams.SIGNALEMENT_FACTS)).state
    by_id = {case.report: case for case in cases}
    found: dict[Case | None, list[int]] = {}
    for seq in range(state.first_seq, state.last_seq + 1):
        try:
            message = await jetstream.get_msg(streams.SIGNALEMENT_FACTS, seq)
        except NotFoundError:
            continue
        fact = ReportChanged.model_validate_json(message.data or b"")
        found.setdefault(by_id.get(fact.report), []).append(fact.revision)
    return found


async def test_killed_at_every_step_of_taking_charge_each_report_is_delivered_once(
    world: World, station: Station, nats: NatsServer
) -> None:
    async with Lives(nats) as lives:
        await lives.begin()
        cases = await persist(lambda: opened(world, station, MOST_WRITES))
        delivered: Counter[str] = Counter()
        done = []
        async with world.partner(station) as partner:
            for writes, case in enumerate(cases, start=1):
                before = len(lives.deaths)
                await lives.begin(writes, reborn=True)
                assert await hand_in(world, case) is ReportStatus.SUBMITTED
                (message,) = await deliveries(partner, station)
                delivered[message.subject] += 1
                taken = await command(partner, station, "take_charge", report=case.report)
                assert taken.status is ReportStatus.TAKEN
                await message.ack_sync()
                done.append(case)
                if len(lives.deaths) == before and set(lives.deaths) >= TAKING:
                    break
            assert await deliveries(partner, station, within_s=0.3) == []
        await lives.begin()
        await _all_taken_once(world, done)
        assert set(lives.deaths) >= TAKING
        assert set(delivered.values()) == {1}


async def test_killed_while_a_report_is_handed_in_and_nobody_asks_again_it_is_delivered(
    world: World, station: Station, nats: NatsServer
) -> None:
    """The operator's browser is gone too: what was kept is finished by the next life alone."""
    async with Lives(nats) as lives:
        await lives.begin()
        cases = await persist(lambda: opened(world, station, 6))
        for writes, case in enumerate(cases, start=1):
            await lives.begin(writes)
            submission = case.submission()

            async def once(submission: object = submission) -> None:
                if lives.alive:
                    await world.submit(submission, within_s=0.4)  # type: ignore[arg-type] # it is one

            await persist(once)
            await lives.ended()
        await lives.begin()
        for case in cases:
            await eventually(lambda case=case: _is(world, case, ReportStatus.SUBMITTED))  # type: ignore[misc] # bound now
        assert await world.queued() == len(cases)
        async with world.partner(station) as partner:
            found = await deliveries(partner, station, most=20)
        assert sorted(message.subject.rsplit(".", 1)[1] for message in found) == sorted(str(c.report) for c in cases)


async def test_killed_at_every_step_of_a_withdrawal_it_is_in_no_queue(
    world: World, station: Station, nats: NatsServer
) -> None:
    async with Lives(nats) as lives:
        await lives.begin()
        cases = await persist(lambda: opened(world, station, 8))
        for case in cases:
            await hand_in(world, case)
        for writes, case in enumerate(cases, start=1):
            await lives.begin(writes, reborn=True)
            withdrawal = case.withdrawal()
            reply = await persist(lambda withdrawal=withdrawal: world.withdraw(withdrawal, 0.5))  # type: ignore[misc] # bound now
            assert reply.status is ReportStatus.WITHDRAWN
        await lives.begin()
        for case in cases:
            await eventually(lambda case=case: _is(world, case, ReportStatus.WITHDRAWN))  # type: ignore[misc] # bound now
            assert sum(one.action is AuditAction.REPORT_WITHDRAWN for one in await world.audited(case)) == 1
        assert f"purge {streams.SIGNALEMENTS}" in lives.deaths
        async with world.partner(station) as partner:
            left = await deliveries(partner, station, most=20, within_s=0.3)
        assert left == []


async def test_the_broker_is_killed_at_every_step_and_nothing_is_lost_or_doubled() -> None:
    stack = Stack(free_ports(), services=("signalement",), demo_partners=False)
    try:
        await stack.start()
        server = NatsServer(stack.addresses.nats, stack.secrets.nats, stack.secrets.issuer)
        async with World(server) as world:
            station = Station()
            await world.register(station)
            cases = await opened(world, station, 4)
            for case, stage in zip(cases, ("received", "received", "submitted", "submitted"), strict=True):
                handing = asyncio.create_task(hand_in(world, case))
                await eventually(lambda case=case, stage=stage: _has_reached(world, case, stage))  # type: ignore[misc] # bound now
                await stack.restart("nats")
                assert await handing is ReportStatus.SUBMITTED
            await take_all(world, station, stack)
            await _all_taken_once(world, cases)
    finally:
        await stack.stop()


async def take_all(world: World, station: Station, stack: Stack) -> None:
    """Take charge as a partner that the broker's death cuts off after one answer, before it could acknowledge."""
    taken: list[tuple[str, str]] = []
    async with world.partner(station) as partner:
        while len(taken) < 2:
            (message,) = await deliveries(partner, station, most=1)
            taken.append((await take(partner, station, message), message.reply))
            if len(taken) < 2:
                await message.ack_sync()
        await stack.restart("nats")

    async def rest() -> None:
        async with world.partner(station) as again:
            report, reply = taken[-1]
            assert (await command(again, station, "take_charge", report=report)).status is ReportStatus.TAKEN
            await again.publish(reply, b"+ACK")
            while found := await deliveries(again, station, most=1, within_s=0.5):
                await take(again, station, found[0])
                await found[0].ack_sync()

    await persist(rest)


async def take(partner: Client, station: Station, message: Msg) -> str:
    """Take charge of what a message holds; return which report that is."""
    report = message.subject.rsplit(".", 1)[1]
    assert (await command(partner, station, "take_charge", report=report)).status is ReportStatus.TAKEN
    return report


async def _all_taken_once(world: World, cases: list[Case]) -> None:
    """Every report: taken, stated as submitted and as taken once each, audited once each, counted once, in no queue."""
    for case in cases:
        await eventually(lambda case=case: _is(world, case, ReportStatus.TAKEN))  # type: ignore[misc] # bound now
        actions = Counter(entry.action for entry in await world.audited(case))
        assert actions[AuditAction.REPORT_SUBMITTED] <= 1
        assert actions[AuditAction.REPORT_TAKEN] == 1
    stated = await facts_of(world, cases)
    assert all(stated[case] == sorted(set(stated[case])) for case in cases)
    assert await world.queued() == 0
    await eventually(lambda: _counted(world, len(cases)), within_s=45)


async def _counted(world: World, number: int) -> bool:
    reports = (await persist(world.figures)).reports
    return {(one.status, one.reports) for one in reports} == {(ReportStatus.TAKEN, number)}


async def _is(world: World, case: Case, status: ReportStatus) -> bool:
    """Tell whether a report is there, everybody has heard of it, and its sealed form is kept no longer."""
    kept = await world.report(case.report)
    return kept is not None and (kept.status, kept.stated, kept.sealed) == (status, kept.revision, None)


async def _has_reached(world: World, case: Case, stage: str) -> bool:
    kept = await world.report(case.report)
    return kept is not None and (stage == "received" or kept.status is ReportStatus.SUBMITTED)
