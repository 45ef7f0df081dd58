"""Somebody is in danger now: they go first, the console and the supervisors know at once (O6, V9)."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from playwright.async_api import Page, expect
from redis.asyncio import Redis

from infra.local.stack import Stack
from services.dispatcher.store.dispatch import text
from shared import keys
from shared.clock import now_ms
from shared.contracts.conversation import Force
from tests.client.proposing import sample_partner
from tests.e2e.axe import violations
from tests.e2e.people import DESK, PHONE, Operator, People, Visitor
from tests.search import store_client
from tests.servers import eventually

SUPERVISOR = 4
DECLARE = "Je suis en danger maintenant"


async def _supervise(people: People) -> tuple[Operator, Page]:
    chief = await people.operator(SUPERVISOR, viewport=DESK)
    await chief.pause()
    async with chief.page.expect_popup() as opening:
        await chief.page.get_by_role("link", name="Supervision").click()
    page = await opening.value
    await page.set_viewport_size(DESK)
    await page.get_by_role("heading", name="Supervision").wait_for()
    return chief, page


async def _waits(visitor: Visitor) -> None:
    await expect(visitor.page.locator(".standing")).to_contain_text(re.compile("prochaine personne|avant vous"))


async def _declares(visitor: Visitor) -> None:
    """One press, one line that asks, with the numbers that are faster in sight."""
    await visitor.page.get_by_role("button", name=DECLARE).click()
    asked = visitor.page.get_by_role("group", name="En danger en ce moment")
    for number in ("Appeler le 17", "Appeler le 112", "SMS 114"):
        await expect(asked.get_by_role("link", name=number)).to_be_visible()
        await expect(visitor.page.locator(".emergency").get_by_role("link", name=number)).to_be_visible()
    await asked.get_by_role("button", name="Oui, je suis en danger").click()
    await expect(visitor.page.locator(".danger-said")).to_contain_text("vous passez avant les autres")


async def _all_know(visitor: Visitor, operator: Operator, supervision: Page) -> None:
    await expect(operator.page.locator(".line.endangered")).to_contain_text("En danger")
    await expect(operator.page.get_by_role("alert").filter(has_text="personne en danger")).to_have_count(1)
    await expect(operator.page).to_have_title(re.compile("DANGER"))
    alarm = supervision.get_by_role("region", name="personne en danger")
    await expect(alarm).to_contain_text("dit par la personne")
    await expect(supervision).to_have_title(re.compile(r"\(1\) DANGER"))
    await alarm.get_by_role("button", name=re.compile("^Je m’en charge")).click()
    await expect(alarm).to_contain_text("supervisor1 s’en charge depuis")
    await expect(supervision).not_to_have_title(re.compile("DANGER"))
    await expect(operator.page.locator(".danger-strip")).to_contain_text("supervisor1 s’en occupe")
    await expect(visitor.page.locator(".danger-said")).to_contain_text("L’équipe de service le voit")


async def test_who_is_in_danger_goes_first_and_everybody_on_duty_knows(people: People) -> None:
    operator = await people.operator(0)
    await operator.pause()
    _, supervision = await _supervise(people)
    first, second = await people.visitor(), await people.visitor()
    await first.ask("domestic", "75001")
    await _waits(first)
    await second.ask("domestic", "75001")
    await expect(second.page.locator(".standing")).to_contain_text("1 personne est avant vous")
    await _declares(second)
    await expect(second.page.locator(".standing strong").first).to_contain_text("prochaine personne")
    await expect(first.page.locator(".standing")).to_contain_text("1 personne est avant vous")
    await expect(supervision.get_by_role("region", name="personne en danger")).to_contain_text("personne ne l’a encore")
    await operator.available()
    await expect(second.page.locator(".standing")).to_contain_text("Police")
    # Both came to this desk: who is in danger stands first, and is opened.
    await expect(operator.page.locator(".lines .line")).to_have_count(2)
    await expect(operator.page.locator(".lines .line").first).to_contain_text("En danger")
    await operator.open_first()
    await _all_know(second, operator, supervision)
    await second.page.get_by_role("button", name="Je ne suis plus en danger").click()
    await expect(second.page.get_by_role("button", name=DECLARE)).to_be_visible()
    await expect(operator.page.get_by_role("alert").filter(has_text="Vérifiez que c’est bien elle")).to_have_count(1)
    await expect(supervision.locator(".alarms")).to_have_count(0)


async def test_what_the_operator_says_the_visitors_page_shows_and_cannot_take_back(people: People) -> None:
    operator, visitor = await people.operator(0), await people.visitor()
    await visitor.page.get_by_role("checkbox", name=re.compile("J’ai moins de 18 ans")).check()
    await visitor.ask("domestic", "75001")
    await operator.open_first()
    await expect(operator.page.locator(".facts")).to_contain_text("Moins de 18 ans")
    await operator.page.get_by_role("button", name="Signaler un danger").click()
    said = visitor.page.locator(".danger-said")
    await expect(said).to_contain_text("La personne qui vous répond a signalé que vous êtes en danger")
    await expect(said.get_by_role("button")).to_have_count(0)
    await operator.page.get_by_role("button", name="Danger écarté").click()
    await expect(said).to_have_count(0)


async def test_a_patrol_is_asked_for_and_taken_charge_of(people: People, stack: Stack) -> None:
    """O6: sealed for the competent service alone, which takes charge of it; the visitor's page says nothing of it."""
    operator, visitor = await people.operator(0), await people.visitor()
    await visitor.ask("domestic", "67000")
    await operator.open_first()
    await operator.page.get_by_role("button", name="Demander une patrouille…").click()
    form = operator.page.get_by_role("dialog", name="Demander une patrouille")
    await expect(form).to_contain_text("état de nécessité")
    await expect(form.get_by_label("Adresse, étage, code de l’immeuble")).to_have_value(re.compile("67000"))
    await expect(form.get_by_role("status")).to_contain_text("Service qui reçoit")
    assert await violations(operator.page) == []
    await form.get_by_role("button", name="Envoyer la demande").click()
    await expect(form.get_by_role("alert")).to_contain_text("Il faut au moins dire ce qui se passe")
    await form.get_by_label("Ce qui se passe").fill("Il est à la porte")
    await form.get_by_role("button", name="Envoyer la demande").click()
    board = operator.page.get_by_role("region", name="Patrouilles demandées")
    await expect(board).to_contain_text("pas encore d’accusé de réception")
    await expect(operator.page.locator(".danger-strip.on")).to_be_visible()
    police = next(partner for partner in stack.partners if partner.force is Force.POLICE)
    async with sample_partner(police.card):
        await expect(board).to_contain_text("prise en charge à")
        await expect(board).to_contain_text("référence REF-")
    await expect(visitor.page.locator(".danger-said")).to_contain_text("a signalé que vous êtes en danger")
    await expect(visitor.page.locator(".transcript li.report")).to_have_count(0)
    await _whoever_takes_over_reads_the_reference(people, operator)
    await board.get_by_role("button", name="Masquer").click()
    await expect(board).to_have_count(0)


async def _whoever_takes_over_reads_the_reference(people: People, giver: Operator) -> None:
    """And a supervisor, who reads no chat, where the patrol stands."""
    chief, supervision = await _supervise(people)
    listed = supervision.get_by_role("region", name="Patrouilles des")
    await expect(listed).to_contain_text("prise en charge à")
    await expect(listed).not_to_contain_text("REF-")
    await chief.available()
    await giver.page.get_by_role("button", name="Transférer…").click()
    await giver.page.locator(".receivers button").filter(has_text="supervisor1").first.click()
    await chief.page.get_by_role("button", name="Accepter").click()
    await expect(chief.page.get_by_role("region", name="Patrouilles demandées")).to_contain_text("référence REF-")
    await chief.pause()


async def test_a_patrol_that_nobody_takes_charge_of_is_an_alarm_on_both_pages_until_somebody_calls(
    people: People, stack: Stack
) -> None:
    """O6: asked ten minutes ago, as the store has it; nobody answered."""
    operator, visitor = await people.operator(0), await people.visitor()
    _, supervision = await _supervise(people)
    await visitor.ask("domestic", "67000")
    await operator.open_first()
    await operator.page.get_by_role("button", name="Signaler un danger").click()
    async with _store(stack) as store:
        report = str(uuid4())
        at = now_ms() - 600_000
        said = {"operator": "police1", "partner": "ddsp-67", "department": "67", "status": "submitted", "at": str(at)}
        for name, value in {"conversation": await _conversation(store), **said}.items():
            await store.hset(keys.patrol(report), name, value)
        await store.zadd(keys.PATROLS, {report: at})
        try:
            board = operator.page.get_by_role("region", name="Patrouilles demandées")
            await expect(board).to_contain_text("Personne n’a accusé réception : appelez le 17 vous-même")
            late = supervision.get_by_role("region", name="sans accusé de réception")
            await expect(late).to_contain_text("demandée par police1")
            await expect(supervision).to_have_title(re.compile("DANGER"))
            assert await violations(operator.page) == []
            await late.get_by_role("button", name=re.compile("^J’ai appelé")).click()
            await expect(late).to_have_count(0)
            await expect(board).to_contain_text("supervisor1 a appelé le 17")
            await expect(board).not_to_contain_text("appelez le 17 vous-même")
        finally:
            await store.delete(keys.patrol(report))
            await store.zrem(keys.PATROLS, report)


async def test_who_vanishes_in_danger_is_searched_for_until_they_are_back(people: People, stack: Stack) -> None:
    """O6, V14: the operator reads what to do, a supervisor says by name that they have seen it, the return ends it."""
    operator, visitor = await people.operator(0), await people.visitor()
    _, supervision = await _supervise(people)
    await visitor.ask("domestic", "67000")
    await operator.open_first()
    await _declares(visitor)
    await visitor.page.context.set_offline(True)
    async with _store(stack) as store:
        # A minute is long: the last sign came two minutes ago.
        await store.hset(keys.conversation(await _conversation(store)), "sign", now_ms() - 120_000)
    strip = operator.page.get_by_role("region", name="La personne a disparu")
    await expect(strip).to_contain_text("67000")
    await expect(strip).to_contain_text("pas encore demandée")
    await expect(strip).to_contain_text("la conversation est gardée jusqu’à")
    await expect(operator.page.locator(".facts")).to_contain_text("hors ligne, peut revenir jusqu’à")
    await expect(operator.page.get_by_role("alert").filter(has_text="la personne en danger a disparu")).to_have_count(1)
    alarm = supervision.get_by_role("region", name="personne en danger a disparu")
    await expect(alarm).to_contain_text("avec police1")
    await _looked_at(operator.page, "missing-console-1280")
    await _looked_at(supervision, "missing-supervision-1280")
    await strip.get_by_role("button", name="Demander une patrouille…").click()
    form = operator.page.get_by_role("dialog", name="Demander une patrouille")
    await expect(form.get_by_label("Ce qui se passe")).to_have_value(re.compile("Plus aucun signe d’elle depuis"))
    await form.get_by_role("button", name="Annuler").click()
    await alarm.get_by_role("button", name=re.compile("^J’ai vu")).click()
    await expect(alarm).to_contain_text("vu par supervisor1")
    await expect(strip).to_contain_text("supervisor1 s’en occupe")
    await visitor.page.context.set_offline(False)
    await expect(strip).to_have_count(0)
    await expect(operator.page.get_by_role("alert").filter(has_text="la personne est revenue")).to_have_count(1)
    await expect(alarm).to_have_count(0)


async def _looked_at(page: Page, name: str) -> None:
    """No finding of axe's; and a picture, where somebody wants to look."""
    assert await violations(page) == [], name
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")


@asynccontextmanager
async def _store(stack: Stack) -> AsyncIterator[Redis]:
    async with store_client(stack) as store:
        yield store


async def _conversation(store: Redis) -> str:
    """The only one in danger."""
    found: list[str] = []

    async def known() -> bool:
        found[:] = [text(one) for one in await store.zrange(keys.ENDANGERED, 0, -1)]
        return len(found) == 1

    await eventually(known)
    return found[0]


async def test_without_a_place_the_form_says_at_once_to_telephone(people: People) -> None:
    operator, visitor = await people.operator(0), await people.visitor()
    await visitor.ask("domestic")
    await operator.open_first()
    await operator.page.get_by_role("button", name="Demander une patrouille…").click()
    form = operator.page.get_by_role("dialog", name="Demander une patrouille")
    await expect(form.get_by_role("alert")).to_contain_text("appelez le 17 vous-même")
    await expect(form.get_by_role("button", name="Envoyer la demande")).to_be_disabled()
    await form.get_by_label("Département").fill("67")
    await expect(form.get_by_role("status")).to_contain_text("Service qui reçoit")


async def test_nothing_of_it_keeps_anybody_out(people: People, stack: Stack) -> None:
    """Axe, on the phone and at the desk: the question, what is said afterwards, the console, the supervisors' page."""
    operator = await people.operator(0)
    _, supervision = await _supervise(people)
    for viewport in (PHONE, DESK):
        visitor = await people.visitor(viewport=viewport)
        await visitor.ask("domestic", "75001")
        await visitor.page.get_by_role("button", name=DECLARE).click()
        assert await violations(visitor.page) == []
        await visitor.page.get_by_role("button", name="Oui, je suis en danger").click()
        await expect(visitor.page.locator(".danger-said")).to_contain_text("vous passez avant les autres")
        assert await violations(visitor.page) == []
    await operator.open_first()
    await expect(operator.page.locator(".danger-strip.on")).to_be_visible()
    async with _store(stack) as store, _cared_for(operator, store):
        for page in (operator.page, supervision):
            for viewport in (DESK, PHONE):
                await page.set_viewport_size(viewport)
                assert await violations(page) == [], viewport


@asynccontextmanager
async def _cared_for(operator: Operator, store: Redis) -> AsyncIterator[None]:
    """Everything that the care for operators shows: a break, a hard conversation, the wish to talk."""
    await store.zadd(keys.RESTING, {"police1": now_ms() + 600_000})
    try:
        care = operator.page.locator(".care")
        await care.get_by_role("button", name=re.compile("difficile")).click()
        await expect(care.get_by_role("status")).to_contain_text("pause jusqu’à")
        await care.get_by_role("button", name="Demander à en parler").click()
        await expect(care.locator("[aria-pressed=true]")).to_have_count(2)
        yield
    finally:
        await store.zrem(keys.RESTING, "police1")
        await store.hdel(keys.DEBRIEFS, "police1")
        await store.hdel(keys.operator("police1"), "row")
