"""What one end of a conversation holds: the pure half of ``tests.client``, and what a real page must do as well."""

from dataclasses import dataclass, field

from shared.chat.frames import Ack, Message, Role, Say


@dataclass
class Transcript:
    """Messages by sequence number, each once, and what was said and is not yet acknowledged, in order of saying."""

    conversation: str
    role: Role
    messages: dict[int, Message] = field(default_factory=dict)
    pending: dict[str, Say] = field(default_factory=dict)
    last: int = 0
    """End of the unbroken run that has arrived."""
    doubled: int = 0
    """Messages that came again and were dropped."""
    faults: list[str] = field(default_factory=list)
    """What no server may do: two messages with one number, one message with two."""

    def say(self, say: Say) -> None:
        """Keep a message until it is acknowledged."""
        self.pending[say.cid] = say

    def acknowledged(self, ack: Ack) -> None:
        """Take an own message in as stored."""
        say = self.pending.pop(ack.cid, None)
        if say is None:
            if all(known.cid != ack.cid for known in self.messages.values()):
                self.faults.append(f"{ack.cid} was acknowledged and never said")
            return
        self._take(
            Message(
                seq=ack.seq,
                conversation=self.conversation,
                by=self.role,
                at=ack.at,
                cid=ack.cid,
                body=say.body,
            )
        )

    def arrived(self, message: Message) -> None:
        """Take a message in; an own one that comes back counts as acknowledged."""
        if message.by is self.role:
            self.pending.pop(message.cid, None)
        self._take(message)

    @property
    def gap(self) -> bool:
        """Whether something before an arrived message is missing."""
        return len(self.messages) > self.last

    def ordered(self, by: Role | None = None) -> list[Message]:
        """Return the messages in order, by one role or by all."""
        return [self.messages[seq] for seq in sorted(self.messages) if by in {None, self.messages[seq].by}]

    def bodies(self, by: Role | None = None) -> list[str]:
        """Return what was said as it travelled, in order, by one role or by all."""
        return [message.body for message in self.ordered(by)]

    def _take(self, message: Message) -> None:
        known = self.messages.get(message.seq)
        if known is not None:
            self.doubled += 1
            if (known.cid, known.by, known.body) != (message.cid, message.by, message.body):
                self.faults.append(f"number {message.seq} was given twice")
            return
        self.messages[message.seq] = message
        while self.last + 1 in self.messages:
            self.last += 1
