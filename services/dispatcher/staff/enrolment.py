"""Accounts of those who log in through the identity provider: made, and kept as it says, at each login."""

from dataclasses import dataclass

from services.dispatcher.domain.claims import Member
from services.dispatcher.staff.accounts import Account, AccountExists, Accounts, StaffRole, is_login

LIMIT = 3
"""Conversations at the same time of a new account."""


class NotEnrolled(Exception):
    """The provider vouches for somebody who may not come in; the argument is a word of a closed list."""

    def __init__(self, reason: str, account: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.account = account


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An account that may come in; ``changed``: names of what the provider now says otherwise than before."""

    account: Account
    changed: tuple[str, ...]


async def enrol(accounts: Accounts, member: Member) -> Enrolled:
    """Return the account of a member, made or brought up to date.

    A login is bound to the ``sub`` of its first login: a name that the provider gives to somebody else later opens
    nothing. An account with a password is nobody's at the provider until a command hands it over. Raises
    ``NotEnrolled``: ``no_login``, ``closed``, ``local_account`` or ``other_person``.
    """
    if not is_login(member.login):
        raise NotEnrolled("no_login")
    account = await accounts.get(member.login)
    if account is None:
        made = Account(login=member.login, limit=LIMIT, **_said(member))
        try:
            await accounts.add(made)
        except AccountExists:
            return await enrol(accounts, member)
        return Enrolled(made, tuple(sorted(_said(member))))
    if not account.enabled:
        raise NotEnrolled("closed", account.login)
    if account.password_hash is not None:
        raise NotEnrolled("local_account", account.login)
    if account.subject not in (None, member.subject):
        raise NotEnrolled("other_person", account.login)
    changes = {name: value for name, value in _said(member).items() if getattr(account, name) != value}
    if changes:
        account = await accounts.change(account.login, **changes)
    return Enrolled(account, tuple(sorted(changes)))


def _said(member: Member) -> dict[str, object]:
    languages = {} if member.languages is None else {"languages": member.languages}
    return {
        "subject": member.subject,
        "force": member.force,
        "categories": member.categories,
        "roles": tuple(StaffRole(role) for role in member.roles),
        **languages,
    }
