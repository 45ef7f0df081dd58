"""Nobody but the two ends can read (V16): looked for in every WebSocket frame of a whole conversation."""

import json
from typing import Any

from playwright.async_api import Page, expect

from shared.sealing.authority import public_text
from shared.sealing.jose import make_key
from tests.e2e.people import People

SAID = ("il est à côté, chut", "Bonjour, je vous écoute bien.", "oui c’est grave")

ANOTHER_AUTHORITY = """
new MutationObserver(() => {
  const named = document.querySelector('meta[name="staff-authority"]');
  if (named) named.content = %s;
}).observe(document, { childList: true, subtree: true });
"""
"""Has a page read another authority than its gateway named, before any of its own script runs."""


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


async def test_a_visitor_is_told_that_nobody_could_be_verified_and_nobody_reads(people: People) -> None:
    """V16: a page that stands for another authority gives its keys to nobody, and says so with the numbers."""
    policeman = await people.operator(0)
    visitor = await people.visitor()
    await visitor.page.add_init_script(ANOTHER_AUTHORITY % json.dumps(public_text(make_key())))
    await visitor.page.reload()
    await visitor.ask("domestic", "69003")
    await policeman.open_first()
    told = visitor.page.get_by_text("Nous n’avons pas pu vérifier qui doit vous répondre.")
    await expect(told.first).to_be_visible()
    await expect(visitor.page.locator(".unverified a[href='tel:3919']")).to_be_visible()
    await expect(visitor.page.locator(".standing")).to_contain_text("Personne ne peut lire vos messages")
    await visitor.say(SAID[0])
    await expect(policeman.page.locator(".pane article").first).to_be_visible()
    assert SAID[0] not in await policeman.page.locator(".pane").first.inner_text()


async def test_a_browser_that_cannot_seal_is_told_so_before_anything_is_written(people: People) -> None:
    """V16 V15: no chat without sealing; the numbers and the page of help are there."""
    visitor = await people.visitor()
    await visitor.page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })")
    await visitor.page.reload()
    await expect(visitor.page.get_by_text("ne peut pas protéger ce que vous écrivez")).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="Commencer")).to_have_count(0)
    await expect(visitor.page.locator("main a[href='tel:3919']").first).to_be_visible()
