"""Consent as the visitor lives it: by keyboard on a small phone, nothing without her yes, the answer by her words."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from infra.local.stack import Stack
from shared.contracts.conversation import Force
from shared.sealing import authority
from shared.sealing.jose import make_key, sign
from tests.client.operator import Operator
from tests.client.proposing import Proposer, sample_partner
from tests.e2e.axe import violations
from tests.e2e.people import People, Visitor
from tests.e2e.test_resume_words import come_back, four_words
from tests.e2e.test_sealed import Frames
from tests.sealing import report as twin
from tests.sealing.body import from_base64url
from tests.sealing.words import last_one_wrong

NARROW: ViewportSize = {"width": 320, "height": 640}
ZOOMED: ViewportSize = {"width": 320, "height": 256}
"""A screen of 1,280 by 1,024 at 400 %."""
FACTS, WHERE, NAME = "Il m’a poussée contre le mur.", "à la maison", "Camille R."
FIELDS: tuple[twin.Field, ...] = (("facts", FACTS), ("where", WHERE), ("identity", NAME))
APPOINTMENT = {"at": "2030-01-08T14:30:00+01:00", "place": "Bureau 12", "with": "une enquêtrice"}


@pytest.fixture
async def operator(stack: Stack) -> AsyncIterator[Operator]:
    """Somebody of the police who answers, without a browser."""
    login = stack.credentials[0]
    policeman = await Operator(stack.addresses.console.rstrip("/")).log_in(login.login, login.password)
    async with policeman:
        await policeman.until(lambda: policeman.ready)
        yield policeman


@dataclass(frozen=True)
class Scene:
    """A visitor in a browser, and the operator who has the conversation."""

    visitor: Visitor
    desk: Proposer
    frames: Frames

    @property
    def page(self) -> Page:
        """The visitor's page."""
        return self.visitor.page

    @property
    def last(self) -> Locator:
        """The newest card."""
        return self.page.locator(".transcript li.report").last

    def button(self, name: str) -> Locator:
        """A button of the page."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def propose(self, to: twin.Recipient | None = None) -> str:
        """Let the operator propose a report; return its id once it stands there."""
        before = await self.page.locator(".transcript li.report").count()
        report = self.desk.propose(to or await self.desk.recipient("Commissariat du 3e", "12 rue Un"), FIELDS)
        await expect(self.page.locator(".transcript li.report")).to_have_count(before + 1)
        return report

    async def agreed(self) -> str:
        """Propose a report, let her say yes, and hand it in."""
        report = await self.propose()
        await self.button("Oui, transmettre").click()
        assert await self.desk.hand_in(report) == "submitted"
        await expect(self.last).to_contain_text("Le signalement est envoyé")
        return report


async def scene(people: People, operator: Operator, stack: Stack, viewport: ViewportSize | None = None) -> Scene:
    """Begin a conversation between the two."""
    visitor = await people.visitor(viewport=viewport)
    frames = await Frames().listen(visitor.page)
    await visitor.ask("domestic", "69003")
    await operator.until(lambda: len(operator.held) == 1, 20)
    signs = authority.load_private(stack.authority_file)
    return Scene(visitor, Proposer(operator, next(iter(operator.held)), signs, "69"), frames)


def partner_card(stack: Stack) -> Any:
    """Return what the police's demo partner is started with."""
    return next(partner.card for partner in stack.partners if partner.force is Force.POLICE)


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus; it must then be in sight."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("one => one === document.activeElement"):
            await expect(wanted).to_be_in_viewport(ratio=0.5)
            return
    raise AssertionError(f"no way by keyboard to {wanted}")


@pytest.mark.parametrize("size", [NARROW, ZOOMED, {"width": 360, "height": 740}], ids=["320", "zoomed", "360"])
async def test_the_card_is_changed_and_agreed_to_by_keyboard_alone(
    people: People, operator: Operator, stack: Stack, size: ViewportSize
) -> None:
    """V10 V17 S1: what is signed is exactly what stands on screen, struck lines left out; axe finds nothing."""
    at = await scene(people, operator, stack, size)
    report = await at.propose()
    page, card = at.page, at.last
    await expect(card).to_contain_text("Service vérifié")
    assert await violations(page) == []
    await page.locator("#compose").focus()
    await page.get_by_role("region", name="Conversation").focus()
    await tab_to(page, at.button("Changer : Où"))
    await page.keyboard.press("Enter")
    await expect(card.locator("textarea")).to_be_focused()
    await page.keyboard.type(", 2e étage")
    await tab_to(page, at.button("C’est bon : Où"))
    await page.keyboard.press("Space")
    await expect(at.button("Changer : Où")).to_be_focused()
    await tab_to(page, at.button("Retirer : Votre nom"))
    await page.keyboard.press("Enter")
    await expect(at.button("Remettre : Votre nom")).to_be_focused()
    assert await violations(page) == []
    shown = await card.locator(".report-fields li:not(.struck) .body").all_inner_texts()
    three = [await at.button(name).bounding_box() for name in ("Oui, transmettre", "Non", "Plus tard")]
    assert len({(box["width"], box["height"]) for box in three if box}) == 1, "no answer is larger than another"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await tab_to(page, at.button("Oui, transmettre"))
    await page.keyboard.press("Enter")
    await expect(card.locator(".report-card")).to_be_focused()
    document = json.loads((await at.desk.decides(report, "yes"))["document"])
    assert [value for _, value in document["fields"]] == shown == [FACTS, f"{WHERE}, 2e étage"]
    for line in (document["recipient"][name] for name in ("name", "unit")):
        await expect(card).to_contain_text(line)
    assert await violations(page) == []


async def test_no_and_later_send_that_word_and_nothing_else(people: People, operator: Operator, stack: Stack) -> None:
    """V10 S1: looked for in every frame that left the page; both can be changed later."""
    at = await scene(people, operator, stack)
    report = await at.propose()
    await expect(at.button("Oui, transmettre")).to_be_visible()
    before = len(at.frames.named("say"))
    await at.button("Plus tard").click()
    await at.desk.decides(report, "later")
    await at.button("Revoir la proposition").click()
    await at.button("Non").click()
    await at.desk.decides(report, "no")
    await expect(at.last).to_contain_text("Vous avez dit non. Rien n’est parti.")
    assert at.desk.decided(report) == [{"report": report, "decision": "later"}, {"report": report, "decision": "no"}]
    assert len(at.frames.named("say")) == before + 2
    assert at.frames.named("follow") == at.frames.named("withdraw") == []
    await at.button("Revoir la proposition").click()
    await at.button("Oui, transmettre").click()
    assert (await at.desk.decides(report, "yes"))["consent"].count(".") == 2


async def test_a_recipient_that_the_authority_does_not_certify_cannot_be_agreed_to(
    people: People, operator: Operator, stack: Stack
) -> None:
    """V10 S1: of another authority, under another name, unsigned: nobody is shown as who receives it."""
    at = await scene(people, operator, stack)
    good = await at.desk.recipient("Commissariat du 3e", "12 rue Un")
    header, claims, _ = good.certificate.split(".")
    stranger = sign(json.loads(from_base64url(claims) or b""), make_key(), twin.CERTIFICATE)
    for forged in (
        twin.Recipient(good.partner, good.name, good.unit, good.address, stranger),
        twin.Recipient(good.partner, "Commissariat d’à côté", good.unit, good.address, good.certificate),
        twin.Recipient(good.partner, good.name, good.unit, good.address, f"{header}.{claims}."),
    ):
        report = await at.propose(forged)
        await expect(at.last).to_contain_text("n’avons pas pu vérifier")
        await expect(at.last).not_to_contain_text(forged.name)
        await expect(at.last).not_to_contain_text(FACTS)
        await expect(at.button("Oui, transmettre")).to_have_count(0)
        assert await violations(at.page) == []
        await at.button("Non").click()
        await at.desk.decides(report, "no")


async def test_a_newer_proposal_takes_the_place_of_one_without_an_answer(
    people: People, operator: Operator, stack: Stack
) -> None:
    """V10: what she struck out of the first stays struck out of the second."""
    at = await scene(people, operator, stack)
    await at.propose()
    await at.button("Retirer : Votre nom").click()
    second = await at.propose()
    await expect(at.page.locator(".transcript li.report").first).to_contain_text("remplacée")
    await expect(at.last).to_contain_text("Cette ligne ne partira pas")
    await at.button("Oui, transmettre").click()
    document = json.loads((await at.desk.decides(second, "yes"))["document"])
    assert [name for name, _ in document["fields"]] == ["facts", "where"]


async def test_consent_is_taken_back_until_the_service_takes_charge(
    people: People, operator: Operator, stack: Stack
) -> None:
    """S1: the service hears it, and so does the specialist; nothing is left of it to be said at the end."""
    at = await scene(people, operator, stack)
    report = await at.agreed()
    await at.button("Reprendre mon accord").click()
    await expect(at.last).to_contain_text("Le signalement est retiré")
    await at.desk.decides(report, "withdrawn")
    await expect(at.button("Reprendre mon accord")).to_have_count(0)
    assert await violations(at.page) == []
    await at.button("Terminer").click()
    await expect(at.page.locator(".sheet")).to_contain_text("Terminer et effacer")
    await expect(at.page.locator(".sheet")).not_to_contain_text("signalement")


async def test_the_answer_is_found_by_words_once_the_conversation_is_gone(
    people: People, operator: Operator, stack: Stack
) -> None:
    """V11 V14 S2: from another browser: status, reference, appointment, and nothing of the chat; wrong words count."""
    at = await scene(people, operator, stack)
    await at.visitor.say("un secret de la conversation")
    await at.agreed()
    words = await four_words(at.visitor)
    await expect(at.last).to_contain_text("mènent aussi à la réponse")
    async with sample_partner(partner_card(stack), "--appointment", json.dumps(APPOINTMENT)):
        await expect(at.last).to_contain_text("REF-")
    reference = await at.last.locator(".reference").inner_text()
    assert await violations(at.page) == []
    await at.visitor.end()
    await expect(at.page.locator(".sheet")).to_contain_text("Vos quatre mots mènent à sa réponse")
    assert NAME not in await at.page.content()
    assert reference not in await at.page.content()
    other = (await people.visitor(viewport=NARROW)).page
    await come_back(other, " ".join(last_one_wrong(words)))
    await expect(other.locator("#back-fault")).to_contain_text("4 essais")
    await come_back(other, " ".join(words))
    found = other.locator(".sheet")
    await expect(found).to_contain_text(reference)
    await expect(found).to_contain_text("mardi 8 janvier à 14:30")
    await expect(found).to_contain_text("Bureau 12")
    content = await other.content()
    for said in ("un secret de la conversation", FACTS, NAME, WHERE):
        assert said not in content
    assert await violations(other) == []
    await other.get_by_role("button", name="Revenir au début").click()
    assert reference not in await other.content()


async def test_who_comes_back_by_words_still_reads_the_answer_in_the_chat(
    people: People, operator: Operator, stack: Stack
) -> None:
    """V14 S2: the keys of answers come back with the conversation."""
    at = await scene(people, operator, stack)
    await at.agreed()
    words = await four_words(at.visitor)
    other = Scene(await people.visitor(viewport=NARROW), at.desk, at.frames)
    await come_back(other.page, " ".join(words))
    await expect(other.last).to_contain_text("Le signalement est envoyé")
    async with sample_partner(partner_card(stack)):
        await expect(other.last).to_contain_text("REF-")
    await other.visitor.end()
