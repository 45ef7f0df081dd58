"""A frame's fields in words: type, limits, whether they may be absent, and what they mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec
from msgspec import inspect

from infra.docs.frame_meanings import MEANINGS

FrameClass = type[msgspec.Struct]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One line of a frame's table."""

    name: str
    kind: str
    presence: str
    meaning: str


class Undocumented(Exception):
    """A field has neither a description in the code nor a line in ``frame_meanings``."""


def fields_of(frame: FrameClass) -> list[FieldRow]:
    """Return the rows of one frame or struct. Raises ``Undocumented``."""
    struct = inspect.type_info(frame)
    if not isinstance(struct, inspect.StructType):
        raise TypeError(f"{frame.__name__} is no struct")
    return [
        FieldRow(
            name=field.encode_name,
            kind=type_in_words(field.type),
            presence=_presence(field),
            meaning=meaning_of(frame, field),
        )
        for field in struct.fields
    ]


def meaning_of(frame: FrameClass, field: inspect.Field) -> str:
    """Return what a field means: said for this frame, said for the name in any frame, or said by its type."""
    own = f"{frame.__name__}.{field.name}"
    said = MEANINGS.get(own) or MEANINGS.get(field.name) or description_of(field.type)
    if not said:
        raise Undocumented(own)
    return said


def description_of(kind: inspect.Type) -> str:
    """Return the description that a type carries, or an empty string."""
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {}).get("description", ""))
    if isinstance(kind, inspect.UnionType):
        return next(filter(None, map(description_of, kind.types)), "")
    return ""


def type_in_words(kind: inspect.Type) -> str:
    """Return a type with its limits, in Markdown, fit for a table's cell."""
    match kind:
        case inspect.Metadata(type=inner):
            return type_in_words(inner)
        case inspect.EnumType(cls=cls):
            return _choice(member.value for member in cls)
        case inspect.LiteralType(values=values):
            return _choice(values)
        case inspect.UnionType(types=members):
            return " or ".join(type_in_words(member) for member in members)
        case inspect.ListType(item_type=item):
            return f"list of {type_in_words(item)}"
        case inspect.DictType(key_type=key, value_type=value, max_length=most):
            bound = f", at most {most} entries" if most else ""
            return f"object: {type_in_words(key)} → {type_in_words(value)}{bound}"
        case inspect.StructType(cls=cls):
            return f"[{cls.__name__}](#{cls.__name__.lower()})"
        case inspect.StrType():
            return _text(kind)
        case inspect.IntType(ge=least):
            return "integer" if least is None else f"integer ≥ {least}"
        case _:
            return _PLAIN[type(kind)]


_PLAIN: Mapping[type[inspect.Type], str] = MappingProxyType(
    {inspect.BoolType: "boolean", inspect.NoneType: "null", inspect.FloatType: "number"}
)


def referenced_structs(frames: Iterable[FrameClass]) -> list[FrameClass]:
    """Return the structs that the frames' fields are made of, each once."""
    found: dict[FrameClass, None] = {}
    for frame in frames:
        struct = inspect.type_info(frame)
        if not isinstance(struct, inspect.StructType):
            continue
        for field in struct.fields:
            item = field.type.item_type if isinstance(field.type, inspect.ListType) else field.type
            if isinstance(item, inspect.StructType):
                found[item.cls] = None
    return list(found)


def _presence(field: inspect.Field) -> str:
    if field.required:
        return "always"
    default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if default is None:
        return "may be absent"
    return f"absent means `{msgspec.json.encode(default).decode()}`"


def _choice(values: Iterable[object]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _text(kind: inspect.StrType) -> str:
    if kind.pattern:
        return f"string `{kind.pattern.replace('|', chr(92) + '|')}`"
    if kind.min_length and kind.max_length:
        return f"string, {kind.min_length} to {kind.max_length:,} characters"
    if kind.max_length:
        return f"string, at most {kind.max_length:,} characters"
    return "string"
