"""A language is a skill that is waited for, and never for long (O1, V17)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatcher.domain.dispatch import Dispatch
from services.dispatcher.domain.language import HELD_OUT_MS, LOOKED_PAST, primary, skills
from services.dispatcher.domain.order import Hurry
from services.dispatcher.domain.presence import Patience

NOW = 1_800_000_000_000
QUEUE = "police.domestic"


@pytest.fixture
def dispatch() -> Dispatch:
    """One operator who speaks French, free; one who speaks English too, and has as much as they may have."""
    made = Dispatch(Patience(sign_ms=10**6))
    made.arrive("english", skills([QUEUE], ["fr", "en"]), 1, NOW)
    made.enqueue("c0", QUEUE, NOW, NOW)
    made.assign(NOW)
    made.arrive("french", skills([QUEUE], ["fr"]), 9, NOW)
    return made


def _given(dispatch: Dispatch, now_ms: int) -> list[tuple[str, str]]:
    return [(made.conversation, made.operator) for made in dispatch.assign(now_ms)]


def test_it_goes_to_one_who_speaks_it_before_one_who_has_less_to_do(dispatch: Dispatch) -> None:
    dispatch.desks["english"].limit = 2
    dispatch.enqueue("c1", QUEUE, NOW, NOW, "en")
    assert _given(dispatch, NOW) == [("c1", "english")]


def test_it_waits_for_one_who_is_busy_keeps_its_place_and_holds_up_nobody(dispatch: Dispatch) -> None:
    dispatch.enqueue("c1", QUEUE, NOW, NOW, "en")
    dispatch.enqueue("c2", QUEUE, NOW + 1, NOW + 1)
    assert _given(dispatch, NOW + 1) == [("c2", "french")]
    dispatch.enqueue("c3", QUEUE, NOW + 2, NOW + 2, "en")
    dispatch.withdraw("c0", NOW + 3)
    assert _given(dispatch, NOW + 3) == [("c1", "english")]


def test_after_a_while_it_goes_to_anyone(dispatch: Dispatch) -> None:
    dispatch.enqueue("c1", QUEUE, NOW, NOW, "en")
    assert _given(dispatch, NOW + HELD_OUT_MS - 1) == []
    assert _given(dispatch, NOW + HELD_OUT_MS) == [("c1", "french")]


def test_in_danger_or_when_nobody_there_speaks_it_it_goes_to_anyone_at_once(dispatch: Dispatch) -> None:
    dispatch.enqueue("c1", QUEUE, NOW, NOW, "en")
    dispatch.enqueue("c2", QUEUE, NOW, NOW, "ar")
    assert _given(dispatch, NOW) == [("c2", "french")]
    dispatch.hurry("c1", Hurry.DANGER)
    assert _given(dispatch, NOW) == [("c1", "french")]


def test_who_speaks_it_but_is_on_pause_is_not_waited_for(dispatch: Dispatch) -> None:
    dispatch.set_status("english", "paused", NOW)
    dispatch.enqueue("c1", QUEUE, NOW, NOW, "en")
    assert _given(dispatch, NOW) == [("c1", "french")]


def test_only_so_many_are_looked_past_in_one_go(dispatch: Dispatch) -> None:
    for number in range(LOOKED_PAST):
        dispatch.enqueue(f"e{number}", QUEUE, NOW, NOW, "en")
    dispatch.enqueue("z", QUEUE, NOW, NOW)
    assert _given(dispatch, NOW) == []
    dispatch.withdraw("e0", NOW)
    assert _given(dispatch, NOW) == [("z", "french")]


@given(st.text() | st.sampled_from(["en", "en-GB", "ar-Latn", "fr-CA"]))
def test_the_language_of_any_tag_is_a_name_without_surprises(tag: str) -> None:
    found = primary(tag)
    assert found.isascii()
    assert found.isalpha()
    assert found == "fr" or tag.split("-", 1)[0] == found
