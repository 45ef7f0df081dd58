"""``python -m services.dispatcher authority make|public FILE``: the staff authority's key pair."""

import argparse
from pathlib import Path

from shared.sealing import authority


async def make(asked: argparse.Namespace) -> None:
    """Write a new private key, for its owner's eyes alone, and print the public one."""
    try:
        authority.make(asked.file)
    except FileExistsError:
        raise ValueError(f"{asked.file} is there already: another key would make every certificate void") from None
    await public(asked)


async def public(asked: argparse.Namespace) -> None:
    """Print the public key of a file: what the services are given as HAVRE_STAFF_AUTHORITY."""
    print(authority.public_text(authority.load_private(asked.file)))


def add_authority(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add these commands."""
    verbs = commands.add_parser("authority", help="whose word proves who is staff").add_subparsers(required=True)
    for name, command, text in (
        ("make", make, "write a new private key to FILE and print the public one"),
        ("public", public, "print the public key of FILE"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("file", type=Path)
        verb.set_defaults(command=command)
