"""Settings of the dispatcher."""

from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.forecast import Promise
from services.dispatcher.domain.hours import WorkingHours
from services.dispatcher.domain.presence import Patience
from shared.contracts.conversation import Force
from shared.settings import WebSettings

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class SecondFactorRule(StrEnum):
    """Who must have one-time codes."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class DispatcherSettings(WebSettings):
    """What the dispatcher needs beside what every web service needs."""

    grace_s: float = Field(
        default=15.0, ge=0, le=600, description="Seconds that a lost console's conversations wait for it to come back"
    )
    console_silence_s: float = Field(
        default=15.0, ge=1, le=120, description="Seconds without a ping after which a console counts as lost"
    )
    session_s: int = Field(
        default=43_200,
        ge=60,
        le=86_400,
        description="Seconds without any sign of an operator's console after which they must log in again",
    )
    session_longest_s: int = Field(
        default=57_600,
        ge=60,
        le=172_800,
        description="Seconds after a login when they must log in again whatever they do; the console says so in time",
    )
    sure_s: float = Field(
        default=20.0,
        ge=0,
        le=300,
        description="Seconds that a conversation has been gone, and nobody said to have destroyed it, until it counts "
        "as fallen silent",
    )
    most_messages: int = Field(default=5_000, ge=10, description="Messages that one conversation may have")
    most_consoles: int = Field(default=2_000, ge=1, description="Consoles that one dispatcher holds; then 503")
    desk_dir: Path | None = Field(
        default=None,
        description="Folder of this installation's own sheets and sentences, which go before those that ship",
    )
    local_login: bool = Field(default=True, description="Whether accounts with a password may log in with it")
    second_factor: SecondFactorRule = Field(
        default=SecondFactorRule.OPTIONAL,
        description="`optional`, or `required`: an account without one-time codes cannot log in with its password",
    )
    staff_key: SecretStr = Field(
        default=SecretStr(""),
        description="Seals the secrets of one-time codes and logins under way: 32 random bytes in base64url, the same "
        "for every dispatcher; `python -m services.dispatcher key` prints one",
    )
    staff_key_file: Path | None = Field(default=None, description="A file that holds that key, instead")
    oidc_issuer: str = Field(
        default="", description="Issuer of the OpenID Connect provider by which staff log in; empty: none"
    )
    oidc_client_id: str = Field(default="", description="What the provider calls this console")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="The console's secret at the provider")
    oidc_client_secret_file: Path | None = Field(default=None, description="A file that holds that secret, instead")
    oidc_name: str = Field(default="", max_length=60, description="What the login button calls the provider")
    oidc_scope: str = Field(default="openid profile", description="Scopes that are asked for")
    oidc_acr: str = Field(default="", description="Level of authentication to ask for, and to insist on; empty: any")
    oidc_login_claim: str = Field(default="preferred_username", description="Claim that is the login")
    oidc_roles_claim: str = Field(
        default="havre_roles", description="Claim that lists roles; a dot leads inside: `realm_access.roles`"
    )
    oidc_force_claim: str = Field(default="havre_force", description="Claim that says police or gendarmerie")
    oidc_categories_claim: str = Field(
        default="havre_categories", description="Claim that lists the chats they are trained for; absent: all three"
    )
    oidc_languages_claim: str = Field(
        default="havre_languages", description="Claim that lists what they speak; absent: as the account says"
    )
    console_url: str = Field(
        default="",
        description="Address of the console as browsers see it, for the provider's way back; needed with an issuer",
    )

    hard_in_a_row: int = Field(
        default=3, ge=0, le=20, description="Hard conversations in a row after which an operator rests; 0: never"
    )
    break_s: int = Field(default=600, ge=60, le=7_200, description="Seconds that such a break lasts")
    vanished_s: float = Field(
        default=60.0,
        ge=1,
        le=3_600,
        description="Seconds without a sign of a visitor's page after which somebody in danger counts as missing: "
        "longer than a page takes to notice a lost network and come back, which is 20 s to 40 s",
    )
    patrol_deadline_s: int = Field(
        default=120,
        ge=1,
        le=86_400,
        description="Seconds in which somebody has to take charge of a patrol; then: alarm",
    )
    promise_s: float = Field(
        default=60.0, ge=1, le=3_600, description="What the forecast of staff aims at: an operator within these seconds"
    )
    promise_share: float = Field(
        default=0.95, gt=0, lt=1, description="And for which share of those who come, the others waiting longer"
    )
    transfer_s: float = Field(
        default=30.0, ge=1, le=600, description="Seconds that an offer to take a conversation over stands"
    )
    handover_s: float = Field(
        default=180.0,
        ge=0,
        le=3_600,
        description="Seconds that whoever handed a conversation over may stay in it; 0: they leave at once",
    )
    staff_chat_s: int = Field(
        default=43_200,
        ge=60,
        le=86_400,
        description="Seconds that messages between staff stay: a shift; notes of a conversation go with it",
    )
    psychologists: dict[Force, WorkingHours] = Field(
        default={Force.POLICE: WorkingHours(week="Mo-Fr 09:00-18:00")},
        description="Hours of each force's psychologists, as JSON: "
        '`{"police": {"week": "Mo-Fr 09:00-18:00", "department": "974", "on_holidays": "off", '
        '"exceptions": {"2026-12-24": "09:00-12:00"}}}`; a force without hours has none',
    )

    @field_validator("oidc_issuer", "console_url")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        parts = urlsplit(address)
        if address and not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
            raise ValueError("must begin with https:// (http:// on the loopback address alone)")
        if parts.query or parts.fragment:
            raise ValueError("must have neither ? nor #")
        return address

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.console_url and self.sealing_key):
            raise ValueError("HAVRE_OIDC_ISSUER needs HAVRE_OIDC_CLIENT_ID, HAVRE_CONSOLE_URL and HAVRE_STAFF_KEY")
        if not self.local_login and not self.oidc_issuer:
            raise ValueError("HAVRE_LOCAL_LOGIN=false needs HAVRE_OIDC_ISSUER: nobody could log in")
        return self

    @property
    def sealing_key(self) -> str:
        """The staff key, from its setting or its file; empty when there is none. Raises ``OSError``."""
        return _secret(self.staff_key, self.staff_key_file)

    @property
    def client_secret(self) -> str:
        """The console's secret at the provider, from its setting or its file. Raises ``OSError``."""
        return _secret(self.oidc_client_secret, self.oidc_client_secret_file)

    @property
    def sure_ms(self) -> int:
        """``sure_s`` in milliseconds."""
        return int(self.sure_s * 1000)

    @property
    def transfer_ms(self) -> int:
        """``transfer_s`` in milliseconds."""
        return int(self.transfer_s * 1000)

    @property
    def handover_ms(self) -> int:
        """``handover_s`` in milliseconds."""
        return int(self.handover_s * 1000)

    @property
    def care(self) -> Care:
        """How much an operator bears, as the domain wants it."""
        return Care(self.hard_in_a_row, self.break_s * 1000)

    @property
    def vanished_ms(self) -> int:
        """``vanished_s`` in milliseconds."""
        return int(self.vanished_s * 1000)

    @property
    def promise(self) -> Promise:
        """What the forecast aims at."""
        return Promise(self.promise_share, self.promise_s)

    @property
    def patience(self) -> Patience:
        """How long silence is borne, as the domain wants it."""
        return Patience(sign_ms=int(self.console_silence_s * 1000), grace_ms=int(self.grace_s * 1000))


def _secret(given: SecretStr, file: Path | None) -> str:
    return file.read_text(encoding="utf-8").strip() if file else given.get_secret_value()
