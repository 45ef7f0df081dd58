"""``python -m services.dispatcher account|authority|audit|key``: accounts of staff, what they did, keys."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import nats.errors
import nats.js.errors
import redis.exceptions
from pydantic import ValidationError

from services.dispatcher.audit.cli import ChainBroken, add_command
from services.dispatcher.staff.accounts import Account, AccountExists, NoSuchAccount, StaffRole
from services.dispatcher.staff.authority_cli import add_authority
from services.dispatcher.staff.cli import add_verbs, key
from services.dispatcher.staff.keys import all_keys_of, authority, keys_of
from services.dispatcher.staff.office import office
from services.dispatcher.staff.passwords import Passwords, checked
from services.dispatcher.staff.sealed import NoStaffKey
from shared.audit.writing import AuditAway
from shared.contracts.conversation import Category, Force

Command = Callable[[argparse.Namespace], Coroutine[Any, Any, None]]
ALL_CATEGORIES = ",".join(Category)
BOTH_FORCES = "a psychologist who may be called into the other force's conversations too"


def main(arguments: list[str]) -> int:
    """Run one command; return its exit status. What went wrong is one line on standard error."""
    asked = _parser().parse_args(arguments)
    command: Command = asked.command
    try:
        asyncio.run(command(asked))
    except (ValidationError, ValueError) as error:
        return _fail(_sentence(error))
    except (NoStaffKey, ChainBroken) as error:
        return _fail(str(error))
    except AuditAway:
        return _fail("nothing was changed: it could not be written into the audit")
    except AccountExists as error:
        return _fail(f"account {error} exists already")
    except NoSuchAccount as error:
        return _fail(f"there is no account {error}")
    except (nats.errors.Error, nats.js.errors.Error, redis.exceptions.RedisError, OSError) as error:
        return _fail(f"NATS or the store does not answer ({type(error).__name__}); is the system running?")
    return 0


async def add(asked: argparse.Namespace) -> None:
    """Create an account."""
    secret, force, roles = _password(asked), _force(asked), _roles(asked)
    account = Account(
        login=asked.login,
        force=force,
        categories=tuple(asked.categories.split(",")),
        limit=asked.limit,
        languages=tuple(asked.languages.split(",")),
        roles=roles,
        password_hash=Passwords().hash(secret),
        both_forces=asked.both_forces,
        **all_keys_of(authority(), force, roles, secret, both_forces=asked.both_forces),
    )
    async with office() as desk:
        await desk.add(account)
    if account.is_magistrate:
        print(f"account {account.login} created (magistrate): give it one-time codes, and the gateway its key")
        return
    print(f"account {account.login} created ({account.force}: {', '.join(account.categories)})")


async def show(_asked: argparse.Namespace) -> None:
    """Print every account, one a line."""
    async with office() as desk:
        for account in await desk.accounts.all():
            state = "" if account.enabled else "  disabled"
            state += "  one-time codes" if account.second_factor else ""
            state += "  by provider" if account.password_hash is None else ""
            state += "  without key" if account.certificate is None else ""
            print(
                f"{account.login}  {account.force}  {','.join(account.categories)}  "
                f"limit {account.limit}  {','.join(account.languages)}  {','.join(account.roles)}{state}"
            )


async def disable(asked: argparse.Namespace) -> None:
    """Close an account, and every session of it."""
    await _change(asked.login, enabled=False)
    print(f"account {asked.login} disabled")


async def enable(asked: argparse.Namespace) -> None:
    """Open an account again."""
    await _change(asked.login, enabled=True)
    print(f"account {asked.login} enabled")


async def password(asked: argparse.Namespace) -> None:
    """Give an account another password, and end every session of it."""
    secret = _password(asked)
    kept = Passwords().hash(secret)
    async with office() as desk:
        account = await desk.get(asked.login)
        keys = all_keys_of(authority(), account.force, account.roles, secret, both_forces=account.both_forces)
        await desk.change(asked.login, password_hash=kept, **keys)
    print(f"account {asked.login} has a new password and a new key")


async def account_key(asked: argparse.Namespace) -> None:
    """Give an account that logs in through the identity provider a key of its own, under a key phrase."""
    async with office() as desk:
        account = await desk.get(asked.login)
        if account.password_hash is not None:
            raise ValueError("the key of this account opens with its password: `account password` makes a new one")
        phrase = checked(_password(asked))
        both = account.both_forces or asked.both_forces
        keys = keys_of(authority(), account.force, account.roles, phrase, both_forces=both)
        await desk.change(asked.login, both_forces=both, **keys)
    print(f"account {asked.login} has a new key; the console asks for its phrase after the login")


def _force(asked: argparse.Namespace) -> Force:
    if asked.force is None and not asked.magistrate:
        raise ValueError("--force says whose visitors they answer: police or gendarmerie")
    return Force(asked.force or Force.POLICE)


def _roles(asked: argparse.Namespace) -> tuple[StaffRole, ...]:
    if asked.magistrate and (asked.supervisor or asked.psychologist):
        raise ValueError("a magistrate is nothing else here: two accounts for two persons")
    if asked.both_forces and not asked.psychologist:
        raise ValueError("--both-forces is for psychologists")
    if asked.magistrate:
        return (StaffRole.MAGISTRATE,)
    first = StaffRole.PSYCHOLOGIST if asked.psychologist else StaffRole.OPERATOR
    return (first, StaffRole.SUPERVISOR) if asked.supervisor else (first,)


async def _change(login: str, **changes: object) -> None:
    async with office() as desk:
        await desk.change(login, **changes)


def _password(asked: argparse.Namespace) -> str:
    if asked.password_env:
        return os.environ.get(asked.password_env, "")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise ValueError("the two passwords differ")
    return first


def _sentence(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
    return str(error)


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.dispatcher")
    commands = parser.add_subparsers(required=True, metavar="account|authority|audit|key")
    add_command(commands)
    add_authority(commands)
    commands.add_parser("key", help="print a new staff key").set_defaults(command=key)
    verbs = commands.add_parser("account", help="accounts of staff").add_subparsers(required=True)
    add_verbs(verbs)
    new = verbs.add_parser("add", help="create an account")
    new.add_argument("login", help="lower case; a matricule, not a name")
    new.add_argument("--force", choices=[*Force], help="whose visitors they answer; not for a magistrate")
    new.add_argument("--categories", default=ALL_CATEGORIES, help=f"with commas; default {ALL_CATEGORIES}")
    new.add_argument("--limit", type=int, default=3, help="conversations at the same time (default 3)")
    new.add_argument("--languages", default="fr", help="with commas, what they speak: fr,en (default fr)")
    new.add_argument("--psychologist", action="store_true", help="joins chats when an operator asks, and answers none")
    new.add_argument("--both-forces", action="store_true", help=BOTH_FORCES)
    new.add_argument("--supervisor", action="store_true", help="may also see queues and staff, never content")
    new.add_argument("--magistrate", action="store_true", help="decides on lifting anonymity, and does nothing else")
    new.set_defaults(command=add)
    verbs.add_parser("list", help="show every account").set_defaults(command=show)
    for name, command, text in (
        ("disable", disable, "close an account and its sessions"),
        ("enable", enable, "open an account again"),
        ("password", password, "give an account another password and key, and end its sessions"),
        ("key", account_key, "give an account that logs in through the identity provider a key under a phrase"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("login")
        verb.set_defaults(command=command)
    verbs.choices["key"].add_argument("--both-forces", action="store_true", help=BOTH_FORCES)
    for verb in (new, verbs.choices["password"], verbs.choices["key"]):
        verb.add_argument("--password-env", metavar="VAR", help="variable that holds it; otherwise it is asked for")
    return parser
