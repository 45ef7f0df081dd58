"""Make the shipped table of communes from its sources. See ``services.router.build`` for the command."""

import csv
import json
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import Any

from shared.geography.table import (
    COMMUNE_COLUMNS,
    COMMUNES,
    DATA,
    DEPARTMENTS,
    FORMER,
    ISLANDS,
    read_rows,
    write_rows,
)

WHOLE_CITIES = ("75056", "69123", "13055")
"""Paris, Lyon and Marseille as a whole: their arrondissements have the postal codes."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: for the progress line and the tests."""

    communes: int
    postal_codes: int
    departments: int
    former: int
    without_own_point: int


def _load(package: Path, name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((package / "data" / name).read_text(encoding="utf-8"))
    return loaded


def _points(path: Path) -> dict[str, Point]:
    with path.open(encoding="utf-8", newline="") as file:
        found = {row["insee_code"]: (float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file)}
    return {insee: point for insee, point in found.items() if isfinite(point[0]) and isfinite(point[1])}


def _islands() -> tuple[dict[str, str], dict[str, Point]]:
    islands, points = {}, {}
    for insee, island, lat, lon in read_rows(DATA / ISLANDS):
        islands[insee] = island
        if lat:
            points[insee] = (float(lat), float(lon))
    return islands, points


def _neighbours_point(commune: dict[str, Any], all_of: list[dict[str, Any]], points: dict[str, Point]) -> Point:
    """Return the middle of the communes that share a postal code: the nearest thing to a missing point."""
    codes = set(commune.get("codesPostaux", ()))
    near = [points[c["code"]] for c in all_of if codes & set(c.get("codesPostaux", ())) and c["code"] in points]
    if not near:
        raise ValueError(f"no point for {commune['code']} {commune['nom']}, nor for a neighbour")
    return round(fmean(p[0] for p in near), 4), round(fmean(p[1] for p in near), 4)


def build(package: Path, points_csv: Path, target: Path = DATA) -> Built:
    """Write the tables from the folder of ``@etalab/decoupage-administratif`` and the CSV of points."""
    every = _load(package, "communes.json")
    current = [c for c in every if c["type"] in {"commune-actuelle", "arrondissement-municipal"}]
    islands, own_points = _islands()
    points = _points(points_csv) | own_points
    rows, lonely, codes = [], 0, set()
    for commune in current:
        insee = commune["code"]
        postal = [] if insee in WHOLE_CITIES else sorted(commune.get("codesPostaux", ()))
        codes.update(postal)
        if insee in points:
            lat, lon = points[insee]
        else:
            lat, lon = _neighbours_point(commune, current, points)
            lonely += 1
        people = commune.get("population") or 0
        island = islands.get(insee, "")
        rows.append((insee, commune["nom"], commune["departement"], " ".join(postal), people, lat, lon, island))
    write_rows(target / COMMUNES, COMMUNE_COLUMNS, sorted(rows))
    kept = {row[0] for row in rows}
    departments = [(d["code"], d["nom"], d["chefLieu"]) for d in _load(package, "departements.json")]
    write_rows(target / DEPARTMENTS, ("code", "name", "capital"), sorted(departments))
    former = [(c["code"], c["chefLieu"]) for c in every if "chefLieu" in c and c["code"] not in kept]
    write_rows(target / FORMER, ("former", "current"), sorted(set(former)))
    return Built(len(rows), len(codes), len(departments), len(set(former)), lonely)
