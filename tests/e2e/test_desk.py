"""The operator's desk: ready sentences and sheets beside the chat, by keyboard alone (O2 V11)."""

import re

from playwright.async_api import Locator, expect

from tests.e2e.people import Operator, People, Visitor
from tests.e2e.test_accessibility import no_finding

POLICE = 0
COMPOSER = "#compose-1"
MOVES = (
    ({"ctrlKey": True, "key": "k"}, ".help-of [role=combobox]"),
    ({"key": "Escape"}, COMPOSER),
    ({"altKey": True, "key": "f"}, ".help-of form[role=search] input"),
    ({"altKey": True, "key": "1", "code": "Digit1"}, COMPOSER),
    ({"altKey": True, "key": "g"}, ".help-of .report :is(select, h2)"),
    ({"altKey": True, "key": "j"}, COMPOSER),
    ({"altKey": True, "key": "n"}, ".help-of .staff textarea"),
    ({"altKey": True, "key": "m"}, ".staff-chat textarea"),
)
# A key, and where the cursor is in the same turn: nothing else has run in between, and no other key could have.
PRESS_AND_LOOK = """([key, field]) => {
  const press = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...key });
  document.activeElement.dispatchEvent(press);
  return document.activeElement.matches(field);
}"""


async def at_the_desk(people: People, about: str = "domestic") -> tuple[Operator, Visitor]:
    """A visitor of Pontoise and an operator who has opened the conversation, by keyboard."""
    policeman = await people.operator(POLICE)
    visitor = await people.visitor()
    await visitor.ask(about, "95300")
    await visitor.choose("Pontoise")
    await expect(policeman.page.locator(".lines button")).to_have_count(1)
    await policeman.page.keyboard.press("Alt+Digit1")
    await expect(composer(policeman)).to_be_focused()
    await expect(composer(policeman)).to_be_editable()
    return policeman, visitor


def composer(operator: Operator) -> Locator:
    """Where the operator writes."""
    return operator.page.locator(".pane textarea").first


def finder(operator: Operator) -> Locator:
    """Where the operator searches."""
    return operator.page.get_by_role("combobox", name="Chercher une phrase ou une fiche")


def options(operator: Operator) -> Locator:
    """What was found."""
    return operator.page.get_by_role("option")


async def test_a_key_has_moved_the_cursor_before_another_can_be_pressed(people: People) -> None:
    """V17 O2: on the slowest machine no letter goes on into the answer to the visitor, nor to another one's."""
    policeman, _ = await at_the_desk(people)
    page = policeman.page
    await expect(page.locator("[role=combobox]")).to_be_attached()
    for key, field in MOVES:
        assert await page.evaluate(PRESS_AND_LOOK, [key, field]), f"{key} to {field}"


async def test_an_operator_inserts_a_sentence_by_keyboard_alone_and_sends_it(people: People) -> None:
    """O2: `/`, a few letters, Enter inserts and does not send, Enter sends."""
    policeman, visitor = await at_the_desk(people)
    keyboard = policeman.page.keyboard
    await keyboard.press("/")
    await expect(finder(policeman)).to_be_focused()
    await keyboard.type("service COMPETENT")
    await expect(options(policeman).first).to_contain_text("Le service compétent pour vous")
    await keyboard.press("Enter")
    await expect(composer(policeman)).to_be_focused()
    await expect(composer(policeman)).to_have_value(re.compile(r"compétent est\s: Commissariat de police de Cergy"))
    await expect(policeman.page.locator(".pane article")).to_have_count(0)
    await keyboard.press("Enter")
    await expect(visitor.line("Commissariat de police de Cergy")).to_be_visible()
    await expect(composer(policeman)).to_have_value("")


async def test_a_sentence_goes_where_the_cursor_is_and_can_be_undone(people: People) -> None:
    """O2: what was written already stays, around it; a slip is taken back as any other."""
    policeman, _ = await at_the_desk(people)
    keyboard = policeman.page.keyboard
    await keyboard.type("Oui. Voilà.")
    for _ in "Voilà.":
        await keyboard.press("ArrowLeft")
    await keyboard.press("Control+k")
    await expect(finder(policeman)).to_be_focused()
    await keyboard.type("vous n'y etes pour rien")
    await expect(options(policeman)).to_have_count(1)
    await keyboard.press("Enter")
    whole = "Oui. Vous n’êtes pas responsable de ce que cette personne a fait. Voilà."
    await expect(composer(policeman)).to_have_value(whole)
    await keyboard.press("Control+z")
    await expect(composer(policeman)).to_have_value("Oui. Voilà.")


async def test_arrows_choose_and_escape_goes_back_to_what_was_being_written(people: People) -> None:
    """V17 O2: a combobox as a screen reader knows it; the draft is as it was."""
    policeman, _ = await at_the_desk(people)
    keyboard = policeman.page.keyboard
    await keyboard.type("Je vous")
    await keyboard.press("/")
    await expect(composer(policeman)).to_have_value("Je vous/")
    await keyboard.press("Control+k")
    first, second = options(policeman).nth(0), options(policeman).nth(1)
    await expect(first).to_have_attribute("aria-selected", "true")
    await keyboard.press("ArrowDown")
    await expect(second).to_have_attribute("aria-selected", "true")
    name = await second.get_attribute("id") or "none"
    await expect(finder(policeman)).to_have_attribute("aria-activedescendant", name)
    await keyboard.press("ArrowUp")
    await keyboard.press("ArrowUp")
    await expect(options(policeman).last).to_have_attribute("aria-selected", "true")
    await expect(options(policeman).last).to_be_in_viewport()
    await keyboard.press("Escape")
    await expect(composer(policeman)).to_be_focused()
    await expect(composer(policeman)).to_have_value("Je vous/")


async def test_a_sheet_is_read_beside_the_chat_and_its_evidence_goes_into_the_draft(people: People) -> None:
    """O2 V11: title, article, penalty, sources; what to keep and the steps as text for the visitor."""
    policeman, visitor = await at_the_desk(people)
    page = policeman.page
    await visitor.say("il a dit qu'il allait me tuer")
    await page.keyboard.press("/")
    await expect(finder(policeman)).to_be_focused()
    await page.keyboard.type("me tuer")
    await page.keyboard.press("Enter")
    sheet = page.locator(".sheet-view")
    await expect(sheet.get_by_role("heading", level=3)).to_be_focused()
    for words in ("Menaces par conjoint", "C. pén. art. 222-18-3", "75 000 €", "6 ans", "09/07/2025"):
        await expect(sheet).to_contain_text(re.compile(re.escape(words).replace(r"\ ", r"\s")))
    await expect(policeman.line("me tuer")).to_be_in_viewport()
    await sheet.get_by_role("button", name="Insérer ce qu’il faut garder").press("Enter")
    await expect(composer(policeman)).to_be_focused()
    await expect(composer(policeman)).to_have_value(re.compile(r"^Si vous le pouvez sans vous mettre en danger\s:\n– "))
    await page.keyboard.press("Enter")
    await expect(visitor.line("qui a entendu")).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(finder(policeman)).to_have_value("me tuer")


async def test_while_there_is_nothing_to_search_no_letter_goes_into_the_answer(people: People) -> None:
    """V17 O2: the key leads to what stands there instead, and once the sheets have come, to the search."""
    policeman = await people.newcomer()
    page = policeman.page
    away = "**/api/desk"
    await page.route(away, lambda route: route.abort("connectionfailed"))
    await policeman.log_in(people.logins[POLICE])
    visitor = await people.visitor()
    await visitor.ask("domestic", "95300")
    await visitor.choose("Pontoise")
    await expect(page.locator(".lines button")).to_have_count(1)
    await page.keyboard.press("Alt+Digit1")
    await expect(composer(policeman)).to_be_focused()
    retry = page.locator(".sheets").get_by_text("Réessayer")
    await expect(retry).to_be_attached()
    await page.keyboard.press("Control+k")
    await expect(retry).to_be_focused()
    await page.keyboard.type("menaces")
    await expect(composer(policeman)).to_have_value("")
    await page.unroute(away)
    await page.keyboard.press("Enter")
    await expect(finder(policeman)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(composer(policeman)).to_be_focused()


async def test_each_chat_has_its_own_first_and_the_others_last(people: People) -> None:
    """O2: what is of this chat goes before; nothing of another is hidden from who looks for it."""
    policeman, _ = await at_the_desk(people, "sexual")
    page = policeman.page
    await page.keyboard.press("/")
    await expect(finder(policeman)).to_be_focused()
    await page.keyboard.type("violences")
    groups = page.locator(".results [role=group]")
    await expect(groups.first).to_have_attribute("aria-label", "Pour cette conversation")
    await expect(groups.last).to_have_attribute("aria-label", "Autres chats, autres publics")
    await expect(groups.last).to_contain_text("Violences dans le couple")
    await expect(groups.first).not_to_contain_text("Violences dans le couple")


async def test_the_desk_has_its_place_on_a_small_screen_and_no_finding(people: People) -> None:
    """V17: 1280 x 720 shows chat, search and composer together; axe finds nothing in list and sheet."""
    policeman, _ = await at_the_desk(people)
    page = policeman.page
    await page.set_viewport_size({"width": 1280, "height": 720})
    await page.keyboard.press("/")
    for part in (finder(policeman), options(policeman).nth(3), composer(policeman), page.locator("#compose-1")):
        await expect(part).to_be_in_viewport(ratio=1)
    await no_finding(page, "desk, list")
    await page.set_viewport_size({"width": 1280, "height": 720})
    await page.keyboard.type("fiche ordonnance de protection")
    await page.keyboard.press("Enter")
    await expect(page.locator(".sheet-view h3")).to_contain_text("Ordonnance")
    await no_finding(page, "desk, sheet")


async def test_the_keys_of_the_desk_are_in_the_list_of_keys(people: People) -> None:
    """PAGES: shortcuts shown by `?`."""
    policeman, _ = await at_the_desk(people)
    await policeman.page.keyboard.press("Alt+Shift+?")
    await expect(policeman.page.locator("dialog")).to_contain_text("Chercher une phrase ou une fiche")
