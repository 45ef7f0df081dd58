"""Who gets in with a password: the rule, with its limits, and the reasons for which somebody does not."""

from dataclasses import dataclass
from enum import StrEnum

from services.dispatcher.settings import SecondFactorRule
from services.dispatcher.staff.accounts import Account, Accounts
from services.dispatcher.staff.codes import Codes
from services.dispatcher.staff.guessing import Guessing
from services.dispatcher.staff.passwords import Passwords


class Reason(StrEnum):
    """Why somebody was not let in."""

    LIMITED = "limited"
    """Too many tries; nothing was looked at."""

    WRONG = "wrong"
    """No such login, another password, or an account that is closed: nobody is told which."""

    CODE_WANTED = "code_wanted"
    """The password is right; the second step is due."""

    CODE_WRONG = "code_wrong"
    """The password is right; the code is not, or it has been used."""

    NO_SECOND_FACTOR = "no_second_factor"
    """The password is right; the account has no one-time codes, and here it must, or as a magistrate's anywhere."""

    LOCAL_LOGIN_OFF = "local_login_off"
    """Nobody logs in with a password here."""


class Denied(Exception):
    """Not let in. ``account``: the login, if there is one; ``wait_s``: after which a try is looked at again."""

    def __init__(self, reason: Reason, account: str | None = None, wait_s: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.account = account
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Entrance:
    """Lets accounts in; see the module's text."""

    accounts: Accounts
    passwords: Passwords
    guessing: Guessing
    codes: Codes
    rule: SecondFactorRule
    local_login: bool

    async def admit(self, login: str, password: str, code: str | None, address: str) -> Account:
        """Return the account that may come in. Raises ``Denied``, and what store, broker and ``Codes`` raise.

        The same answer, after the same time, for a wrong password and for no such login. A wrong code counts as a
        wrong password does; asking for the code counts neither way.
        """
        if not self.local_login:
            raise Denied(Reason.LOCAL_LOGIN_OFF)
        if wait_s := await self.guessing.begin(login, address):
            raise Denied(Reason.LIMITED, wait_s=wait_s)
        account = await self.accounts.get(login)
        kept = account.password_hash if account and account.enabled else None
        right = await self.passwords.right(kept, password)
        if account is None or not right:
            raise Denied(Reason.WRONG, account.login if account else None)
        await self._second_step(account, code, address)
        await self.guessing.succeeded(login, address)
        return account

    async def _second_step(self, account: Account, code: str | None, address: str) -> None:
        required = self.rule is SecondFactorRule.REQUIRED or account.is_magistrate
        if account.second_factor is None and required:
            await self.guessing.take_back(account.login, address)
            raise Denied(Reason.NO_SECOND_FACTOR, account.login)
        if account.second_factor is None:
            return
        if code is None:
            await self.guessing.take_back(account.login, address)
            raise Denied(Reason.CODE_WANTED, account.login)
        if not await self.codes.accept(account, code):
            raise Denied(Reason.CODE_WRONG, account.login)
