"""In whatever order things happen: who may read reads all, who left no more, servers nothing (V7, O8, P1)."""

import base64
from dataclasses import dataclass, field
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.chat.frames import Holder
from tests.sealing.body import State
from tests.sealing.cast import Log, Office, now_s
from tests.sealing.staff import DutyKey, ShiftKey, StaffKeys
from tests.sealing.visitor import VisitorKeys

CANARY = "oiseau-bleu-canari"
MOST = 6


@cache
def office() -> Office:
    return Office()


@cache
def shifts() -> tuple[ShiftKey, ...]:
    return tuple(office().account().shift(now_s()) for _ in range(MOST))


@cache
def duties() -> tuple[DutyKey, ...]:
    return tuple(office().account().duty(now_s()) for _ in range(2))


@cache
def impostor() -> Holder:
    return Office().account().shift(now_s()).holder()


@dataclass
class Chat:
    """A chat, who may read it now, and from which message on each of those who left may not."""

    log: Log = field(default_factory=lambda: Log(VisitorKeys.make(office().public)))
    inside: set[int] = field(default_factory=set)
    left: dict[int, int] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)
    duty: int | None = None

    def set_holders(self, inside: set[int], duty: int | None) -> None:
        holders = [shifts()[one].holder() for one in sorted(inside)] + [impostor()]
        if duty is not None:
            holders.append(duties()[duty].holder())
        for one in self.inside - inside:
            self.left[one] = len(self.log.messages)
        for one in inside:
            self.left.pop(one, None)
        self.inside, self.duty = inside, duty
        self.log.admit(*holders)

    def say(self, number: int) -> None:
        words = f"{CANARY}-{number:04}-{CANARY}"
        self.said[self.log.say(words).seq] = words


ACTS = st.one_of(
    st.tuples(st.just("admit"), st.sets(st.integers(0, MOST - 1), max_size=3), st.sampled_from([None, 0, 1])),
    st.tuples(st.just("say"), st.just(set[int]()), st.none()),
    st.tuples(st.just("resume"), st.just(set[int]()), st.none()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, min_size=1, max_size=12))
def test_whoever_may_read_reads_all_and_nobody_else_anything_later(
    acts: list[tuple[str, set[int], int | None]],
) -> None:
    chat = Chat()
    for number, (act, inside, duty) in enumerate(acts):
        if act == "admit":
            chat.set_holders(inside, duty)
        elif act == "say":
            chat.say(number)
        else:
            chat.log.visitor = VisitorKeys.imported(chat.log.visitor.exported(), office().public)
    for one, shift in enumerate(shifts()):
        check(chat, one, StaffKeys(shift))
    if chat.duty is not None:
        successor = StaffKeys(office().account().shift(now_s()))
        chat.log.read_by(successor)
        successor.add_duty(duties()[chat.duty].kid, duties()[chat.duty].private_jwk)
        assert readable(chat, successor) == chat.said
    assert not found_in(chat.log, CANARY)


def check(chat: Chat, one: int, staff: StaffKeys) -> None:
    seen = readable(chat, staff)
    if one in chat.inside:
        assert seen == chat.said, "a verified holder reads all"
    elif one in chat.left:
        assert all(seq <= chat.left[one] for seq in seen), "one who left reads nothing later"
    else:
        assert seen == {}, "one who never came reads nothing"


def readable(chat: Chat, staff: StaffKeys) -> dict[int, str]:
    opened = zip(chat.log.messages, chat.log.read_by(staff), strict=True)
    return {message.seq: str(one.data) for message, one in opened if one.state is State.PLAIN}


def found_in(log: Log, word: str) -> bool:
    """Whether the server could find a word in what it keeps: as it is, or in base64 however it lies."""
    return any(form in message.body for message in log.messages for form in forms(word))


def forms(word: str) -> list[str]:
    """Return a word as it is and in base64url at each of the three alignments, without what its neighbours decide."""
    found = [word, word.encode().hex()]
    for before in range(3):
        code = base64.urlsafe_b64encode(b"\0" * before + word.encode()).decode().rstrip("=")
        found.append(code[(0, 2, 3)[before] : len(code) - 1])
    return found


def test_the_search_finds_a_word_that_is_not_sealed() -> None:
    """Without this the search of the test above could be blind."""
    for before in ("", "a", "ab", "abc"):
        text = f"{before}{CANARY} au lieu"
        code = base64.urlsafe_b64encode(text.encode()).decode()
        assert any(form in code for form in forms(CANARY)), before
