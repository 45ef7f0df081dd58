"""The configuration of Valkey. Every line that keeps a conversation off the disk and out of logs is here (P1, V7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.valkey.permissions import acl

PRIVATE = (
    # Nothing is ever written: no snapshot, no journal, no snapshot on the way out, none for a replica.
    'save ""',
    "appendonly no",
    "shutdown-on-sigterm nosave",
    "shutdown-on-sigint nosave",
    "repl-diskless-sync yes",
    "repl-diskless-load swapdb",
    # These logs keep the arguments of commands, that is, messages, even after the conversation is erased.
    "commandlog-execution-slower-than -1",
    "commandlog-request-larger-than -1",
    "commandlog-reply-larger-than -1",
    # A crash report quotes the command that was running and the keys around it.
    "crash-log-enabled no",
    "hide-user-data-from-log yes",
    # An erased value is freed at once, by the thread that erases it.
    "lazyfree-lazy-user-del no",
    "lazyfree-lazy-expire no",
    # MONITOR and DEBUG would show every message to whoever is logged in.
    "enable-debug-command no",
    'rename-command MONITOR ""',
)


@dataclass(frozen=True)
class StoreOptions:
    """Where one server listens, how much memory it may take, its own password and each service's (``users``)."""

    port: int
    password: str
    users: Mapping[str, str]
    work_dir: Path
    host: str = "127.0.0.1"
    memory_mb: int = 512


COMPACT_ENTRIES = 64
"""Fields up to which a hash is kept compact and searched from end to end: a conversation's record is, but the client
ids of a long one are not, where that search was a quarter of the store's work for a message."""


def render(options: StoreOptions) -> str:
    """Return the text of ``valkey.conf``. It holds a password: hand it over on standard input, not in a file.

    A full store refuses new messages, which their senders see and send again; it never drops a conversation.
    """
    return "\n".join(
        (
            f"port {options.port}",
            f"bind {options.host}",
            f'requirepass "{options.password}"',
            *(acl(user, password) for user, password in options.users.items()),
            f'dir "{options.work_dir}"',
            f"maxmemory {options.memory_mb}mb",
            "maxmemory-policy noeviction",
            f"hash-max-listpack-entries {COMPACT_ENTRIES}",
            "daemonize no",
            'logfile ""',
            *PRIVATE,
            "",
        )
    )
