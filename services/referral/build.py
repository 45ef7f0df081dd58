"""Make the shipped directory of structures from its sources.

``python -m services.referral.build --cidff FILE --police-zone FILE --zone-edition 2026-08``

CIDFF: ``name,address,postal_code,commune,insee_code,lat,lon,phone,url,updated``. Police zone:
``insee_code,force,police_service``; the stations are placed at the commune that their name bears.
"""

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from services.referral import directory, places
from services.referral.entry import Entry
from services.referral.words import fold
from shared.contracts.referral import StructureKind
from shared.geography import table as communes
from shared.geography.country import Country
from shared.geography.model import Commune

CIDFF_SOURCE = "DILA, Annuaire de l'administration, base de données locales"
ZONE_SOURCE = "Ministère de l'Intérieur, Compétence territoriale gendarmerie et police nationales"

_PREFIX = re.compile(r"^commissariat (de police|d agglomeration|de secteur) (des |de la |de l |du |de |d )?")
_ARTICLE = re.compile(r"^(les|le|la|l) ")
_SUFFIX = re.compile(r" (agglomeration|la defense.*|secteur.*|bdep|centre)$")
_NUMBER = re.compile(r"\b(\d+)(er|eme|e)\b")
_NAMED_AFTER_A_RIVER = {
    "gier": "42207",
    "ondaine": "42095",
    "leman": "74281",
    "val d yerres val de seine": "91421",
    "melun val de seine": "77288",
    "evry corbeil": "91228",
    "allauch plan de cuques": "13002",
}
"""Stations whose name is no commune's: the commune of their seat or the most populous one they serve."""


def cidff_entries(path: Path, land: Country) -> Iterable[Entry]:
    """Yield the CIDFF, each with its own point where that is near its commune, else with the commune's.

    Web addresses are left out: what a nine-year-old address leads to today is not known.
    """
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            commune = land.commune(row["insee_code"])
            if commune is None:
                raise ValueError(f"{row['insee_code']}: no such commune")
            lat, lon, approximate = places.checked(float(row["lat"]), float(row["lon"]), commune)
            where = re.sub(r"\W+", "-", fold(row["address"])).strip("-")
            yield Entry(
                id=f"cidff:{commune.insee}:{where[:40]}",
                kind=StructureKind.CIDFF,
                name=row["name"].replace("’", "'"),
                address=f"{row['address']}, {row['postal_code']} {row['commune']}",
                insee=commune.insee,
                lat=lat,
                lon=lon,
                approximate=approximate,
                phone=row["phone"] or None,
                note="Information gratuite et confidentielle sur les droits des femmes et des familles.",
                source=CIDFF_SOURCE,
                as_of=row["updated"],
            )


def _key(name: str) -> str:
    """Return a commune's name as a station may bear it: ``du Raincy`` is at Le Raincy."""
    return _ARTICLE.sub("", fold(name))


def seat_of(service: str, served: list[Commune], land: Country) -> Commune:
    """Return the commune that a station's name bears, else the most populous one that it serves."""
    bare = _ARTICLE.sub("", _SUFFIX.sub("", _PREFIX.sub("", fold(service))))
    insee = _NAMED_AFTER_A_RIVER.get(bare)
    if insee:
        return land.communes[insee]
    numbered = _NUMBER.search(bare)
    by_name = {_key(c.name): c for c in served}
    if numbered and len(served) > 1:
        first = [c for c in served if re.search(rf"\b{numbered[1]}(er|e) arrondissement", fold(c.name))]
        if first:
            return first[0]
    if bare in by_name:
        return by_name[bare]
    department = Counter(c.department for c in served).most_common(1)[0][0]
    for commune in land.by_department[department]:
        if _key(commune.name) == bare and commune.postal_codes:
            return commune
    begins = [c for c in served if _key(c.name).startswith(bare) or bare.startswith(_key(c.name))]
    return max(begins or served, key=lambda c: c.population)


def station_entries(path: Path, edition: str, land: Country) -> Iterable[Entry]:
    """Yield the commissariats that the police zone names; their point is their commune's."""
    served: dict[tuple[str, str], list[Commune]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            commune = land.commune(row["insee_code"])
            if commune and row["police_service"]:
                # Two towns of one name have a station each; one station may serve two departments.
                region = commune.department if commune.department.startswith("9") else ""
                served[row["police_service"], region].append(commune)
    for (service, _region), towns in served.items():
        seat = seat_of(service, towns, land)
        yield Entry(
            id=f"commissariat:{seat.insee}:{re.sub(r'[^a-z0-9]+', '-', fold(service))}",
            kind=StructureKind.COMMISSARIAT,
            name=service,
            address=seat.name,
            insee=seat.insee,
            lat=seat.lat,
            lon=seat.lon,
            approximate=True,
            note="En urgence, composez le 17.",
            source=ZONE_SOURCE,
            as_of=edition,
        )


def main(arguments: list[str]) -> int:
    """Build the directory; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.referral.build", description=__doc__)
    parser.add_argument("--cidff", type=Path, required=True)
    parser.add_argument("--police-zone", type=Path, required=True)
    parser.add_argument("--zone-edition", required=True, help="edition of the police zone, as YYYY-MM")
    given = parser.parse_args(arguments)
    land = communes.load()
    cidff = list(cidff_entries(given.cidff, land))
    stations = list(station_entries(given.police_zone, given.zone_edition, land))
    directory.write(directory.SHIPPED, [*cidff, *stations])
    moved = [f"  {entry.name}, {entry.address}\n" for entry in cidff if entry.approximate]
    sys.stdout.write(f"{len(cidff)} CIDFF, {len(stations)} commissariats\n")
    sys.stdout.write(f"placed at their commune, their own point being elsewhere: {len(moved)}\n{''.join(moved)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
