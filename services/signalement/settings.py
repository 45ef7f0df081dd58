"""Settings of signalement and of its commands."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr

from services.signalement.domain.reports import Deadlines
from shared.settings import Settings


class SignalementSettings(Settings):
    """What signalement needs beside what every service needs."""

    partner_issuer: SecretStr = Field(
        default=SecretStr(""),
        description="Seed of the key that admits partners to NATS (`SA...`), whose public part the NATS server must be "
        "given; `python -m services.signalement partner issuer FILE` makes one. Empty: partners cannot connect",
    )
    partner_issuer_file: Path | None = Field(default=None, description="A file that holds that seed, instead")
    partner_session_s: int = Field(
        default=3_600,
        ge=5,
        le=86_400,
        description="Seconds after which a partner's connection ends, and it must come back: a revoked one cannot",
    )

    report_deadline_s: int = Field(
        default=86_400,
        ge=1,
        le=30 * 86_400,
        description="Seconds in which the recipient of a report has to take charge of it; then it is overdue",
    )
    patrol_deadline_s: int = Field(
        default=120, ge=1, le=86_400, description="The same for imminent danger, where a patrol is asked for"
    )
    follow_days: int = Field(default=30, ge=1, le=365, description="Days that words lead to what became of a report")

    @property
    def deadlines(self) -> Deadlines:
        """How long recipients have, as the domain wants it."""
        return Deadlines(
            report=timedelta(seconds=self.report_deadline_s), patrol=timedelta(seconds=self.patrol_deadline_s)
        )

    @property
    def issuer_seed(self) -> str:
        """The seed, from its setting or its file; empty when there is none. Raises ``OSError``."""
        if self.partner_issuer_file:
            return self.partner_issuer_file.read_text(encoding="utf-8").strip()
        return self.partner_issuer.get_secret_value()


class RegistrarSettings(Settings):
    """What the commands about partners need: the NATS user ``registrar``, and the staff authority's private key."""

    staff_authority_key: Path | None = Field(
        default=None,
        description="File with the private key of the staff authority, which certifies accounts and partners; "
        "`python -m services.dispatcher authority make FILE` makes one",
    )
    partner_url: str = Field(
        default="",
        description="Address of NATS as partners reach it, which is written into what they are given; empty: the one "
        "that the command itself uses",
    )
