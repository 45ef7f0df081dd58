"""``python -m shared.chat.typescript [--check]``: the frames as TypeScript, for both pages.

Writes ``shared/web/frames.ts`` from ``shared/chat/frames``. Struct ``Say`` is interface ``SayFrame`` there,
since ``Error`` means something else in a browser. ``--check`` writes nothing and exits 1 when the file that is
there says something else.
"""

import sys
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import inspect

from shared.chat import frames

TARGET = Path(__file__).resolve().parent.parent / "web" / "frames.ts"
HEADER = (
    "// Generated from shared/chat/frames by `python -m shared.chat.typescript`. Change it there.\n"
    "// A field that holds its default value is left out on the wire: hence the optional fields.\n"
)
UNIONS = {
    "VisitorFrame": frames.VisitorFrame,
    "OperatorFrame": frames.OperatorFrame,
    "ServerFrame": frames.ServerFrame,
}
LIMITS = ("MAX_BODY", "MAX_FRAME")
PLAIN: dict[type[inspect.Type], str] = {
    inspect.AnyType: "unknown",
    inspect.BoolType: "boolean",
    inspect.FloatType: "number",
    inspect.IntType: "number",
    inspect.NoneType: "null",
    inspect.StrType: "string",
}
WIDTH = 110


def render() -> str:
    """Return the whole TypeScript module."""
    structs = dict.fromkeys(cls for union in UNIONS.values() for cls in typing.get_args(union))
    members = [inspect.type_info(cls) for cls in structs]
    helpers, enums = _referenced(members)
    parts = [HEADER]
    parts += [f"export const {name} = {getattr(frames, name):_};\n" for name in LIMITS]
    parts += [_enum(cls) for cls in enums]
    parts += [_interface(struct) for struct in (*helpers, *_structs(members))]
    parts += [_union(name, [_name(cls) for cls in typing.get_args(union)]) for name, union in UNIONS.items()]
    return "\n".join(parts)


def _structs(types: list[inspect.Type]) -> Iterator[inspect.StructType]:
    yield from (kind for kind in types if isinstance(kind, inspect.StructType))


def _referenced(types: list[inspect.Type]) -> tuple[list[inspect.StructType], list[type[StrEnum]]]:
    """Return the untagged structs and the enums that the frames' fields name, each once."""
    structs: dict[type, inspect.StructType] = {}
    enums: dict[type[StrEnum], None] = {}
    pending = [field.type for struct in _structs(types) for field in struct.fields]
    while pending:
        match pending.pop(0):
            case inspect.StructType() as struct if struct.cls not in structs:
                structs[struct.cls] = struct
                pending += [field.type for field in struct.fields]
            case inspect.EnumType(cls=cls) if issubclass(cls, StrEnum):
                enums[cls] = None
            case inspect.UnionType(types=members):
                pending += members
            case inspect.ListType(item_type=item):
                pending.append(item)
            case inspect.DictType(value_type=value):
                pending.append(value)
            case _:
                continue
    return list(structs.values()), list(enums)


def _enum(cls: type[StrEnum]) -> str:
    return _doc(cls) + _union(cls.__name__, [f'"{member.value}"' for member in cls])


def _union(name: str, members: list[str]) -> str:
    line = f"export type {name} = {' | '.join(members)};\n"
    if len(line) <= WIDTH:
        return line
    return f"export type {name} =\n" + "\n".join(f"  | {member}" for member in members) + ";\n"


def _interface(struct: inspect.StructType) -> str:
    lines = [f"{_doc(struct.cls)}export interface {_name(struct.cls)} {{"]
    if struct.tag is not None:
        lines.append(f'  {struct.tag_field}: "{struct.tag}";')
    for field in struct.fields:
        if description := _description(field.type):
            lines.append(f"  /** {description}. */")
        lines.append(f"  {field.encode_name}{'' if field.required else '?'}: {_type(field.type)};")
    return "\n".join([*lines, "}\n"])


def _name(cls: type) -> str:
    """Return the TypeScript name: a frame says that it is one."""
    return f"{cls.__name__}Frame" if issubclass(cls, frames.Frame) else cls.__name__


def _doc(cls: type) -> str:
    text = (cls.__doc__ or "").strip().replace("``", "`")
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"


def _description(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {}).get("description", ""))
    return ""


def _type(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(type=inner):
            return _type(inner)
        case inspect.EnumType(cls=cls) | inspect.StructType(cls=cls):
            return _name(cls)
        case inspect.LiteralType(values=values):
            return " | ".join(f'"{value}"' for value in values)
        case inspect.UnionType(types=members):
            return " | ".join(_type(member) for member in members)
        case inspect.ListType(item_type=item):
            return f"readonly {_type(item)}[]"
        case inspect.DictType(key_type=key, value_type=value):
            return f"Readonly<Record<{_type(key)}, {_type(value)}>>"
        case _:
            return PLAIN[type(kind)]


def main(arguments: list[str]) -> int:
    """Write the file, or say whether it is up to date; the result is the process's exit status."""
    wanted = render()
    if "--check" not in arguments:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write(f"{TARGET.name} is stale: run python -m shared.chat.typescript\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
