"""Whether a point can be where its commune is. Pure."""

from services.referral.sphere import distance_km
from shared.geography.model import Commune

FARTHEST_KM = 20.0
"""From a commune's point to anything inside it; only a few very large communes reach farther."""

FARTHEST_OVERSEAS_KM = 120.0
"""In Guiana and among scattered atolls a commune may reach this far."""


def farthest_km(commune: Commune) -> float:
    """Return how far from its point something in ``commune`` may be."""
    return FARTHEST_OVERSEAS_KM if commune.department in {"973", "987", "988"} else FARTHEST_KM


def is_plausible(lat: float, lon: float, commune: Commune) -> bool:
    """Tell whether a point may lie in ``commune``."""
    return distance_km(lat, lon, commune.lat, commune.lon) <= farthest_km(commune)


def checked(lat: float | None, lon: float | None, commune: Commune) -> tuple[float, float, bool]:
    """Return (lat, lon, approximate): the point itself, or the commune's where it is missing or impossible."""
    if lat is not None and lon is not None and is_plausible(lat, lon, commune):
        return lat, lon, False
    return commune.lat, commune.lon, True
