"""Those who play in the tests: a staff authority, its accounts, and a chat with its log."""

import time
from dataclasses import dataclass, field

from joserfc.jwk import ECKey

from shared.chat.frames import Holder, Message, Role, Typing
from shared.contracts.conversation import Force
from shared.sealing.jose import jwk_of, make_key, public_key
from tests.sealing.body import Opened, State
from tests.sealing.plain import TYPING_CID, Plain, PlainKind
from tests.sealing.staff import Account, ShiftKey, StaffKeys
from tests.sealing.visitor import Admission, VisitorKeys

CONVERSATION = "0c9e3c1a-5d0e-4b7e-9d55-2f6f3f0a1b77"
OTHER = "7d1f6a52-93b4-4f0a-8a57-6c1be0f5d2e4"


def now_s() -> int:
    """Return seconds since 1970 UTC."""
    return int(time.time())


@dataclass
class Office:
    """A staff authority, which makes accounts."""

    private: ECKey = field(default_factory=make_key)

    @property
    def public(self) -> ECKey:
        """What pages and services know of it."""
        return public_key(jwk_of(self.private))

    def account(self, force: Force = Force.POLICE, role: Role = Role.OPERATOR) -> Account:
        """Make an account of this installation."""
        return Account.make(self.private, force, role, now_s())


@dataclass
class Log:
    """One conversation as the server keeps it: sealed bodies in order, and nothing else."""

    visitor: VisitorKeys
    conversation: str = CONVERSATION
    force: Force = Force.POLICE
    messages: list[Message] = field(default_factory=list)

    def admit(self, *holders: Holder) -> Admission:
        """Let exactly these read, and put the key message in the log, if there is one."""
        cid = self.next_cid()
        admission = self.visitor.admit(self.conversation, self.force, holders, cid, now_s())
        if admission.body is not None:
            self.put(admission.body, Role.VISITOR, cid)
        return admission

    def say(self, data: str, kind: PlainKind = PlainKind.TEXT) -> Message:
        """Let the visitor say something."""
        cid = self.next_cid()
        plain = Plain(self.conversation, cid, Role.VISITOR, kind, data)
        return self.put(self.visitor.seal(plain), Role.VISITOR, cid)

    def answer(self, staff: StaffKeys, data: str, by: Role = Role.OPERATOR) -> Message | None:
        """Let a member of staff say something; None when they have no key."""
        cid = self.next_cid()
        body = staff.seal(Plain(self.conversation, cid, by, PlainKind.TEXT, data))
        return None if body is None else self.put(body, by, cid)

    def typing(self, by: Role = Role.VISITOR) -> Typing:
        """Return a typing frame of the visitor."""
        plain = Plain(self.conversation, TYPING_CID, by, PlainKind.TYPING, "")
        return Typing(conversation=self.conversation, body=self.visitor.seal(plain), by=by)

    def put(self, body: str, by: Role, cid: str) -> Message:
        """Store a body as the server does."""
        seq = len(self.messages) + 1
        message = Message(seq=seq, conversation=self.conversation, by=by, at=seq, cid=cid, body=body)
        self.messages.append(message)
        return message

    def next_cid(self) -> str:
        """Return a client id that nobody had."""
        return f"cid-{len(self.messages) + 1:06}"

    def read_by(self, staff: StaffKeys) -> list[Opened]:
        """Let somebody read the whole log as a page does: what was sealed is tried again once all keys have come."""
        for message in self.messages:
            staff.open(message)
        return [staff.open(message) for message in self.messages]


def reader_of(shift: ShiftKey, log: Log) -> StaffKeys:
    """Return a console that has heard the whole log."""
    staff = StaffKeys(shift)
    log.read_by(staff)
    return staff


def text(data: str) -> Opened:
    """Return what whoever reads makes of this text."""
    return Opened(State.PLAIN, PlainKind.TEXT, data)
