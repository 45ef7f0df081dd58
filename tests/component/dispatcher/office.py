"""The staff authority of the dispatcher's tests, and the keys of those whom it certifies."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from services.dispatcher.staff.accounts import StaffRole
from services.dispatcher.staff.keys import keys_of
from shared.chat.frames import Role
from shared.clock import now_ms
from shared.contracts.conversation import Force
from shared.sealing import authority
from shared.sealing.jose import make_key
from tests.sealing.staff import Account, ShiftKey, open_account_key
from tests.stack import KEY_ROUNDS

AUTHORITY = make_key()
PUBLIC = authority.public_text(AUTHORITY)


def certified(
    force: Force, password: str, roles: Iterable[StaffRole] = (StaffRole.OPERATOR,), *, both_forces: bool = False
) -> Mapping[str, str]:
    """Return the fields of an account with a key."""
    return keys_of(AUTHORITY, force, roles, password, KEY_ROUNDS, both_forces=both_forces)


def write_authority(folder: Path) -> Path:
    """Write the private key as ``authority make`` does; return the file."""
    file = folder / "authority.jwk"
    file.touch(mode=0o600)
    file.write_text(json.dumps(AUTHORITY.as_dict(private=True)), encoding="utf-8")
    return file


def account_of(who: Mapping[str, Any], password: str) -> Account:
    """Open the key of an account as the console does with what the login answers."""
    key = open_account_key(who["account_key"], password)
    role = Role.OPERATOR if StaffRole.OPERATOR in who["roles"] else Role.PSYCHOLOGIST
    return Account(key, who["certificate"], Force(who["force"]), role)


def shift_of(account: Account) -> ShiftKey:
    """Return a new key for this moment's shift."""
    return account.shift(now_ms() // 1000)
