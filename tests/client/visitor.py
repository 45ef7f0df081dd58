"""A visitor without a browser."""

from typing import Self

from shared.chat.frames import (
    AskCommune,
    ChooseCommune,
    Erased,
    Open,
    Opened,
    Resume,
    Resumed,
    Role,
    ServerFrame,
    State,
)
from shared.contracts.conversation import Audience, Category
from tests.client.base import Client, Sendable
from tests.transcript import Transcript


class Visitor(Client):
    """A visitor with one conversation, opened by the first connection and resumed by the next ones."""

    role = Role.VISITOR

    def __init__(
        self,
        site: str,
        *,
        category: Category = Category.DOMESTIC,
        audience: Audience = Audience.VICTIM,
        postal_code: str | None = None,
        commune: str | None = None,
        window: int = 1,
        ping_s: float = 10.0,
    ) -> None:
        super().__init__(site, window=window, ping_s=ping_s)
        self.wish = Open(category=category, audience=audience, postal_code=postal_code)
        self.conversation = ""
        self.token = ""
        self.state: State | None = None
        self.erased: Erased | None = None
        self._commune = commune

    async def opened(self, within_s: float = 10.0) -> Self:
        """Wait until the conversation is open."""
        await self.until(lambda: bool(self.conversation) and self.ready, within_s)
        return self

    def tell(self, body: str) -> str:
        """Say something in the one conversation; return its client id."""
        return self.say(body, self.conversation)

    @property
    def heard_messages(self) -> Transcript:
        """What this visitor holds."""
        return self.transcript(self.conversation)

    async def red_button(self) -> int:
        """Call for erasure as the page does while it leaves; return the HTTP status."""
        body = f'{{"conversation":"{self.conversation}","token":"{self.token}"}}'
        headers = {"Content-Type": "text/plain;charset=UTF-8", "Origin": self.site}
        async with self.http.post(self.site + "/erase", data=body, headers=headers) as answer:
            return answer.status

    def first(self) -> Sendable:
        if not self.conversation:
            return self.wish
        return Resume(conversation=self.conversation, token=self.token, seq=self.heard_messages.last)

    def heard(self, frame: ServerFrame) -> None:
        match frame:
            case AskCommune():
                self.send(ChooseCommune(insee=self._commune))
            case Opened():
                self.conversation, self.token = frame.conversation, frame.token
                self.become_ready()
            case Resumed():
                self.become_ready()
            case State():
                self.state = frame
            case Erased():
                self.erased = frame
            case _:
                pass
