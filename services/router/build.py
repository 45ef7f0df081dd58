"""Make the shipped tables of territory from their sources.

``python -m services.router.build --package DIR --points FILE --police-zone FILE --edition 2026-08``

``DIR`` is the unpacked npm package ``@etalab/decoupage-administratif``. The other files are CSV:
``insee_code,lat,lon`` and ``insee_code,force,police_service``.
"""

import argparse
import csv
import sys
from pathlib import Path

from services.router import table
from services.router.competence import Competence
from shared.contracts.conversation import Force
from shared.geography import build as geography
from shared.geography import table as communes

SOURCE = "Ministère de l'Intérieur, Compétence territoriale gendarmerie et police nationales"

_FORCES: dict[str, tuple[Force, ...]] = {
    "police": (Force.POLICE,),
    "police+gendarmerie": (Force.POLICE, Force.GENDARMERIE),
    "": (),
}


def competences(police_zone: Path) -> dict[str, Competence]:
    """Return the communes that are not plainly gendarmerie, and the three whole cities."""
    with police_zone.open(encoding="utf-8", newline="") as file:
        rows = {
            row["insee_code"]: Competence(_FORCES[row["force"]], row["police_service"] or None)
            for row in csv.DictReader(file)
        }
    return rows | {city: Competence((Force.POLICE,), None) for city in geography.WHOLE_CITIES}


def main(arguments: list[str]) -> int:
    """Build the table of communes, then the table of competence; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.router.build", description=__doc__)
    parser.add_argument("--package", type=Path, required=True, help="folder of the npm package")
    parser.add_argument("--points", type=Path, required=True, help="CSV of points of communes")
    parser.add_argument("--police-zone", type=Path, required=True, help="CSV of communes that police serves")
    parser.add_argument("--edition", required=True, help="edition of the police zone, as YYYY-MM")
    given = parser.parse_args(arguments)
    made = geography.build(given.package, given.points)
    sys.stdout.write(f"{made}\n")
    rows = competences(given.police_zone)
    unknown = sorted(set(rows) - set(communes.load().communes))
    if unknown:
        sys.stderr.write(f"communes that do not exist: {', '.join(unknown)}\n")
        return 1
    table.write(table.SHIPPED, given.edition, SOURCE, rows)
    sys.stdout.write(f"{len(rows)} communes that are not plainly gendarmerie\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
