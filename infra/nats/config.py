"""The NATS server's configuration file, rendered from the table of permissions.

The services and the streams are in an account of their own, partners in another, between which nothing passes but
what ``SHARED`` lists. Permissions alone would not be enough for strangers: whoever asks JetStream for a message names
where the answer goes, and within an account that may be any subject, a key of somebody else's bucket included.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.nats.permissions import SHARED, TABLE, USERS, Permissions, inbox
from shared import nats_accounts, nkey

REPLY_WITHIN = "10s"
"""How long after a question its answer may be published."""

MOST_PARTNER_CONNECTIONS = 256
"""Of the server's 1,024, so that partners who connect without end leave the services theirs."""

PARTNER_PAYLOAD = 65_536
"""Bytes of a partner's message: an answer and some more."""

PARTNER_SUBSCRIPTIONS = 64
"""That one connection of a partner may have."""

MAX_PAYLOAD = 262_144
"""Bytes; four times the largest frame of a chat, and more than any fact."""


@dataclass(frozen=True)
class ServerOptions:
    """Where one server listens and keeps its streams, and its users' passwords by name."""

    port: int
    store_dir: Path
    passwords: Mapping[str, str]
    host: str = "127.0.0.1"
    monitor: str = ""
    """``host:port`` of the monitoring page for a health check; empty: none. It shows no content."""
    server_name: str = "havre"
    partner_issuer: str = ""
    """Public key (``A...``) of who admits partners; empty: nobody does, and there is no account for them."""


def render(options: ServerOptions) -> str:
    """Return the text of ``nats-server.conf``. It holds passwords: write it for its owner's eyes only.

    Raises ``KeyError`` naming the user that has no password, ``shared.nkey.BadNkey`` when the issuer is no key.
    """
    lines = [
        "# Made by infra.nats from its table of permissions.",
        f"server_name: {_quoted(options.server_name)}",
        f"listen: {_quoted(f'{options.host}:{options.port}')}",
        *([f"http: {_quoted(options.monitor)}"] if options.monitor else []),
        f"max_payload: {MAX_PAYLOAD}",
        "max_connections: 1024",
        'ping_interval: "20s"',
        'write_deadline: "5s"',
        "# debug and trace would write payloads to the log.",
        "debug: false",
        "trace: false",
        "jetstream {",
        f"  store_dir: {_quoted(str(options.store_dir))}",
        "  max_memory_store: 64MB",
        "  max_file_store: 4GB",
        "}",
        "accounts {",
        f"  {nats_accounts.SERVICES} {{",
        "    jetstream: enabled",
        "    users: [",
        *(line for user in USERS for line in _user(user, options.passwords[user], TABLE[user])),
        "    ]",
        *(_exports() if options.partner_issuer else ()),
        "  }",
        *(_partners() if options.partner_issuer else ()),
        "}",
        *(_callout(options.partner_issuer) if options.partner_issuer else ()),
    ]
    return "\n".join(lines) + "\n"


def _exports() -> Iterable[str]:
    yield "    exports: ["
    for subject, often in SHARED.items():
        many = ", response_type: stream" if often else ""
        yield f"      {{ service: {_quoted(subject)}, accounts: [{nats_accounts.PARTNERS}]{many} }}"
    yield "    ]"


def _partners() -> Iterable[str]:
    yield f"  {nats_accounts.PARTNERS} {{"
    yield f"    limits: {_limits()}"
    yield "    # Nobody has its private key: a server that has one key to expect sends everyone a nonce to sign."
    forbidden = 'permissions: { publish: { deny: [">"] }, subscribe: { deny: [">"] } }'
    nobody = nkey.Nkey(nkey.make_seed(nkey.Kind.USER), nkey.Kind.USER).public
    yield f"    users: [ {{ nkey: {nobody}, {forbidden} }} ]"
    yield "    imports: ["
    for subject in SHARED:
        yield f"      {{ service: {{ account: {nats_accounts.SERVICES}, subject: {_quoted(subject)} }} }}"
    yield "    ]"
    yield "  }"


def _limits() -> str:
    return (
        f"{{ max_connections: {MOST_PARTNER_CONNECTIONS}, max_payload: {PARTNER_PAYLOAD},"
        f" max_subscriptions: {PARTNER_SUBSCRIPTIONS} }}"
    )


def _callout(issuer: str) -> Iterable[str]:
    """Yield who decides about connections of none of the users above; these are admitted by the server itself."""
    nkey.check(issuer, nkey.Kind.ACCOUNT)
    yield "authorization {"
    yield f"  auth_callout {{ issuer: {issuer}, account: {nats_accounts.SERVICES}, auth_users: {_list(USERS)} }}"
    yield "}"


def _user(name: str, password: str, allowed: Permissions) -> Iterable[str]:
    yield f"      {{ user: {_quoted(name)}, password: {_quoted(password)}, permissions: {{"
    yield f"        publish: {{ allow: {_list(allowed.publish)}, deny: {_list(allowed.never_publish)} }}"
    yield (
        f"        subscribe: {{ allow: {_list((*allowed.subscribe, inbox(name)))},"
        f" deny: {_list(allowed.never_subscribe)} }}"
    )
    if allowed.answers_queries:
        yield f'        allow_responses: {{ max: 1, expires: "{REPLY_WITHIN}" }}'
    yield "      } }"


def _list(items: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(item) for item in items) + "]"


def _quoted(text: str) -> str:
    """Return a string literal; JSON's escapes are those that the server's parser knows."""
    return json.dumps(text)
