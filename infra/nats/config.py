"""The NATS server's configuration file, rendered from the table of permissions."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.nats.permissions import TABLE, USERS, Permissions, inbox

REPLY_WITHIN = "10s"
"""How long after a question its answer may be published."""

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


def render(options: ServerOptions) -> str:
    """Return the text of ``nats-server.conf``. It holds passwords: write it for its owner's eyes only.

    Raises ``KeyError`` naming the user that has no password.
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
        "authorization {",
        "  users: [",
        *(line for user in USERS for line in _user(user, options.passwords[user], TABLE[user])),
        "  ]",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _user(name: str, password: str, allowed: Permissions) -> Iterable[str]:
    yield f"    {{ user: {_quoted(name)}, password: {_quoted(password)}, permissions: {{"
    yield f"      publish: {{ allow: {_list(allowed.publish)}, deny: {_list(allowed.never_publish)} }}"
    yield (
        f"      subscribe: {{ allow: {_list((*allowed.subscribe, inbox(name)))},"
        f" deny: {_list(allowed.never_subscribe)} }}"
    )
    if allowed.answers_queries:
        yield f'      allow_responses: {{ max: 1, expires: "{REPLY_WITHIN}" }}'
    yield "    } }"


def _list(items: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(item) for item in items) + "]"


def _quoted(text: str) -> str:
    """Return a string literal; JSON's escapes are those that the server's parser knows."""
    return json.dumps(text)
