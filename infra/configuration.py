"""``python -m infra.configuration [--check]``: ``docs/configuration.md``, every ``HAVRE_*`` setting in one table."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from infra.docs import output
from infra.local.settings import LocalSettings
from infra.streams import AdminSettings
from services.dispatcher.settings import DispatcherSettings
from services.dispatcher.staff.keys import AuthoritySettings
from services.gateway.settings import GatewaySettings
from services.referral.settings import ReferralSettings
from services.router.settings import RouterSettings
from services.signalement.settings import RegistrarSettings, SignalementSettings

TARGET = output.ROOT / "docs" / "configuration.md"

CLASSES: dict[str, type[BaseSettings]] = {
    "gateway": GatewaySettings,
    "router": RouterSettings,
    "dispatcher": DispatcherSettings,
    "signalement": SignalementSettings,
    "referral": ReferralSettings,
    "account commands": AuthoritySettings,
    "partner commands": RegistrarSettings,
    "streams": AdminSettings,
    "make run": LocalSettings,
}
"""Who reads which settings."""

SERVICES = ("gateway", "router", "dispatcher", "signalement", "referral")

HEAD = """# Configuration

Everything is set by environment variables, read once when a process starts; a value that makes no sense stops it with
a sentence. Nothing is read from a file but the secrets whose variable ends in `_FILE`. This table is made from the
settings classes (`make docs`).

`make run` chooses addresses, users and passwords for the services itself and hands every other variable on to them.
Read by *every service* means gateway, router, dispatcher, signalement and referral; *streams* is
`python -m infra.streams`; a container of the NATS image also needs `HAVRE_NATS_PASSWORD_<USER>` for each of the
eight users and, for partners, the public part of what signalement has as `HAVRE_PARTNER_ISSUER` in
`HAVRE_PARTNER_ISSUER_PUBLIC`; one of the Valkey image needs `HAVRE_VALKEY_PASSWORD` and, for each of
its two users, `HAVRE_VALKEY_PASSWORD_<USER>`.

| variable | default | meaning | limits | read by |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Row:
    """One line of the table but for its readers."""

    variable: str
    default: str
    meaning: str
    limits: str


def render() -> str:
    """Return the whole document. Raises ``ValueError`` for a setting without a description."""
    readers: dict[Row, list[str]] = {}
    for reader, kind in CLASSES.items():
        for name, field in kind.model_fields.items():
            readers.setdefault(_row(kind, name, field), []).append(reader)
    lines = [
        f"| `{row.variable}` | {row.default} | {row.meaning} | {row.limits} | {_who(names)} |"
        for row, names in sorted(readers.items(), key=lambda item: (item[0].variable, item[1]))
    ]
    return HEAD + "\n".join(lines) + "\n"


def _row(kind: type[BaseSettings], name: str, field: FieldInfo) -> Row:
    if not field.description:
        raise ValueError(f"{kind.__name__}.{name} has no description")
    variable = f"{kind.model_config.get('env_prefix', '')}{name}".upper()
    return Row(variable, _default(field), field.description.replace("|", "\\|"), _limits(field))


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "(must be set)"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "":
        return "(empty)"
    if isinstance(value, dict):
        value = TypeAdapter(Any).dump_json(value, exclude_none=True, exclude_defaults=True).decode()
    if isinstance(value, Path) and value.is_relative_to(output.ROOT):
        value = value.relative_to(output.ROOT)
    return f"`{getattr(value, 'value', value)}`"


def _limits(field: FieldInfo) -> str:
    words = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "pattern": "like", "max_length": "length ≤"}
    found = []
    for limit in field.metadata:
        for attribute, word in words.items():
            value = getattr(limit, attribute, None)
            if value is not None:
                found.append(f"{word} `{value}`".replace("|", "\\|"))
    return ", ".join(found)


def _who(names: Iterable[str]) -> str:
    listed = list(names)
    if all(service in listed for service in SERVICES):
        listed = ["every service", *(name for name in listed if name not in SERVICES)]
    return ", ".join(listed)


if __name__ == "__main__":
    sys.exit(output.run("infra.configuration", TARGET, render))
