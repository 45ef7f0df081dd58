"""``python -m services.signalement partner add|rotate|revoke|list|issuer``: who takes reports."""

import argparse
import json
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from joserfc.jwk import ECKey

from services.signalement.partners import certificate, rules
from services.signalement.partners.kit import Kit, keep_seed
from services.signalement.partners.registrar import Registrar, registrar
from services.signalement.partners.registry import is_partner_id
from services.signalement.partners.rules import NotRegistered, Wanted
from services.signalement.settings import RegistrarSettings
from shared.clock import utc_now
from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import Partner, PartnerKey
from shared.geography.table import read_departments
from shared.nkey import Kind, Nkey
from shared.sealing.authority import BadAuthority, load_private
from shared.sealing.jose import BadToken, PublicJwk, kid_of

KEEP_DAYS = 7
MOST_KEEP_DAYS = 90
FEW = 8
"""Departments that a line of the list names one by one."""


async def add(asked: argparse.Namespace) -> None:
    """Register a partner, and write what it needs into a folder."""
    settings = RegistrarSettings()
    signs = authority(settings)
    wanted = wanted_from(asked)
    given = certificate.public_from(asked.public_key) if asked.public_key else None
    async with registrar(settings) as desk:
        await desk.check(wanted)
        kit = Kit(asked.out, wanted.id)
        nkey = kit.nkey()
        partner = registered(wanted, nkey, key_of(signs, wanted, given or kit.key()))
        new = await desk.add(partner)
    kit.write_card(partner, settings.partner_url or settings.nats_url)
    print(f"partner {wanted.id} {'registered' if new else 'is registered already, as asked'}: {kit.card}")


async def rotate(asked: argparse.Namespace) -> None:
    """Give a partner another key, or another nkey to connect with."""
    settings = RegistrarSettings()
    signs = authority(settings)
    given = certificate.public_from(asked.public_key) if asked.public_key else None
    if asked.credentials and given:
        raise NotRegistered("--credentials and --public-key are two different steps: one after the other")
    async with registrar(settings) as desk:
        found = await desk.active(asked.id)
        kit = Kit(asked.out, asked.id)
        if asked.credentials:
            await _other_nkey(desk, found, kit)
        else:
            await _other_key(desk, found, key_of(signs, found, given or kit.key(names_of(found))), asked.keep_days)
        partner = await desk.active(asked.id)
    kit.write_card(partner, settings.partner_url or settings.nats_url)
    what = "another nkey; the former opens no connection any more" if asked.credentials else "another key"
    print(f"partner {asked.id} has {what}: {kit.card}")


async def _other_nkey(desk: Registrar, found: Partner, kit: Kit) -> None:
    nkey = kit.nkey(another=True)
    await desk.change(found.id, lambda one: one.model_copy(update={"nkey": nkey}), ["nkey"])
    kit.take_next_seed()


async def _other_key(desk: Registrar, found: Partner, key: PartnerKey, keep_days: int) -> None:
    await desk.change(found.id, partial(rules.rotated, key=key, keep=timedelta(days=keep_days)), ["keys"])


async def revoke(asked: argparse.Namespace) -> None:
    """Shut a partner out at once."""
    async with registrar(RegistrarSettings()) as desk:
        known = await desk.revoke(asked.id, utc_now())
    print(f"partner {asked.id} is revoked" if known else f"what was left of registering {asked.id} is removed")


async def show(asked: argparse.Namespace) -> None:
    """Print every partner, one a line."""
    async with registrar(RegistrarSettings()) as desk:
        partners = await desk.registry.all()
    if asked.json:
        print(json.dumps([partner.model_dump(mode="json") for partner in partners], ensure_ascii=False, indent=2))
        return
    for partner in partners:
        print(line(partner))


async def issuer(asked: argparse.Namespace) -> None:
    """Print the public key of who admits partners; its seed is made if FILE is not there."""
    print(Nkey(keep_seed(asked.file, Kind.ACCOUNT), Kind.ACCOUNT).public)


def authority(settings: RegistrarSettings) -> ECKey:
    """Return the staff authority's private key. Raises ``BadAuthority``, or ``OSError`` when it cannot be read."""
    if settings.staff_authority_key is None:
        raise BadAuthority("HAVRE_STAFF_AUTHORITY_KEY names no file: partners cannot be certified without it")
    return load_private(settings.staff_authority_key)


def wanted_from(asked: argparse.Namespace) -> Wanted:
    """Return who is to be registered. Raises ``NotRegistered`` for what cannot be."""
    if not is_partner_id(asked.id):
        raise NotRegistered("an id has 2 to 32 small letters, digits and dashes: police-69")
    if not asked.name.strip() or len(asked.name) > 120:
        raise NotRegistered("a name has 1 to 120 characters: visitors read it")
    departments = rules.departments_of(asked.department, read_departments())
    return Wanted(asked.id, asked.name.strip(), Force(asked.force), departments)


def key_of(signs: ECKey, whose: Wanted | Partner, jwk: PublicJwk) -> PartnerKey:
    """Return a partner's public key as the registry keeps it, certified and in force from now on."""
    certified = certificate.issue(signs, whose.id, whose.name, whose.force, whose.departments, jwk, int(time.time()))
    return PartnerKey(kid=kid_of(jwk), jwk=jwk, certificate=certified, since=utc_now())


def registered(wanted: Wanted, nkey: str, key: PartnerKey) -> Partner:
    """Return a new partner as the registry keeps it."""
    return Partner(
        id=wanted.id,
        name=wanted.name,
        force=wanted.force,
        departments=wanted.departments,
        nkey=nkey,
        keys=[key],
        added_at=utc_now(),
    )


def names_of(partner: Partner) -> set[str]:
    """Return the names of a partner's keys."""
    return {key.kid for key in partner.keys}


def line(partner: Partner) -> str:
    """Return a partner as one line for a person."""
    departments = ",".join(partner.departments)
    if len(partner.departments) > FEW:
        departments = f"{len(partner.departments)} departments"
    try:
        until = f"{datetime.fromtimestamp(certificate.expires_at(partner), UTC):%Y-%m-%d}"
    except BadToken:
        until = "unreadable"
    state = "active" if partner.revoked_at is None else f"revoked {partner.revoked_at:%Y-%m-%d %H:%MZ}"
    key = f"key {partner.keys[-1].kid[:8]} of {len(partner.keys)}, certificate until {until}"
    return f"{partner.id:<24} {partner.force:<12} {departments:<24} {state:<8} {key}  {partner.name}"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add these commands."""
    verbs = commands.add_parser("partner", help="who takes reports").add_subparsers(required=True)
    new = verbs.add_parser("add", help="register a partner and write what it needs into DIR")
    new.add_argument("id", help="small letters, digits and dashes: police-69")
    new.add_argument("--name", required=True, help="in French, as visitors read it")
    new.add_argument("--force", required=True, choices=[*Force])
    new.add_argument(
        "--department", required=True, action="append", help="69, 2A, 974; several times for several; `all` for all"
    )
    new.set_defaults(command=add)
    other = verbs.add_parser(
        "rotate", help="give a partner another key; a public key that it has gets a new certificate"
    )
    other.add_argument("id")
    other.add_argument(
        "--keep-days",
        type=days,
        default=KEEP_DAYS,
        help=f"that reports may still come for the former (default {KEEP_DAYS})",
    )
    other.add_argument(
        "--credentials", action="store_true", help="another nkey to connect with, instead of another key"
    )
    other.set_defaults(command=rotate)
    for verb in (new, other):
        verb.add_argument(
            "--public-key", type=Path, metavar="FILE", help="its public JWK; otherwise a key pair is made"
        )
        verb.add_argument("--out", type=Path, metavar="DIR", required=True, help="where its files are written")
    gone = verbs.add_parser("revoke", help="shut a partner out at once")
    gone.add_argument("id")
    gone.set_defaults(command=revoke)
    every = verbs.add_parser("list", help="show every partner")
    every.add_argument("--json", action="store_true", help="all that is registered, as JSON")
    every.set_defaults(command=show)
    made = verbs.add_parser("issuer", help="make the key that admits partners to NATS, and print its public part")
    made.add_argument("file", type=Path)
    made.set_defaults(command=issuer)


def days(text: str) -> int:
    """Read a number of days. Raises ``argparse.ArgumentTypeError``."""
    if not text.isdecimal() or int(text) > MOST_KEEP_DAYS:
        raise argparse.ArgumentTypeError(f"0 to {MOST_KEEP_DAYS} days")
    return int(text)
