"""Staff accounts, in a JetStream key-value bucket: one key a login, one account a value."""

from enum import StrEnum
from typing import Annotated

import nats.js.errors
from nats.aio.client import Client
from nats.js.kv import KeyValue
from pydantic import Field, TypeAdapter, ValidationError

from services.dispatcher.domain.language import FRENCH, skills
from services.dispatcher.domain.tickets import psychologists_of
from shared import streams
from shared.contracts.conversation import Category, Force
from shared.contracts.envelope import Contract

LOGIN_PATTERN = r"^[a-z0-9][a-z0-9_-]{1,31}$"
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="Primary language of a BCP 47 tag: fr, en, ar")]
Login = Annotated[str, Field(pattern=LOGIN_PATTERN, description="Lower case; a matricule, not a name")]


class StaffRole(StrEnum):
    """What an account may do."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    PSYCHOLOGIST = "psychologist"
    """Joins running chats on their operator's request; whoever is an operator too sits as an operator."""
    MAGISTRATE = "magistrate"
    """Decides whether anonymity is lifted, and nothing else: no console, no supervision."""


class Account(Contract):
    """One member of staff."""

    login: Login
    force: Force = Field(description="Whose visitors they answer; without meaning for a magistrate")
    categories: tuple[Category, ...] = Field(min_length=1, description="Which of the three chats they are trained for")
    limit: int = Field(ge=1, le=20, description="Conversations at the same time")
    languages: tuple[Language, ...] = Field(
        default=(FRENCH,), description="What they speak; French is taken for granted"
    )
    roles: tuple[StaffRole, ...] = Field(default=(StaffRole.OPERATOR,), min_length=1)
    password_hash: str | None = Field(
        default=None, description="argon2id, with its own parameters and salt; none: the identity provider lets them in"
    )
    second_factor: str | None = Field(
        default=None, description="Secret of their one-time codes, sealed under the staff key"
    )
    subject: str | None = Field(
        default=None,
        max_length=255,
        description="Who they are at the identity provider (`sub`), since their first login",
    )
    certificate: str | None = Field(
        default=None, description="The staff authority's word on their key; none: they cannot sit at a console"
    )
    account_key: str | None = Field(
        default=None, description="Their signing key, sealed under their password or key phrase (JWE)"
    )
    reading_certificate: str | None = Field(
        default=None, description="A magistrate's: the staff authority's word on the key that addresses are sealed for"
    )
    reading_key: str | None = Field(
        default=None, description="A magistrate's: the private part of that key, sealed under their password (JWE)"
    )
    both_forces: bool = Field(
        default=False, description="A psychologist's: may be called into conversations of the other force too"
    )
    enabled: bool = Field(default=True, description="False: may not log in")

    @property
    def is_magistrate(self) -> bool:
        """Whether they decide on lifting anonymity."""
        return StaffRole.MAGISTRATE in self.roles

    @property
    def works_at_console(self) -> bool:
        """Whether they do anything but deciding that."""
        return set(self.roles) != {StaffRole.MAGISTRATE}

    @property
    def is_psychologist(self) -> bool:
        """Whether they sit at a console as a psychologist."""
        return StaffRole.PSYCHOLOGIST in self.roles and StaffRole.OPERATOR not in self.roles

    @property
    def forces(self) -> list[Force]:
        """Whose conversations they may be in: their own force's, which comes first; psychologists perhaps both."""
        others = [force for force in Force if force is not self.force]
        return [self.force, *(others if self.is_psychologist and self.both_forces else [])]

    @property
    def queues(self) -> list[str]:
        """Names of the queues that they serve."""
        if self.is_psychologist:
            return [psychologists_of(force) for force in self.forces]
        return [f"{self.force}.{category}" for category in self.categories]

    @property
    def skills(self) -> list[str]:
        """Those queues, with the languages in which they can be served."""
        return skills(self.queues, self.languages)


class AccountExists(Exception):
    """The login is taken."""


class NoSuchAccount(Exception):
    """There is no such login."""


class Accounts:
    """Reads and writes accounts. Raises what nats-py raises when NATS is away."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._bucket: KeyValue | None = None

    async def get(self, login: str) -> Account | None:
        """Return an account, or None; a text that cannot be a login has none."""
        if not is_login(login):
            return None
        try:
            entry = await (await self._open()).get(login)
        except (nats.js.errors.KeyNotFoundError, nats.js.errors.KeyDeletedError):
            return None
        return Account.model_validate_json(entry.value or b"")

    async def all(self) -> list[Account]:
        """Return every account, by login."""
        bucket = await self._open()
        try:
            logins = await bucket.keys()
        except nats.js.errors.NoKeysError:
            return []
        found = [await self.get(login) for login in sorted(logins)]
        return [account for account in found if account]

    async def add(self, account: Account) -> None:
        """Store a new account. Raises ``AccountExists``."""
        try:
            await (await self._open()).create(account.login, account.model_dump_json().encode())
        except nats.js.errors.KeyWrongLastSequenceError as error:
            raise AccountExists(account.login) from error

    async def change(self, login: str, **changes: object) -> Account:
        """Store an account with some fields changed. Raises ``NoSuchAccount``."""
        account = await self.get(login)
        if account is None:
            raise NoSuchAccount(login)
        changed = Account.model_validate(account.model_dump() | changes)
        await (await self._open()).put(login, changed.model_dump_json().encode())
        return changed

    async def _open(self) -> KeyValue:
        if self._bucket is None:
            self._bucket = await self._client.jetstream().key_value(streams.STAFF)
        return self._bucket


_LOGIN: TypeAdapter[str] = TypeAdapter(Login)


def is_login(text: str) -> bool:
    """Return whether a text has the form of a login."""
    try:
        _LOGIN.validate_python(text)
    except ValidationError:
        return False
    return True
