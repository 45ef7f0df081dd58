"""``python -m services.dispatcher audit``: what staff did, as whoever may look into it reads it."""

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta

from services.dispatcher.audit.reading import entries
from services.dispatcher.staff.office import dial
from shared.audit.chain import breaks
from shared.clock import utc_now
from shared.contracts.audit import AuditEntry
from shared.settings import Settings

AGO = re.compile(r"^(\d{1,5})([mhd])$")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class ChainBroken(Exception):
    """Entries were changed or taken out."""


async def audit(asked: argparse.Namespace) -> None:
    """Print entries; then look whether the chains hold. Raises ``ChainBroken``."""
    since = moment(asked.since) if asked.since else None
    client = await dial(Settings())
    try:
        found = [pair async for pair in entries(client)]
    finally:
        await client.close()
    shown = set()
    for _, entry in found:
        wanted = (since is None or entry.time >= since) and asked.login in (None, entry.account)
        if wanted and entry.id not in shown:
            shown.add(entry.id)
            print(entry.model_dump_json() if asked.json else line(entry))
    broken = breaks(found)
    for one in broken:
        print(f"BROKEN: {one.writer} number {one.number}: {one.why}", file=sys.stderr)
    lost = sum(entry.lost for _, entry in found)
    writers = len({entry.writer for _, entry in found})
    print(f"{len(shown)} of {len(found)} entries by {writers} writers; {lost} could not be written", file=sys.stderr)
    if broken:
        raise ChainBroken(f"{len(broken)} breaks: entries were changed or taken out")


def line(entry: AuditEntry) -> str:
    """Return an entry as one line for a person."""
    parts = [
        f"{entry.time.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}",
        entry.account or "(unknown login)",
        entry.action,
        f"by {entry.by}" if entry.by != "self" else "",
        f"console {entry.console}" if entry.console else "",
        f"conversation {entry.conversation_id}" if entry.conversation_id else "",
        f"on {entry.target}" if entry.target else "",
        entry.reason or "",
        ",".join(entry.fields),
        f"({entry.lost} entries before it were lost)" if entry.lost else "",
    ]
    return "  ".join(part for part in parts if part)


def moment(text: str) -> datetime:
    """Read ``2026-11-22``, ``2026-11-22T18:00:00+01:00``, ``90m``, ``24h`` or ``7d``. Raises ``ValueError``."""
    if ago := AGO.match(text):
        return utc_now() - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("--since is a date, a date and time, or how long ago: 90m, 24h, 7d") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add this command."""
    command = commands.add_parser("audit", help="what staff did, without content")
    command.add_argument("--since", help="a date, a date and time, or how long ago: 90m, 24h, 7d")
    command.add_argument("--login", help="of this account alone")
    command.add_argument("--json", action="store_true", help="one JSON object a line")
    command.set_defaults(command=audit)
