"""Anonymity is lifted with three browsers: a visitor, an operator who asks, a magistrate who decides (O7, P2, V16)."""

import re

from playwright.async_api import expect

from infra.local.stack import Stack
from tests.e2e.lifting import ask, magistrate, serious
from tests.e2e.people import DESK, Operator, People, Visitor

WHERE = "127.0.0.1"


async def talking(people: People) -> tuple[Visitor, Operator]:
    """A visitor in danger, and the operator who answers."""
    operator = await people.operator(0)
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await visitor.say("Il a pris un couteau, je suis enfermée.")
    await operator.open_first()
    await expect(operator.line("enfermée")).to_be_visible()
    return visitor, operator


async def test_a_magistrate_decides_and_reads_the_address_and_nobody_else_does(people: People, stack: Stack) -> None:
    """The whole way: asked, decided, opened in that one page, confirmed, gone; no other page has shown it."""
    visitor, operator = await talking(people)
    dialog = await ask(operator, looked_at=True)
    await dialog.get_by_role("button", name="Fermer").click()
    await expect(operator.page.get_by_role("button", name="Levée demandée")).to_be_focused()
    page = await magistrate(people, stack, looked_at=True)
    await expect(page.get_by_role("article")).to_contain_text("police1")
    assert await serious(page) == []
    await page.get_by_role("radio", name="Accorder la levée").check()
    await page.get_by_label("Motif de la décision").select_option("life_in_danger")
    await page.get_by_label("Précisions").fill("Danger immédiat, aucun autre moyen.")
    await page.get_by_role("button", name="Accorder et recevoir l’adresse").click()
    address = page.get_by_role("region", name="L’adresse de connexion")
    await expect(address).to_contain_text(WHERE)
    await expect(address.locator("dd").nth(1)).to_have_text(re.compile(r"^\d{4,5}$"))
    await expect(address.locator("dd").nth(2)).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$"))
    assert await serious(page) == []
    await address.get_by_role("button", name="Copier").click()
    await expect(address).to_contain_text("Copié")
    await address.get_by_role("button", name="J’ai noté l’adresse").click()
    await expect(page.get_by_role("article")).to_contain_text("L’adresse est effacée du système")
    await expect(page.get_by_role("region", name="Décidées ces derniers jours")).to_contain_text("accordée, remise")
    assert WHERE not in await page.get_by_role("article").inner_text()
    await expect(page.get_by_role("region", name="Précisions")).to_contain_text("aucun autre moyen")
    told = operator.page.get_by_role("button", name="Levée accordée")
    await expect(told).to_be_visible()
    assert WHERE not in await operator.page.content()
    assert "magistrat" not in await visitor.page.content()


async def test_a_page_that_is_reloaded_before_it_confirmed_takes_the_address_up_again(
    people: People, stack: Stack
) -> None:
    """The key is in that page's memory alone: the password opens it anew."""
    await ask((await talking(people))[1])
    page = await magistrate(people, stack)
    await page.get_by_role("radio", name="Accorder la levée").check()
    await page.get_by_label("Motif de la décision").select_option("crime_under_way")
    await page.get_by_role("button", name="Accorder et recevoir l’adresse").click()
    await expect(page.get_by_role("region", name="L’adresse de connexion")).to_contain_text(WHERE)
    await page.reload()
    assert stack.magistrate is not None
    await page.get_by_label("Mot de passe").fill("un autre mot de passe")
    await page.get_by_role("button", name="Ouvrir").click()
    await expect(page.get_by_role("alert")).to_contain_text("ne s’ouvre pas")
    await page.get_by_label("Mot de passe").fill(stack.magistrate.password)
    await page.get_by_role("button", name="Ouvrir").click()
    await page.get_by_role("region", name="Accordée, à confirmer").get_by_role("button").click()
    await page.get_by_role("button", name="Reprendre l’adresse").click()
    await expect(page.get_by_role("region", name="L’adresse de connexion")).to_contain_text(WHERE)
    await page.get_by_role("button", name="J’ai noté l’adresse").click()
    await expect(page.get_by_role("article")).to_contain_text("effacée du système")


async def test_a_refusal_says_why_and_may_be_asked_again(people: People, stack: Stack) -> None:
    dialog = await ask((await talking(people))[1])
    page = await magistrate(people, stack)
    await page.get_by_role("radio", name="Refuser").check()
    await page.get_by_label("Motif de la décision").select_option("other_means")
    await page.get_by_role("button", name="Refuser la levée").click()
    await expect(page.get_by_role("article")).to_contain_text("La levée est refusée")
    console = dialog.page
    await dialog.get_by_role("button", name="Fermer").click()
    await console.get_by_role("button", name="Levée refusée").click()
    await expect(dialog).to_contain_text("d’autres moyens existent")
    await dialog.get_by_role("button", name="Demander à nouveau").click()
    await expect(dialog.get_by_role("button", name="Demander la levée")).to_be_visible()


async def test_who_is_no_magistrate_finds_a_closed_door(people: People) -> None:
    operator = await people.operator(0)
    page = await operator.page.context.new_page()
    await page.set_viewport_size(DESK)
    await page.goto(operator.page.url.rstrip("/") + "/magistrate")
    await expect(page.get_by_role("alert")).to_contain_text("réservée aux magistrats")


async def test_the_visitor_reads_what_is_known_of_her(people: People) -> None:
    """V16: under seal, for whom, until when, and that this page does not tell of a request."""
    visitor = await people.visitor()
    await visitor.ask("domestic", "")
    known = visitor.page.locator("details").filter(has_text="En savoir plus")
    await known.locator("summary").click()
    for said in (
        "gardée sous scellés",
        "24 heures après votre connexion",
        "ne vous dit pas",
        "pas donné de code postal",
    ):
        await expect(known).to_contain_text(said)
    assert await serious(visitor.page) == []
