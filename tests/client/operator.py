"""An operator without a browser."""

from typing import Self

from shared.chat.frames import (
    End,
    Erased,
    Held,
    Receipt,
    Released,
    Role,
    ServerFrame,
    SetStatus,
    Sync,
    Typing,
    Welcome,
)
from tests.client.base import Client, Sendable


class Operator(Client):
    """An operator at the console; ``await log_in()`` first, then ``async with``."""

    role = Role.OPERATOR

    def __init__(self, site: str, *, window: int = 1, ping_s: float = 10.0) -> None:
        super().__init__(site, window=window, ping_s=ping_s)
        self.held: dict[str, Held] = {}
        self.erased: dict[str, Erased] = {}
        self.welcome: Welcome | None = None
        self.available = True

    async def log_in(self, login: str, password: str) -> Self:
        """Take a session. Its cookie is for secure contexts: a browser counts loopback as one, aiohttp does not."""
        body = {"login": login, "password": password}
        headers = {"X-Havre": "1", "Origin": self.site}
        async with self.http.post(self.site + "/api/login", json=body, headers=headers) as answer:
            assert answer.status == 200, f"login refused with {answer.status}"
            cookies = [f"{name}={morsel.value}" for name, morsel in answer.cookies.items()]
        self.http.cookie_jar.clear()
        self.headers = {**self.headers, "Cookie": "; ".join(cookies)}
        return self

    def first(self) -> Sendable:
        return Sync(seqs={cid: self.transcript(cid).last for cid in self.held})

    def heard(self, frame: ServerFrame) -> None:
        match frame:
            case Welcome():
                self.welcome = frame
                self.held = {cid: held for cid, held in self.held.items() if cid in frame.conversations}
                wanted = "available" if self.available else "paused"
                if frame.status != wanted:
                    self.send(SetStatus(status="available" if self.available else "paused"))
                self.become_ready()
            case Held():
                self.held[frame.conversation] = frame
                self.transcript(frame.conversation)
            case Released():
                self.held.pop(frame.conversation, None)
            case Erased():
                self.held.pop(frame.conversation, None)
                self.erased[frame.conversation] = frame
            case _:
                pass

    def typing(self, conversation: str) -> None:
        """Show the visitor that somebody writes."""
        self.send(Typing(conversation=conversation, body="writing"))

    def has_seen(self, conversation: str) -> None:
        """Tell the visitor that all has been on screen."""
        last = self.transcript(conversation).last
        self.send(Receipt(conversation=conversation, delivered=last, seen=last))

    def end(self, conversation: str) -> None:
        """End a conversation."""
        self.send(End(conversation=conversation))
