"""What a visitor's socket may say, and when."""

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.gateway.domain import OutOfOrder, Phase, Step, after, check, must_ask
from shared.chat.frames import (
    ChooseCommune,
    Danger,
    End,
    Find,
    Keep,
    Open,
    Ping,
    Receipt,
    Resume,
    Say,
    Typing,
    VisitorFrame,
)
from shared.contracts.conversation import Audience, Category, Force
from shared.contracts.router import Commune, PlaceReply

MINE = "0b0e7a52-6f7c-4d0e-9f2b-0d6f1f9f7a11"
OTHERS = "5d4c8d4e-8a1c-4a6a-9a43-0f4f8d7f2b22"

FRAMES: dict[type[VisitorFrame], VisitorFrame] = {
    Open: Open(category=Category.SEXUAL, audience=Audience.VICTIM),
    Resume: Resume(conversation=MINE, token="t" * 43, seq=0),
    Find: Find(locator="0" * 64, proof="1" * 64),
    Keep: Keep(conversation=MINE, locator="0" * 64),
    ChooseCommune: ChooseCommune(insee="95306"),
    Say: Say(conversation=MINE, cid="abcdefgh", body="bonjour"),
    Typing: Typing(conversation=MINE, body="sealed"),
    Receipt: Receipt(conversation=MINE, delivered=1, seen=1),
    Danger: Danger(conversation=MINE, on=True),
    Ping: Ping(),
    End: End(conversation=MINE),
}
ALLOWED = {
    Phase.FRESH: {Open, Resume, Find, Ping},
    Phase.ASKED: {ChooseCommune, Ping},
    Phase.TALKING: {Say, Typing, Receipt, Danger, Keep, Ping, End},
    Phase.OVER: {Open, Ping},
}


@pytest.mark.parametrize(("phase", "kind"), list(itertools.product(Phase, FRAMES)))
def test_every_frame_is_allowed_or_out_of_order_in_every_phase(phase: Phase, kind: type[VisitorFrame]) -> None:
    if kind in ALLOWED[phase]:
        check(phase, FRAMES[kind], MINE)
    else:
        with pytest.raises(OutOfOrder):
            check(phase, FRAMES[kind], MINE)


@pytest.mark.parametrize("kind", [Say, Typing, Receipt, Danger, Keep, End])
def test_a_socket_speaks_of_its_own_conversation_alone(kind: type[VisitorFrame]) -> None:
    with pytest.raises(OutOfOrder):
        check(Phase.TALKING, FRAMES[kind], OTHERS)


NEXT = {
    (Phase.FRESH, Step.PLACE_UNCLEAR): Phase.ASKED,
    (Phase.OVER, Step.PLACE_UNCLEAR): Phase.ASKED,
    (Phase.FRESH, Step.TAKEN): Phase.TALKING,
    (Phase.ASKED, Step.TAKEN): Phase.TALKING,
    (Phase.OVER, Step.TAKEN): Phase.TALKING,
    (Phase.TALKING, Step.DESTROYED): Phase.OVER,
}


@pytest.mark.parametrize(("phase", "step"), list(itertools.product(Phase, Step)))
def test_every_step_leads_to_one_phase_or_has_no_place(phase: Phase, step: Step) -> None:
    if (phase, step) in NEXT:
        assert after(phase, step) is NEXT[phase, step]
    else:
        with pytest.raises(OutOfOrder):
            after(phase, step)


def test_a_visitor_is_asked_for_the_commune_only_when_there_is_a_choice_that_matters() -> None:
    """V4: and never because the router is away."""

    def commune(insee: str) -> Commune:
        return Commune(insee=insee, name=insee, forces=[Force.POLICE], service=None)

    def place(ask: bool, *insee: str) -> PlaceReply:
        communes = [commune(one) for one in insee]
        return PlaceReply(postal_code="95300", communes=communes, ask_commune=ask, forces=[Force.POLICE])

    assert must_ask(place(True, "95306", "95392"))
    assert not must_ask(place(True, "95306"))
    assert not must_ask(place(False, "95306", "95392"))
    assert not must_ask(None)


class Socket(RuleBasedStateMachine):
    """One socket through any order of frames, answers and accidents."""

    @initialize()
    def connect(self) -> None:
        self.phase = Phase.FRESH
        self.conversation: str | None = None
        self.taken = 0
        self.ended = 0

    def allowed(self, frame: VisitorFrame) -> bool:
        before = self.phase
        try:
            check(self.phase, frame, self.conversation)
        except OutOfOrder:
            assert self.phase is before
            return False
        return True

    @rule(unclear=st.booleans(), stored=st.booleans())
    def open(self, unclear: bool, stored: bool) -> None:
        if not self.allowed(FRAMES[Open]):
            assert self.phase in {Phase.ASKED, Phase.TALKING}
        elif unclear:
            self.phase = after(self.phase, Step.PLACE_UNCLEAR)
        elif stored:
            self.take()

    @rule(stored=st.booleans())
    def choose(self, stored: bool) -> None:
        if self.allowed(FRAMES[ChooseCommune]):
            assert self.phase is Phase.ASKED
            if stored:
                self.take()

    @rule(theirs=st.booleans())
    def resume(self, theirs: bool) -> None:
        if self.allowed(FRAMES[Resume]):
            assert self.phase is Phase.FRESH
            if theirs:
                self.take()

    @rule(kind=st.sampled_from([Say, Typing, Receipt, End]))
    def speak(self, kind: type[VisitorFrame]) -> None:
        if self.allowed(FRAMES[kind]):
            assert self.conversation == MINE
            if kind is End:
                self.destroyed()

    @precondition(lambda self: self.phase is Phase.TALKING)
    @rule()
    def destroyed(self) -> None:
        self.phase = after(self.phase, Step.DESTROYED)
        self.conversation = None
        self.ended += 1

    @precondition(lambda self: self.phase is not Phase.TALKING)
    @rule()
    def nothing_is_destroyed_twice(self) -> None:
        with pytest.raises(OutOfOrder):
            after(self.phase, Step.DESTROYED)

    def take(self) -> None:
        self.phase = after(self.phase, Step.TAKEN)
        self.conversation = MINE
        self.taken += 1

    @invariant()
    def one_conversation_at_a_time(self) -> None:
        assert self.taken - self.ended in {0, 1}
        assert (self.conversation is not None) == (self.phase is Phase.TALKING)

    @invariant()
    def a_ping_is_always_answered(self) -> None:
        check(self.phase, FRAMES[Ping], self.conversation)


TestAnyOrderOfFrames = Socket.TestCase
TestAnyOrderOfFrames.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
