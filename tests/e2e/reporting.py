"""The two ends of a signalement as people see them: the operator's panel and the visitor's card (V10, O5)."""

import re

from playwright.async_api import Locator, expect

from infra.local.partners import DemoPartner
from infra.local.stack import Stack
from shared.contracts.conversation import Force
from tests.e2e.people import Operator, Visitor

APPOINTMENT = {"at": "2030-01-08T14:30:00+01:00", "place": "Bureau 12", "with": "la brigade de protection"}


class Desk:
    """The report panel of an operator's console."""

    def __init__(self, operator: Operator) -> None:
        self.page = operator.page
        self.strip = self.page.locator(".report-strip").first
        self.recipient = self.page.get_by_role("combobox", name="Service qui reçoit", exact=True)

    def field(self, name: str) -> Locator:
        """Return a field of the form in which one writes."""
        return self.page.locator(".report-form").get_by_role("textbox", name=name, exact=True)

    async def prepare(self, **fields: str) -> None:
        """Open the panel by keyboard, wait until the competent service stands there, and write."""
        await self.page.keyboard.press("Alt+g")
        await expect(self.recipient).to_be_focused()
        await expect(self.recipient).to_have_value("demo-police")
        for name, value in fields.items():
            await self.field(name.replace("_", " ")).fill(value)

    async def show(self) -> None:
        """Show it to the person."""
        await self.page.get_by_role("button", name="Montrer à la personne").click()
        await expect(self.strip).to_contain_text("Montré, sans réponse")

    async def stands(self, words: str) -> None:
        """Wait until the strip says where it stands."""
        await expect(self.strip).to_contain_text(words)


class Card:
    """The proposal on the visitor's page."""

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page
        self.last = self.page.locator(".transcript li.report").last

    def act(self, what: str, field: str = "") -> Locator:
        """Return a button, of a field or of the whole."""
        name = re.compile(rf"^{what}\s*:\s*{field}$") if field else re.compile(rf"^{what}$")
        return self.page.get_by_role("button", name=name).last

    async def change(self, field: str, value: str) -> None:
        """Put something in other words."""
        await self.act("Changer", field).click()
        await self.page.locator(".transcript li.report textarea").fill(value)
        await self.act("C’est bon", field).click()


def card_of(stack: Stack) -> DemoPartner:
    """Return the police's demo partner."""
    return next(partner for partner in stack.partners if partner.force is Force.POLICE)
