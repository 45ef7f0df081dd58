"""``account totp``, ``sessions``, ``revoke``, ``provider``, and ``key``: second factors and sessions by command."""

import argparse
import sys
from datetime import UTC, datetime

import segno

from services.dispatcher.staff import codes
from services.dispatcher.staff.keys import authority
from services.dispatcher.staff.office import office
from services.dispatcher.staff.sealed import Purpose, new_key
from shared.sealing.magistrates import jwks_of


async def totp(asked: argparse.Namespace) -> None:
    """Give an account one-time codes, shown once, or take them away."""
    async with office() as desk:
        if asked.remove:
            await desk.change(asked.login, second_factor=None)
            print(f"account {asked.login} has no one-time codes any more")
            return
        account = await desk.get(asked.login)
        if account.password_hash is None:
            raise ValueError("this account logs in through the identity provider, which asks for its own second factor")
        secret = codes.new_secret()
        sealed = desk.sealer.seal(Purpose.ONE_TIME_CODES, account.login, secret)
        _show(codes.uri_of(secret, account.login))
        if sys.stdin.isatty():
            _try_out(secret)
        await desk.change(account.login, second_factor=sealed)
    print(f"account {asked.login} logs in with one-time codes from now on")


async def sessions(asked: argparse.Namespace) -> None:
    """List the sessions of an account, oldest first."""
    async with office() as desk:
        await desk.get(asked.login)
        for session in await desk.sessions.of(asked.login):
            print(f"{session.mark}  since {_minute(session.opened_at)}  until {_minute(session.ends_at)} at the latest")


async def revoke(asked: argparse.Namespace) -> None:
    """End sessions of an account; an open console closes at its next sign of life."""
    async with office() as desk:
        gone = await desk.revoke(asked.login, asked.session)
    print(f"{gone} session{'' if gone == 1 else 's'} of {asked.login} ended")


async def provider(asked: argparse.Namespace) -> None:
    """Hand an account over to the identity provider: its password and its one-time codes are dropped."""
    async with office() as desk:
        if (await desk.get(asked.login)).is_magistrate:
            raise ValueError("a magistrate logs in with a password, which opens the key that they read with")
        await desk.change(asked.login, password_hash=None, second_factor=None, subject=None)
    print(f"account {asked.login} logs in through the identity provider; whoever does so first, it is bound to")


async def magistrates(_asked: argparse.Namespace) -> None:
    """Print the public reading keys of every magistrate's account that is open, as the gateway takes them."""
    async with office() as desk:
        accounts = await desk.accounts.all()
    certificates = [one.reading_certificate for one in accounts if one.enabled and one.is_magistrate]
    print(jwks_of([text for text in certificates if text], authority()))


async def key(_asked: argparse.Namespace) -> None:
    """Print a new staff key."""
    print(new_key())


def _show(uri: str) -> None:
    segno.make(uri, error="m").terminal(compact=True)
    print(uri)
    print("Scan this, or type the secret in; it is not shown again.")


def _try_out(secret: str) -> None:
    code = input("Code that the application shows now: ").replace(" ", "")
    if not codes.is_present(secret, code):
        raise ValueError("that is not the code of this secret: nothing was changed; is the clock of the phone right?")


def _minute(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%MZ}"


def add_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add these commands to ``account``."""
    verbs.add_parser(
        "magistrates", help="print the public keys of the magistrates (JWKS): HAVRE_MAGISTRATE_KEYS of the gateway"
    ).set_defaults(command=magistrates)
    for name, command, text in (
        ("totp", totp, "give an account one-time codes (shown once), or take them away"),
        ("sessions", sessions, "show the sessions of an account"),
        ("revoke", revoke, "end sessions of an account"),
        ("provider", provider, "hand an account over to the identity provider"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("login")
        verb.set_defaults(command=command)
    verbs.choices["totp"].add_argument("--remove", action="store_true", help="the phone is lost: no codes any more")
    verbs.choices["revoke"].add_argument("--session", default="", metavar="MARK", help="this one only")
