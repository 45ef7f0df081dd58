"""Nearest things on the globe: unit vectors in a k-d tree, compared by chord, which orders as arcs do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from math import asin, cos, radians, sin, sqrt
from typing import Generic, TypeVar

EARTH_RADIUS_KM = 6371.0088
HALF_WAY_ROUND_KM = 3.141592653589793 * EARTH_RADIUS_KM
LEAF = 12

T = TypeVar("T")
Vector = tuple[float, float, float]


def vector(lat: float, lon: float) -> Vector:
    """Return the unit vector of a point in degrees."""
    phi, theta = radians(lat), radians(lon)
    return cos(phi) * cos(theta), cos(phi) * sin(theta), sin(phi)


def kilometres(squared_chord: float) -> float:
    """Return the great-circle distance of two points whose unit vectors are this far apart, squared."""
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(squared_chord) / 2))


def squared_chord(one: Vector, other: Vector) -> float:
    """Return the squared straight distance of two unit vectors."""
    x, y, z = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return x * x + y * y + z * z


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great-circle distance of two points in degrees."""
    return kilometres(squared_chord(vector(lat, lon), vector(other_lat, other_lon)))


Item = tuple[Vector, int, T]
"""Where, a number that is unique (for ties), and what."""


@dataclass(slots=True)
class _Node(Generic[T]):
    axis: int
    cut: float
    low: "_Node[T] | list[Item[T]]"
    high: "_Node[T] | list[Item[T]]"


class Nearest(Generic[T]):
    """The ``limit`` nearest things met so far within ``reach_km``, from any number of trees."""

    def __init__(
        self, origin: Vector, limit: int, wanted: Callable[[T], bool], reach_km: float = HALF_WAY_ROUND_KM
    ) -> None:
        self.origin = origin
        self.wanted = wanted
        self._reach = (2 * sin(min(reach_km, HALF_WAY_ROUND_KM) / (2 * EARTH_RADIUS_KM))) ** 2 + 1e-12
        self._limit = limit
        self._heap: list[tuple[float, int, T]] = []

    def farthest(self) -> float:
        """Return the squared chord beyond which nothing is of interest any more."""
        return -self._heap[0][0] if len(self._heap) == self._limit else self._reach

    def offer(self, items: list[Item[T]]) -> None:
        """Look at all of ``items``."""
        x, y, z = self.origin
        heap, bound = self._heap, self.farthest()
        for (a, b, c), number, thing in items:
            a, b, c = a - x, b - y, c - z  # noqa: PLW2901 - in the innermost loop names cost time
            chord = a * a + b * b + c * c
            if chord < bound and self.wanted(thing):
                if len(heap) < self._limit:
                    heappush(heap, (-chord, -number, thing))
                else:
                    heapreplace(heap, (-chord, -number, thing))
                bound = self.farthest()

    def found(self) -> list[tuple[float, T]]:
        """Return (kilometres, thing), nearest first."""
        return [(kilometres(-chord), thing) for chord, _, thing in sorted(self._heap, reverse=True)]


class Tree(Generic[T]):
    """A static k-d tree."""

    def __init__(self, items: Sequence[Item[T]]) -> None:
        self._low, self._high = _box(items)
        self._root = _plant(list(items))

    def search(self, nearest: Nearest[T]) -> None:
        """Offer to ``nearest`` what may be near enough, the nearest side first."""
        origin = nearest.origin
        outside = [max(self._low[a] - origin[a], 0.0, origin[a] - self._high[a]) for a in range(3)]
        start = sum(gap * gap for gap in outside)
        # Each waits with how far outside its box the origin is, along each axis and in all (squared).
        waiting: list[tuple[float, list[float], _Node[T] | list[Item[T]]]] = [(start, outside, self._root)]
        while waiting:
            at_least, gaps, node = waiting.pop()
            if at_least >= nearest.farthest():
                continue
            while isinstance(node, _Node):
                axis = node.axis
                aside = origin[axis] - node.cut
                near, far = (node.low, node.high) if aside < 0 else (node.high, node.low)
                beyond = gaps.copy()
                beyond[axis] = aside
                waiting.append((at_least - gaps[axis] ** 2 + aside * aside, beyond, far))
                node = near
            nearest.offer(node)


def _box(items: Sequence[Item[T]]) -> tuple[list[float], list[float]]:
    """Return the lowest and the highest coordinates of some items, at least one."""
    return [min(i[0][a] for i in items) for a in range(3)], [max(i[0][a] for i in items) for a in range(3)]


def _plant(items: list[Item[T]]) -> "_Node[T] | list[Item[T]]":
    if len(items) <= LEAF:
        return items
    low, high = _box(items)
    axis = max(range(3), key=lambda a: high[a] - low[a])
    items.sort(key=lambda item: item[0][axis])
    middle = len(items) // 2
    return _Node(axis, items[middle][0][axis], _plant(items[:middle]), _plant(items[middle:]))
