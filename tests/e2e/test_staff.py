"""Staff write to each other in their browsers, and the page of the visitor shows none of it (O8, O10)."""

import re

from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.people import Operator, People
from tests.e2e.test_supervision import supervise

NOTE = "Elle a déjà porté plainte en mars : ne pas la faire répéter."
SAID = "Besoin d’un avis, je peux déborder."
ANSWER = "Je prends la suite à 22 h."


async def test_notes_and_messages_pass_between_staff_and_never_to_the_visitor(people: People) -> None:
    _, above = await supervise(people)
    visitor = await people.visitor()
    frames: list[str] = []
    visitor.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    operator = await people.operator(0)
    await visitor.ask("domestic", "75001")
    await visitor.say("Bonjour")
    await operator.open_first()
    await expect(operator.line("Bonjour")).to_be_visible()
    page = operator.page
    await expect(page.locator(".pane textarea").first).to_be_focused()

    await page.keyboard.press("Alt+n")
    note = page.get_by_label(re.compile("^Note entre professionnels sur la conversation 1"))
    await expect(note).to_be_focused()
    await note.fill("deux")
    await note.press("Enter")
    await expect(note).to_have_value("deux\n")
    await note.fill(NOTE)
    await note.press("Control+Enter")
    await expect(page.locator(".staff-line").filter(has_text=NOTE)).to_be_visible()
    await expect(page.get_by_role("tab", name=re.compile(r"Notes \(1\)"))).to_be_visible()
    await expect(page.locator(".pane article").filter(has_text=NOTE)).to_have_count(0)

    await page.keyboard.press("Alt+m")
    await page.get_by_label("Au sujet de").select_option(label="Conversation 1")
    await page.get_by_label(re.compile("^Message entre collègues")).fill(SAID)
    await page.get_by_role("button", name="Dire aux collègues").click()
    told = above.locator(".staff-line").filter(has_text=SAID)
    await expect(told).to_contain_text("police1 → superviseurs")
    await expect(told.locator(".staff-about")).to_contain_text("police1")
    await expect(page.get_by_text("Aucun superviseur n’a sa page ouverte")).to_have_count(0)
    await above.get_by_label(re.compile("^Message entre collègues")).fill(ANSWER)
    await above.get_by_role("button", name="Dire aux collègues").click()
    await expect(page.locator(".staff-line").filter(has_text=ANSWER)).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Message de supervisor1")).to_have_count(1)
    await expect(above.get_by_text(NOTE)).to_have_count(0)
    assert [line for line in await violations(page) if "serious" in line or "critical" in line] == []
    assert [line for line in await violations(above) if "serious" in line or "critical" in line] == []

    await page.keyboard.press("Escape")
    await expect(page.locator(".pane textarea").first).to_be_focused()
    await operator.say("Je vous lis.")
    await expect(visitor.line("Je vous lis.")).to_be_visible()
    await _read_by_who_takes_over(people, operator)
    shown = str(await visitor.page.evaluate("document.documentElement.outerHTML")) + "".join(frames)
    for words in (NOTE, SAID, ANSWER):
        assert words not in shown
    await visitor.end()


async def _read_by_who_takes_over(people: People, operator: Operator) -> None:
    """The operator logs out, which gives the conversation to a colleague at once, who reads the note."""
    second = await people.operator(1)
    await expect(second.page.locator(".segments .available")).to_have_attribute("aria-pressed", "true")
    await operator.page.get_by_role("button", name="Déconnexion").click()
    await operator.page.get_by_role("dialog").get_by_role("button", name="Quitter la console").click()
    await second.page.locator(".lines button").first.wait_for()
    await second.open_first()
    await second.page.keyboard.press("Alt+n")
    await expect(second.page.locator(".staff-line").filter(has_text=NOTE)).to_contain_text("police1")
