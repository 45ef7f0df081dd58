"""The DILA's "base de données locales": one JSON file of hundreds of megabytes, ``{"service": [...]}``, streamed."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import ijson

from services.referral.entry import Entry
from services.referral.importer.gather import Gathered, plain_phone, plain_web
from services.referral.importer.times import from_ranges
from shared.contracts.referral import StructureKind
from shared.importing.report import ImportRefused

SOURCE = "DILA, Annuaire de l'administration, base de données locales"
KINDS = {
    "cidf": StructureKind.CIDFF,
    "bav": StructureKind.VICTIM_SUPPORT,
    "aav": StructureKind.VICTIM_SUPPORT,
    "commissariat_police": StructureKind.COMMISSARIAT,
    "gendarmerie": StructureKind.BRIGADE,
}


def gather(file: BinaryIO, as_of: str, gathered: Gathered) -> None:
    """Take every service of a kind that helps. The report's lines are the services' numbers in the file."""
    for number, service in enumerate(_services(file), 1):
        if not isinstance(service, dict):
            raise ImportRefused("a service is not an object", number)
        kind = _kind(service)
        if kind is None:
            gathered.report.ignored()
        else:
            _take(number, kind, service, as_of, gathered)


def _services(file: BinaryIO) -> Iterator[Any]:
    seen = 0
    try:
        for service in ijson.items(file, "service.item", use_float=True):
            seen += 1
            yield service
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise ImportRefused(f"not whole JSON in UTF-8 after service {seen}: cut or damaged", seen) from error


def _dicts(service: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = service.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _kind(service: Mapping[str, Any]) -> StructureKind | None:
    for pivot in _dicts(service, "pivot"):
        kind = KINDS.get(str(pivot.get("type_service_local")))
        if kind is not None:
            return kind
    return None


def _date(service: Mapping[str, Any], otherwise: str) -> str:
    """Return ``12/05/2026 08:00:00`` as ``2026-05-12``."""
    written = str(service.get("date_modification") or "")[:10]
    day, _, rest = written.partition("/")
    month, _, year = rest.partition("/")
    return f"{year}-{month}-{day}" if year.isdigit() and len(year) == 4 else otherwise


def _first_value(service: Mapping[str, Any], name: str) -> str:
    return next((str(one["valeur"]) for one in _dicts(service, name) if one.get("valeur")), "")


def _take(number: int, kind: StructureKind, service: Mapping[str, Any], as_of: str, gathered: Gathered) -> None:
    name = str(service.get("nom") or "").strip()
    if not name:
        gathered.report.rejected(number, "no name")
        return
    addresses = _dicts(service, "adresse")
    address = next((a for a in addresses if a.get("latitude")), addresses[0] if addresses else {})
    postal_code = str(address.get("code_postal") or "")
    commune, changed = gathered.commune(number, str(service.get("code_insee_commune") or ""), postal_code)
    if commune is None:
        return
    lat, lon, approximate, moved = gathered.point(
        commune, str(address.get("latitude") or ""), str(address.get("longitude") or "")
    )
    ranges = _dicts(service, "plage_ouverture")
    hours = from_ranges(ranges)
    corrections = [
        *(["commune of today, or of the postal code"] if changed else []),
        *([moved] if moved else []),
        *(["hours not understood: left out"] if ranges and hours is None else []),
    ]
    town = f"{postal_code} {address.get('nom_commune') or commune.name}".strip()
    entry = Entry(
        id=f"dila:{service.get('id') or f'{kind}:{commune.insee}:{name}'}",
        kind=kind,
        name=name,
        address=", ".join(part for part in (str(address.get("numero_voie") or ""), town) if part),
        insee=commune.insee,
        lat=lat,
        lon=lon,
        approximate=approximate,
        phone=plain_phone(_first_value(service, "telephone")),
        web=plain_web(_first_value(service, "site_internet")),
        hours=hours,
        source=SOURCE,
        as_of=_date(service, as_of),
    )
    gathered.take(number, entry, corrections)
