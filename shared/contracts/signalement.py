"""What the signalement service answers: figures as the platforms publish them (S5). No identity, no conversation id."""

from pydantic import Field

from shared.contracts.conversation import Category, EndedBy, Force
from shared.contracts.envelope import Contract
from shared.contracts.signalement_reports import ReportKind, ReportStatus

MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


class FiguresQuery(Contract):
    """Ask for counts by month. Subject: ``qry.signalement.figures.v1``."""

    first_month: str | None = Field(default=None, pattern=MONTH, description="YYYY-MM, included; null: from the first")
    last_month: str | None = Field(default=None, pattern=MONTH, description="YYYY-MM, included; null: to the last")


class FigureLine(Contract):
    """How many conversations of one kind were opened in one month and are over."""

    month: str = Field(pattern=MONTH, description="Month in which they were opened, in Paris time")
    category: Category = Field(description="Which of the three chats")
    force: Force | None = Field(description="Who was competent; null: the visitor left before that was known")
    accompanied: bool = Field(description="Whether an operator had taken it; else the visitor left while waiting")
    ended_by: EndedBy = Field(description="Whose act, or what, ended it")
    conversations: int = Field(ge=1, description="How many")


class ReportLine(Contract):
    """How many reports of one kind were handed in in one month, by what became of them."""

    month: str = Field(pattern=MONTH, description="Month in which they were handed in, in Paris time")
    category: Category | None = Field(description="Which of the three chats; null: not known")
    force: Force = Field(description="For which force")
    kind: ReportKind = Field(description="With consent, or for imminent danger")
    status: ReportStatus = Field(description="What became of them")
    reports: int = Field(ge=1, description="How many")


class FiguresReply(Contract):
    """Counts. Small ones are exact here: whoever publishes them suppresses small cells."""

    persons_accompanied: int = Field(ge=0, description="Conversations that an operator had, over all lines")
    lines: list[FigureLine] = Field(
        description="By month, then category, force, outcome; kinds that did not occur are left out"
    )
    signalements: int = Field(ge=0, description="Reports with consent that were handed in, over all lines")
    reports: list[ReportLine] = Field(description="By month, then category, force, kind, outcome")
