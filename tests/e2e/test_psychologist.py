"""A psychologist is called into a chat, in three real browsers: they come, all three talk, they leave (O4)."""

import json
import os
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.people import People
from tests.e2e.test_sealed import Frames
from tests.sealing.body import epoch_of
from tests.servers import eventually

POLICE, PSYCHOLOGIST, GENDARMERIE = 0, 5, 2
BEFORE = "il me suit partout depuis des mois"
BY_OPERATOR, BY_PSYCHOLOGIST, BY_VISITOR = "Je vous lis.", "Bonjour, je suis là aussi.", "j’ai peur de sortir"
AFTER = "merci, ça va un peu mieux"


async def _pictured(page: Page, name: str) -> None:
    """A picture, where somebody wants to look."""
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")


async def test_called_three_talk_one_leaves_and_the_chat_goes_on(people: People) -> None:
    """O4: the visitor reads that a psychologist has come and has left, by role alone, and gives keys until then."""
    police, psychologist = await people.operator(POLICE), await people.operator(PSYCHOLOGIST)
    await expect(psychologist.page.locator(".bar .who")).to_contain_text("Psychologue")
    await expect(psychologist.page.locator(".requests").first).to_contain_text("Personne n’attend")
    visitor = await people.visitor()
    said = await Frames().listen(visitor.page)
    await visitor.ask("domestic", "75011")
    await police.open_first()
    await visitor.say(BEFORE)
    await police.say(BY_OPERATOR)
    await expect(visitor.line(BY_OPERATOR)).to_be_visible()
    strip = police.page.locator(".attending")
    await expect(strip).to_contain_text("1 psychologue peut venir")
    await _pictured(police.page, "psychologist-free")

    await police.page.get_by_role("button", name="Appeler un ou une psychologue").click()
    await expect(strip).to_contain_text("psychologist1, psychologue, est dans l’échange.")
    await expect(visitor.page.locator(".standing")).to_contain_text("Un ou une psychologue vous lit aussi.")
    await psychologist.open_first()
    for text in (BEFORE, BY_OPERATOR):
        await expect(psychologist.line(text)).to_be_visible()
    await expect(psychologist.line(BY_OPERATOR)).to_contain_text("Opérateur")
    for name in ("Terminer…", "Transférer…", "Lever l’anonymat…", "Demander une patrouille"):
        await expect(psychologist.page.get_by_role("button", name=name)).to_have_count(0)
    await psychologist.say(BY_PSYCHOLOGIST)
    await visitor.say(BY_VISITOR)
    for one in (police, psychologist, visitor):
        for text in (BY_PSYCHOLOGIST, BY_VISITOR):
            await expect(one.line(text)).to_be_visible()
    await expect(visitor.line(BY_PSYCHOLOGIST)).to_contain_text("Psychologue")
    await expect(police.line(BY_PSYCHOLOGIST)).to_contain_text("Psychologue")
    await _pictured(police.page, "psychologist-there")
    await _pictured(psychologist.page, "psychologist-desk")
    assert await violations(psychologist.page) == []
    await _pictured(visitor.page, "psychologist-visitor")

    assert len(_readers(said)) == 3, "the duty key, the operator, the psychologist"
    joined = _epoch(said)
    await psychologist.page.get_by_role("button", name="Quitter l’échange").click()
    await expect(psychologist.page.locator(".lines button")).to_have_count(0)
    await expect(psychologist.page.locator(".pane.vacant")).to_contain_text("vous l’avez quittée")
    await expect(visitor.page.locator(".standing")).to_contain_text("psychologue n’est plus là.")

    async def shut_out() -> bool:
        return len(_readers(said)) == 2

    await eventually(shut_out, otherwise="whoever left is given no key any more")
    await visitor.say(AFTER)
    await expect(police.line(AFTER)).to_be_visible()
    await expect(strip).to_contain_text("a quitté l’échange")
    assert _epoch(said) > joined, "and what is said since is sealed with one that they never had"
    await police.page.locator(".turns summary").click()
    await expect(police.page.locator(".turns li").last).to_contain_text("psychologist1 · psychologue")
    await _pictured(police.page, "psychologist-left")


async def test_out_of_hours_the_operator_reads_when_one_is_there_again(people: People) -> None:
    """O4: the gendarmerie's psychologists are away in this installation until a day that is known."""
    gendarme = await people.operator(GENDARMERIE)
    visitor = await people.visitor()
    await visitor.ask("domestic", "48100")
    await gendarme.open_first()
    await expect(gendarme.page.locator(".attending")).to_contain_text("De retour mercredi 9 septembre")
    await expect(gendarme.page.get_by_role("button", name="Appeler un ou une psychologue")).to_have_count(0)
    await _pictured(gendarme.page, "psychologist-closed")


def _bodies(said: Frames) -> list[str]:
    return [str(frame["body"]) for frame in said.named("say")]


def _readers(said: Frames) -> list[dict[str, Any]]:
    """To whom the visitor's page gave its keys last."""
    told = [body for body in _bodies(said) if body.startswith("{")]
    found: list[dict[str, Any]] = json.loads(told[-1])["recipients"]
    return found


def _epoch(said: Frames) -> int:
    """With which of its keys it sealed what it said last."""
    return int(epoch_of([body for body in _bodies(said) if not body.startswith("{")][-1]) or 0)
