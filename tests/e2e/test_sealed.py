"""Nobody but the two ends can read (V16): looked for in every WebSocket frame of a whole conversation."""

import json
from typing import Any

from playwright.async_api import Page, expect

from tests.e2e.people import People

SAID = ("il est à côté, chut", "Bonjour, je vous écoute bien.", "oui c’est grave")


class Frames:
    """Everything that one page sends and hears over its sockets, as the browser's debugger sees it."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def listen(self, page: Page) -> "Frames":
        session = await page.context.new_cdp_session(page)
        for event in ("Network.webSocketFrameSent", "Network.webSocketFrameReceived"):
            session.on(event, self._note)
        await session.send("Network.enable")
        return self

    def _note(self, event: dict[str, Any]) -> None:
        self.texts.append(event["response"]["payloadData"])

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the frames of this name."""
        frames = [json.loads(text) for text in self.texts]
        return [frame for frame in frames if frame["t"] == name]


async def test_no_word_that_is_said_is_in_any_frame(people: People) -> None:
    """V16: words, cards and typing travel sealed, in one of a few lengths, both ways."""
    policeman = await people.operator(0)
    visitor = await people.visitor()
    ours, theirs = await Frames().listen(visitor.page), await Frames().listen(policeman.page)
    await policeman.page.reload()
    await policeman.page.locator(".segments").wait_for()
    await visitor.ask("domestic", "69003")
    await policeman.open_first()
    await visitor.page.locator("#compose").press_sequentially(SAID[0])
    await visitor.page.get_by_role("button", name="Envoyer", exact=True).click()
    await expect(policeman.line(SAID[0])).to_be_visible()
    await policeman.say(SAID[1])
    await expect(visitor.line(SAID[1])).to_be_visible()
    await visitor.say(SAID[2])
    await expect(policeman.line(SAID[2])).to_be_visible()
    card = await policeman.send_card("CIDFF")
    await expect(visitor.line(card)).to_be_visible()
    everything = "\n".join(ours.texts + theirs.texts)
    assert len(ours.named("say")) >= 3, "two sentences and the keys"
    assert ours.named("typing") != []
    for words in (*SAID, card):
        for form in (words, json.dumps(words)[1:-1]):
            assert form not in everything, form
    bodies = [frame["body"] for frames in (ours, theirs) for frame in frames.named("message") + frames.named("say")]
    lengths = {len(body) for body in bodies if not body.startswith("{")}
    assert len(lengths) <= 4, f"whoever sees the lengths learns one of four: {lengths}"
    print(
        f"{len(bodies)} bodies in {len(ours.texts) + len(theirs.texts)} frames, none readable;"
        f" lengths {sorted(lengths)}"
    )
