"""The floor as supervisors see it: numbers, logins of staff, conversations by their id alone. Pure.

Small numbers are shown as they are: whoever sees them has the people of the shift in sight anyway.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from services.dispatcher.domain import forecast as erlang
from services.dispatcher.domain.estimate import wait_s
from services.dispatcher.domain.forecast import Promise
from services.dispatcher.domain.hours import Presence
from services.dispatcher.domain.traffic import Hour, expected
from services.dispatcher.patrols import Patrol
from services.dispatcher.psychologists import Stand, Standing
from services.dispatcher.store.danger import Danger
from services.dispatcher.store.dispatch import Board, QueueState, queue_parts
from services.dispatcher.store.missing import Alarm as MissingAlarm
from services.dispatcher.store.supervision import Known, Notice, Overview, Person
from shared.contracts.conversation import Category, Force

USUAL_LIMIT = 3
MOST_ASKED = 1_000


class Talk(msgspec.Struct, frozen=True):
    """A conversation: where it stands, never what is in it. Moments in ms."""

    conversation: str
    queue: str
    since: int
    given: int
    turn: int
    danger: bool


class Line(msgspec.Struct, frozen=True):
    """One queue. ``estimate_s``: for who comes now; ``first``: who is next, and behind them who is shut out."""

    queue: str
    force: Force
    category: Category
    waiting: int
    oldest_s: int
    estimate_s: int | None
    serving: int
    closed: Notice | None
    overflow_to: str | None
    overflow_after_s: int | None
    first: list[Talk]


class Operator(msgspec.Struct, frozen=True):
    """One operator on duty. ``rests_until``: 0 for no break; ``present``: False while their console is lost.

    ``psychologist``: into whose conversations they may be called; then ``held`` are those that they are in.
    """

    operator: str
    queues: list[str]
    limit: int
    status: str
    since: int
    drained: bool
    present: bool
    hard_in_a_row: int
    rests_until: int
    debrief_asked: int
    held: list[Talk]
    psychologist: list[str]


class Waits(msgspec.Struct, frozen=True):
    """A conversation in which a psychologist is waited for ``since`` (ms); ``again``: one was there and was lost."""

    conversation: str
    operator: str | None
    since: int
    again: bool


class Psychologist(msgspec.Struct, frozen=True):
    """Whether psychologists of a force are there, and until or from when; how many take calls, how many have room."""

    force: Force
    open: bool
    closes_at: int | None
    opens_at: int | None
    present: int
    free: int
    calls: list[Waits]


class Alarm(msgspec.Struct, frozen=True):
    """A conversation in danger. ``by``: the role that said so, ``at`` (ms); ``operator``: who has it, None: it waits.

    ``seen_by``: the supervisor who sees to it, since ``seen_at`` (ms).
    """

    conversation: str
    queue: str
    since: int
    at: int
    by: str
    operator: str | None
    seen_by: str | None
    seen_at: int


class Missing(msgspec.Struct, frozen=True):
    """A visitor who vanished while in danger. ``sign`` (ms): the last one of the page; ``at``: when it was found out.

    ``operator``: who has the conversation, None: it waits, or is gone. ``kept_until``: how long it waits.
    ``over``: it is gone, ``erased`` by its page, ``ended`` by its operator or ``expired``, at ``over_at``; that is told
    until somebody has seen it.
    """

    conversation: str
    queue: str
    sign: int
    at: int
    kept_until: int
    operator: str | None
    seen_by: str | None
    seen_at: int
    over: str | None
    over_at: int


class View(msgspec.Struct, frozen=True):
    """The whole at ``at`` (ms). ``debriefs``: who asked to talk, when; also those who are no longer on duty."""

    at: int
    missing: list[Missing]
    dangers: list[Alarm]
    patrols: list[Patrol]
    queues: list[Line]
    operators: list[Operator]
    debriefs: dict[str, int]
    psychologists: list[Psychologist]


class HourAhead(msgspec.Struct, frozen=True):
    """One hour to come. Shares from 0 to 1; None: too little is known yet."""

    at: int
    an_hour: float | None
    weeks: int
    needed: int | None
    within: float | None
    leave: float | None


class Ahead(msgspec.Struct, frozen=True):
    """The hours to come with ``operators`` of ``limit`` conversations each, and what is aimed at."""

    force: Force
    operators: int
    limit: int
    promise_s: float
    promise_share: float
    hours: list[HourAhead]


@dataclass(frozen=True, slots=True)
class Crew:
    """How many operators, and how many conversations each may have."""

    operators: int
    limit: int


def of(
    board: Board,
    overview: Overview,
    dangers: Iterable[Danger],
    patrols: list[Patrol],
    psychologists: Stand,
    missing: list[Missing],
) -> View:
    """Return the floor as it is."""
    return View(
        at=board.now_ms,
        missing=missing,
        dangers=[_alarm(danger) for danger in dangers],
        patrols=patrols,
        queues=[_line(queue, board.now_ms, overview) for queue in board.queues],
        operators=[_operator(person, overview) for person in sorted(overview.people, key=lambda one: one.login)],
        debriefs=overview.debriefs,
        psychologists=[_psychologist(standing) for standing in psychologists.forces.values() if standing.hours],
    )


def crew(overview: Overview, force: Force) -> Crew:
    """Return who takes new conversations of a force now."""
    able = [
        person
        for person in overview.people
        if person.present
        and person.status == "available"
        and not person.drained
        and any(queue_parts(queue)[0] is force for queue in person.queues)
    ]
    limits = sorted(person.limit for person in able)
    return Crew(len(able), limits[len(limits) // 2] if limits else USUAL_LIMIT)


def forecast(known: Mapping[int, Hour], force: Force, hours: Iterable[datetime], crew: Crew, promise: Promise) -> Ahead:
    """Return what the hours to come will be like with this crew, and how many it would take."""
    return Ahead(
        force=force,
        operators=crew.operators,
        limit=crew.limit,
        promise_s=promise.seconds,
        promise_share=promise.share,
        hours=[_hour(known, force, at, crew, promise) for at in hours],
    )


def _hour(known: Mapping[int, Hour], force: Force, at: datetime, crew: Crew, promise: Promise) -> HourAhead:
    found = expected(known, force, at)
    if found is None:
        return HourAhead(_ms(at), None, 0, None, None, None)
    met = erlang.Crew(found.traffic, crew.operators * crew.limit)
    return HourAhead(
        at=_ms(at),
        an_hour=round(found.traffic.an_hour, 1),
        weeks=found.weeks,
        needed=erlang.operators_for(found.traffic, promise, crew.limit),
        within=round(met.within(promise.seconds), 3),
        leave=round(met.leave, 3),
    )


def _line(queue: QueueState, now_ms: int, overview: Overview) -> Line:
    force, category = queue_parts(queue.name)
    to, after_ms = overview.overflow.get(queue.name, (None, None))
    return Line(
        queue=queue.name,
        force=force,
        category=category,
        waiting=queue.waiting,
        oldest_s=max(0, now_ms - queue.oldest_ms) // 1000 if queue.oldest_ms else 0,
        estimate_s=None if queue.closed else wait_s(queue.waiting + 1, queue.served_ms, now_ms, queue.serving),
        serving=queue.serving,
        closed=msgspec.json.decode(queue.closed, type=Notice) if queue.closed else None,
        overflow_to=to,
        overflow_after_s=after_ms // 1000 if after_ms is not None else None,
        first=[_talk(known) for known in overview.waiting if known.queue == queue.name],
    )


def _operator(person: Person, overview: Overview) -> Operator:
    return Operator(
        operator=person.login,
        queues=person.queues,
        limit=person.limit,
        status=person.status,
        since=person.seated_ms,
        drained=person.drained,
        present=person.present,
        hard_in_a_row=person.row,
        rests_until=person.rests_until_ms,
        debrief_asked=overview.debriefs.get(person.login, 0),
        held=sorted(map(_talk, person.held), key=lambda talk: talk.given),
        psychologist=list(person.psychologist_of),
    )


def _talk(known: Known) -> Talk:
    return Talk(known.conversation, known.queue, known.since_ms, known.given_ms, known.turn, "danger" in known.hurry)


def _alarm(danger: Danger) -> Alarm:
    return Alarm(
        conversation=danger.conversation,
        queue=danger.queue,
        since=danger.since_ms,
        at=danger.at_ms,
        by=danger.by,
        operator=danger.operator or None,
        seen_by=danger.seen_by or None,
        seen_at=danger.seen_ms,
    )


def missing_of(alarm: MissingAlarm, kept_ms: int) -> Missing:
    """Return how it stands with a visitor who vanished; ``kept_ms``: how long a conversation waits for one."""
    return Missing(
        conversation=alarm.conversation,
        queue=alarm.queue,
        sign=alarm.sign_ms,
        at=alarm.at_ms,
        kept_until=alarm.sign_ms + kept_ms,
        operator=alarm.operator or None,
        seen_by=alarm.seen_by or None,
        seen_at=alarm.seen_ms,
        over=alarm.over or None,
        over_at=alarm.over_ms,
    )


def _psychologist(standing: Standing) -> Psychologist:
    service, hours = standing.service, standing.hours or Presence(open=False)
    closes, opens = (None if moment is None else _ms(moment) for moment in (hours.closes_at, hours.opens_at))
    waits = [Waits(one.conversation, one.operator, one.since_ms, one.again) for one in service.calls]
    return Psychologist(service.force, hours.open, closes, opens, service.present, service.free, waits)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
