"""What a conversation adds to the published figures (S5)."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.signalement.domain.figures import Month, Progress, advance, count, lines_of, month_of, reply_of
from shared.contracts.conversation import Audience, Category, ConversationEvent, EndedBy, Force
from shared.contracts.dispatcher import ConversationAssigned, ConversationErasedByDispatcher, ConversationQueued
from shared.contracts.gateway import ConversationErasedByGateway, ConversationOpened

CID = UUID(int=1)


def opened(time: datetime | None = None) -> ConversationOpened:
    return ConversationOpened(
        conversation_id=CID,
        category=Category.DOMESTIC,
        audience=Audience.VICTIM,
        **({"time": time} if time else {}),
    )


def assigned(turn: int = 1) -> ConversationAssigned:
    return ConversationAssigned(
        conversation_id=CID,
        operator="police1",
        force=Force.POLICE,
        category=Category.DOMESTIC,
        turn=turn,
        waited_ms=1500,
    )


def left() -> ConversationErasedByGateway:
    return ConversationErasedByGateway(conversation_id=CID, ended_by=EndedBy.RED_BUTTON, messages=3)


def ended() -> ConversationErasedByDispatcher:
    return ConversationErasedByDispatcher(conversation_id=CID, ended_by=EndedBy.OPERATOR, messages=3)


def counts_after(facts: list[ConversationEvent], twice: bool = False) -> dict[str, int]:
    """Take facts as the handler does, each perhaps delivered twice in a row."""
    progress: Progress | None = None
    month = Month()
    for position, fact in enumerate(facts, start=1):
        for _ in range(2 if twice else 1):
            after = advance(progress, fact)
            if after is not None and after.over and not (progress and progress.over):
                month = count(month, after, fact.ended_by, position)  # type: ignore[attr-defined] # only an ErasedFact ends it
            progress = after
    return month.counts


def test_a_visitor_whom_an_operator_had_is_one_person_accompanied() -> None:
    assert counts_after([opened(), assigned(), left()]) == {"domestic.police.accompanied.red_button": 1}


def test_a_visitor_who_left_while_waiting_was_not_accompanied() -> None:
    assert counts_after([opened(), left()]) == {"domestic.unknown.left.red_button": 1}


def test_a_conversation_that_both_ends_erase_counts_once() -> None:
    assert counts_after([opened(), assigned(), ended(), left()]) == {"domestic.police.accompanied.operator": 1}


def test_a_second_operator_does_not_make_a_second_person() -> None:
    assert counts_after([opened(), assigned(1), assigned(2), ended()]) == {"domestic.police.accompanied.operator": 1}


def test_what_is_said_after_the_end_changes_nothing() -> None:
    over = advance(advance(None, opened()), left())
    assert advance(over, assigned()) is over


def test_an_end_of_which_nothing_is_known_is_not_counted() -> None:
    assert counts_after([left()]) == {}


def test_facts_that_no_figure_depends_on_change_nothing() -> None:
    queued = ConversationQueued(conversation_id=CID, force=Force.POLICE, category=Category.DOMESTIC)
    assert advance(None, queued) is None


def test_a_month_is_that_of_paris() -> None:
    last_evening_utc = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert month_of(opened(last_evening_utc)) == "2026-02"


def test_a_position_already_in_the_month_is_not_counted_again() -> None:
    progress = Progress(month="2026-11", category=Category.SEXUAL, over=True)
    once = count(Month(), progress, EndedBy.SILENCE, 7)
    assert count(once, progress, EndedBy.SILENCE, 7) is once
    assert count(once, progress, EndedBy.SILENCE, 8).counts == {"sexual.unknown.left.silence": 2}


FACTS: st.SearchStrategy[list[ConversationEvent]] = st.lists(
    st.sampled_from([opened(), assigned(), left(), ended()]), max_size=8
)


@given(FACTS)
def test_delivering_every_fact_twice_counts_the_same(facts: list[ConversationEvent]) -> None:
    """S3: a redelivery must not double."""
    assert counts_after(facts, twice=True) == counts_after(facts)


@given(FACTS)
def test_one_conversation_never_counts_more_than_once(facts: list[ConversationEvent]) -> None:
    assert sum(counts_after(facts).values()) <= 1


def test_lines_say_what_was_counted() -> None:
    month = Month(counted_to=9, counts={"domestic.police.accompanied.red_button": 2, "sexual.unknown.left.silence": 1})
    lines = lines_of("2026-11", month)
    reply = reply_of(lines, [])
    assert reply.persons_accompanied == 2
    assert [(line.category, line.force, line.accompanied, line.conversations) for line in lines] == [
        (Category.DOMESTIC, Force.POLICE, True, 2),
        (Category.SEXUAL, None, False, 1),
    ]
