"""An operator without a browser."""

from typing import Any, Self

from shared.chat.frames import (
    Duty,
    End,
    Erased,
    Held,
    Message,
    Receipt,
    Released,
    Role,
    ServerFrame,
    SetStatus,
    Sync,
    Welcome,
)
from shared.clock import now_ms
from shared.contracts.conversation import Force
from shared.sealing.jose import public_jwk, public_key
from tests.client.base import Client, Sendable
from tests.client.duty import DutyKeeper
from tests.sealing.body import UNREADABLE, Opened
from tests.sealing.plain import Plain
from tests.sealing.staff import Account, ShiftKey, StaffKeys, open_account_key


class Operator(Client):
    """An operator at the console, or a psychologist; ``await log_in()`` first, then ``async with``."""

    role = Role.OPERATOR

    def __init__(self, site: str, *, window: int = 1, ping_s: float = 10.0) -> None:
        super().__init__(site, window=window, ping_s=ping_s)
        self.held: dict[str, Held] = {}
        self.erased: dict[str, Erased] = {}
        self.welcome: Welcome | None = None
        self.available = True
        self.account: Account | None = None
        self.shift: ShiftKey | None = None
        self.keys: StaffKeys | None = None
        self.duty: DutyKeeper | None = None

    async def log_in(self, login: str, password: str) -> Self:
        """Take a session. Its cookie is for secure contexts: a browser counts loopback as one, aiohttp does not."""
        body = {"login": login, "password": password}
        headers = {"X-Havre": "1", "Origin": self.site}
        async with self.http.post(self.site + "/api/login", json=body, headers=headers) as answer:
            assert answer.status == 200, f"login refused with {answer.status}"
            self._take_keys(await answer.json(), password)
            cookies = [f"{name}={morsel.value}" for name, morsel in answer.cookies.items()]
        self.http.cookie_jar.clear()
        self.headers = {**self.headers, "Cookie": "; ".join(cookies)}
        return self

    def first(self) -> Sendable:
        seqs = {cid: self.transcript(cid).last for cid in self.held}
        return Sync(seqs=seqs, credential=self.shift.credential if self.shift else "")

    def seal(self, plain: Plain) -> str | None:
        return self.keys.seal(plain) if self.keys else None

    def open(self, message: Message) -> Opened:
        return self.keys.open(message) if self.keys else UNREADABLE

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
            case Duty() if self.duty is not None:
                self.duty.hear(frame)
            case Released():
                self._forget(frame.conversation)
            case Erased():
                self._forget(frame.conversation)
                self.erased[frame.conversation] = frame
            case _:
                pass

    def has_seen(self, conversation: str) -> None:
        """Tell the visitor that all has been on screen."""
        last = self.transcript(conversation).last
        self.send(Receipt(conversation=conversation, delivered=last, seen=last))

    def end(self, conversation: str) -> None:
        """End a conversation."""
        self.send(End(conversation=conversation))

    async def leave(self) -> None:
        if self.duty is not None:
            self.duty.stop()
        await super().leave()

    def _take_keys(self, who: dict[str, Any], password: str) -> None:
        """Open the account's key as the console's page does, and make a shift key with it."""
        if who["certificate"] is None:
            return
        key = open_account_key(who["account_key"], password)
        self.role = Role.OPERATOR if "operator" in who["roles"] else Role.PSYCHOLOGIST
        self.account = Account(key, who["certificate"], Force(who["force"]), self.role)
        self.sit_with(self.account.shift(now_ms() // 1000), who["authority"])

    def sit_with(self, shift: ShiftKey, authority: object) -> None:
        """Read with this shift key from now on."""
        assert self.account is not None
        self.shift, self.keys = shift, StaffKeys(shift)
        verifies = public_key(public_jwk(authority))
        self.duty = DutyKeeper(self.account, shift, self.keys, verifies, self.send, self._key_came)

    def _key_came(self) -> None:
        for conversation in self.held:
            self.seal_what_waits(conversation)

    def _forget(self, conversation: str) -> None:
        self.held.pop(conversation, None)
        self.forget_keys(conversation)
        if self.keys is not None:
            self.keys.forget_conversation(conversation)
