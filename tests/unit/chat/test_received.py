"""Each acknowledged message reaches each end once and in order, whatever is lost, doubled or late on the way.

The machine below is two ends, the log between them, and everything that can go wrong: announcements dropped, doubled
and out of order, pages of the log that are old when they arrive, acknowledgements that die with a connection, whole
processes that die between storing and telling. ``Received`` is the real one; ``Transcript`` is what a page does.
"""

from collections import deque
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.chat.frames import Ack, Message, Role, Say
from shared.chat.received import Fate, Received
from tests.transcript import Transcript

CONVERSATION = "0b0e7a52-6f7c-4d0e-9f2b-0d6f1f9f7a11"
PAGE = 3
"""As ``shared.chat.store.PAGE``, small enough to be met."""


def test_what_fits_is_forwarded_and_what_is_known_is_dropped() -> None:
    received = Received()
    assert [received.announced(seq) for seq in (1, 2, 2, 1, 3)] == [
        Fate.NEXT,
        Fate.NEXT,
        Fate.KNOWN,
        Fate.KNOWN,
        Fate.NEXT,
    ]
    assert not received.gap


def test_a_gap_stays_known_until_the_log_fills_it() -> None:
    received = Received(4)
    assert received.announced(7) is Fate.AHEAD
    assert received.announced(5) is Fate.NEXT
    assert received.gap
    assert received.page(5, received.stored, [6, 7]) == [6, 7]
    assert not received.gap


def test_own_messages_are_not_sent_back() -> None:
    received = Received(4)
    received.acknowledged(6)
    assert received.gap
    assert received.page(4, received.stored, [5, 6]) == [5]
    assert received.last == 6


def test_a_client_that_claims_more_than_there_is_hears_what_follows_even_of_an_older_page() -> None:
    received = Received(10**30, 0)
    after, stored = received.last, received.stored
    received.acknowledged(1)
    received.rewind(0)
    assert received.page(after, stored, []) == [], "read before the message was stored"
    assert received.gap
    assert received.page(0, 1, [1]) == [1]


def test_a_page_read_before_the_client_said_it_lacks_more_is_dropped() -> None:
    received = Received(10)
    received.rewind(5)
    assert received.page(10, 10, []) == []
    assert received.gap
    assert received.page(10, 10, [11]) == []
    assert received.page(5, 10, [6, 7, 8, 9, 10]) == [6, 7, 8, 9, 10]


def test_an_announcement_of_what_the_log_does_not_hold_ends_in_no_gap() -> None:
    received = Received(2)
    assert received.announced(9) is Fate.AHEAD
    assert received.page(2, 9, []) == []
    assert not received.gap


def test_a_full_page_leaves_the_rest_of_a_gap_known() -> None:
    received = Received(4)
    assert received.announced(9) is Fate.AHEAD
    assert received.page(4, 9, [5, 6, 7]) == [5, 6, 7]
    assert received.gap


def test_a_message_announced_while_the_log_was_read_is_still_missing_after_an_empty_page() -> None:
    received = Received(4)
    stored = received.stored
    assert received.announced(6) is Fate.AHEAD
    assert received.page(4, stored, []) == []
    assert received.gap


@dataclass
class End:
    """One end: the client, and the server's side of its present connection."""

    role: Role
    client: Transcript
    received: Received = field(default_factory=Received)
    to_server: deque[Say | int] = field(default_factory=deque)
    """Says, and pings as the number they claim."""
    outcomes: deque[tuple[Say | int, int]] = field(default_factory=deque)
    """What the store answered, on its way back to the lane, with the number given or the log's length."""
    to_client: deque[Ack | Message] = field(default_factory=deque)
    reading: tuple[int, int, list[int]] | None = None
    announcements: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    """Messages forwarded on this connection since the client last said that it lacks some."""


class Conversation(RuleBasedStateMachine):
    """See the module's text."""

    @initialize()
    def open(self) -> None:
        self.log: list[Message] = []
        self.said: dict[Role, list[str]] = {Role.VISITOR: [], Role.OPERATOR: []}
        self.ends = {role: End(role, Transcript(CONVERSATION, role)) for role in self.said}

    # ---- what people and their pages do

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def say(self, role: Role) -> None:
        end = self.ends[role]
        cid = f"{role}-{len(self.said[role]):03}"
        self.said[role].append(cid)
        end.client.say(Say(conversation=CONVERSATION, cid=cid, body=cid))
        self.send_next(end)

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def ping(self, role: Role) -> None:
        end = self.ends[role]
        end.to_server.append(end.client.last)

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def resend_what_had_no_answer(self, role: Role) -> None:
        """After 8 s without an ack; the first sending may still be on its way."""
        end = self.ends[role]
        if end.client.pending:
            end.to_server.append(next(iter(end.client.pending.values())))

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def hear(self, role: Role) -> None:
        end = self.ends[role]
        if not end.to_client:
            return
        frame = end.to_client.popleft()
        before = len(end.client.pending)
        if isinstance(frame, Ack):
            end.client.acknowledged(frame)
        else:
            end.client.arrived(frame)
        if len(end.client.pending) < before:
            self.send_next(end)

    # ---- what the servers do

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def store(self, role: Role) -> None:
        end = self.ends[role]
        if not end.to_server:
            return
        asked = end.to_server.popleft()
        if isinstance(asked, Say):
            known = [message.seq for message in self.log if message.cid == asked.cid]
            if not known:
                self.log.append(
                    Message(
                        seq=len(self.log) + 1, conversation=CONVERSATION, by=role, at=0, cid=asked.cid, body=asked.body
                    )
                )
            end.outcomes.append((asked, known[0] if known else len(self.log)))
        else:
            end.outcomes.append((asked, len(self.log)))

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def answer(self, role: Role) -> None:
        end = self.ends[role]
        if not end.outcomes:
            return
        asked, seq = end.outcomes.popleft()
        if isinstance(asked, Say):
            end.to_client.append(Ack(conversation=CONVERSATION, cid=asked.cid, seq=seq, at=0))
            end.received.acknowledged(seq)
            self.other(end).announcements.append(seq)
        elif seq > asked and not any(isinstance(one, Say) for one, _ in end.outcomes):
            end.received.exists(seq)
            end.received.rewind(asked)
            end.sent.clear()
            self.catch_up(end)

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]), data=st.data(), again=st.booleans())
    def announce(self, role: Role, data: st.DataObject, again: bool) -> None:
        """Any of those on their way arrives, perhaps to come once more."""
        end = self.ends[role]
        if not end.announcements:
            return
        index = data.draw(st.integers(0, len(end.announcements) - 1))
        seq = end.announcements[index] if again else end.announcements.pop(index)
        fate = end.received.announced(seq)
        if fate is Fate.NEXT:
            self.forward(end, seq)
        elif fate is Fate.AHEAD:
            self.catch_up(end)

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def page_arrives(self, role: Role) -> None:
        end = self.ends[role]
        if end.reading is None:
            return
        after, stored, found = end.reading
        end.reading = None
        for seq in end.received.page(after, stored, found):
            self.forward(end, seq)
        if len(found) == PAGE or end.received.gap:
            self.catch_up(end)

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def mend(self, role: Role) -> None:
        end = self.ends[role]
        if end.received.gap:
            self.catch_up(end)

    # ---- what goes wrong

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def announcements_are_lost(self, role: Role) -> None:
        self.ends[role].announcements.clear()

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def the_log_cannot_be_read(self, role: Role) -> None:
        end = self.ends[role]
        if end.reading is not None:
            end.reading = None
            end.received.exists(end.received.last + 1)

    @rule(role=st.sampled_from([Role.VISITOR, Role.OPERATOR]))
    def the_process_dies(self, role: Role) -> None:
        """All that was on its way through it is gone; the client comes back to another."""
        end = self.ends[role]
        end.to_server.clear()
        end.outcomes.clear()
        end.to_client.clear()
        end.sent.clear()
        end.reading = None
        end.received = Received(end.client.last, len(self.log))
        self.catch_up(end)
        self.send_next(end)

    # ---- what must hold

    @invariant()
    def no_number_has_two_messages(self) -> None:
        for end in self.ends.values():
            assert not end.client.faults
            for seq, message in end.client.messages.items():
                assert message.cid == self.log[seq - 1].cid

    @invariant()
    def a_connection_is_sent_each_message_once_and_in_order(self) -> None:
        for end in self.ends.values():
            assert end.sent == sorted(set(end.sent))

    def teardown(self) -> None:
        """Once nothing more goes wrong, every end has everything."""
        if not hasattr(self, "ends"):
            return
        for _ in range(6):
            for role, end in self.ends.items():
                self.ping(role)
                while end.to_server or end.outcomes or end.reading or end.to_client:
                    for work in (self.store, self.answer, self.page_arrives, self.hear):
                        work(role)
                self.resend_what_had_no_answer(role)
        for end in self.ends.values():
            assert not end.client.pending
            assert [end.client.messages[seq].cid for seq in sorted(end.client.messages)] == [
                message.cid for message in self.log
            ]
        for role, said in self.said.items():
            assert [message.cid for message in self.log if message.by is role] == said

    # ---- inside

    def other(self, end: End) -> End:
        return next(one for one in self.ends.values() if one is not end)

    def send_next(self, end: End) -> None:
        """One message of this end on its way at a time, as the pages do it."""
        if end.client.pending:
            end.to_server.append(next(iter(end.client.pending.values())))

    def forward(self, end: End, seq: int) -> None:
        end.sent.append(seq)
        end.to_client.append(self.log[seq - 1])

    def catch_up(self, end: End) -> None:
        if end.reading is None:
            after = end.received.last
            found = [message.seq for message in self.log if message.seq > after][:PAGE]
            end.reading = (after, end.received.stored, found)


TestWhateverHappensOnTheWay = Conversation.TestCase
TestWhateverHappensOnTheWay.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
