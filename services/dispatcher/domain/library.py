"""Reading the files of the operator's desk: texts go in, the library and what was left out come out. Pure.

There are two layers: what ships with Havre, and what an installation puts before it. A file of the installation's takes
the place of the shipped file of the same name, or withdraws it. A file of theirs that cannot be read is left out, and
the shipped one stays in force: nobody on duty shall be without sheets at night because of a missing quote in one of
them. What was left out is told, with file and field, in the log and in the console.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from services.dispatcher.domain.sheet_faults import BadFile, Fault, Faulty, Problem
from services.dispatcher.domain.sheets import Key, Moment, Sentence, Sentences, Sheet, Source, Withdrawn

LARGEST = 65_536
"""Characters of the largest file that is read."""
SOURCES = "sources"
"""Name, without its suffix, of the file that says what the sources are."""

Document = Sheet | Sentences | Withdrawn
M = TypeVar("M", bound=BaseModel)

_LINE = re.compile(r"\(at line (\d+)")
_FAULTS = {
    "missing": Fault.MISSING,
    "extra_forbidden": Fault.UNKNOWN_FIELD,
    "enum": Fault.UNKNOWN_VALUE,
    "literal_error": Fault.UNKNOWN_VALUE,
    "string_too_short": Fault.EMPTY,
    "too_short": Fault.EMPTY,
    "string_too_long": Fault.TOO_LONG,
}


class Said(Sentence):
    """A sentence with the moment that its file is for."""

    moment: Moment


class Library(BaseModel):
    """All that is on the desk. Sheets by key in the order of their titles, sentences in the order of a conversation."""

    model_config = ConfigDict(frozen=True)

    sheets: dict[str, Sheet]
    sentences: tuple[Said, ...]
    sources: dict[str, Source]
    problems: tuple[Problem, ...]


class _Sources(BaseModel):
    sources: dict[Key, Source]


def parse(file: str, text: str) -> Document:
    """Read one file. Raises `BadFile` that names ``file`` and the field."""
    table = _table(file, text)
    if "withdrawn" in table:
        return _model(file, Withdrawn, table)
    if "kind" not in table:
        raise BadFile(file, "kind", Fault.MISSING)
    return _model(file, Sentences, table) if table["kind"] == "sentences" else _model(file, Sheet, table)


def parse_sources(file: str, text: str) -> dict[str, Source]:
    """Read a file of sources, by key. Raises `BadFile` that names ``file`` and the field."""
    return dict(_model(file, _Sources, {"sources": _table(file, text)}).sources)


def assemble(shipped: Mapping[str, str], own: Mapping[str, str], unread: tuple[Problem, ...] = ()) -> Library:
    """Return the library of two layers of files, each a text by its path; ``unread``: what could not even be read."""
    problems = list(unread)
    sources: dict[str, Source] = {}
    documents: dict[str, tuple[str, Document]] = {}
    said: dict[str, Said] = {}
    for layer in (shipped, own):
        sources |= _sources(layer, problems)
        documents |= _documents(layer, sources, problems)
    ours_last = sorted(documents.values(), key=lambda filed: filed[0] in own)
    for _, document in ours_last:
        if isinstance(document, Sentences):
            said |= {one.key: Said(**dict(one), moment=document.moment) for one in document.sentence}
    sheets = {key: document for key, (_, document) in documents.items() if isinstance(document, Sheet)}
    for file, document in documents.values():
        if isinstance(document, Sheet):
            problems += _astray(file, document, documents)
    complete = {key: _completed(sheet, sheets) for key, sheet in sheets.items()}
    moments = list(Moment)
    return Library(
        sheets=dict(sorted(complete.items(), key=lambda item: (item[1].title, item[0]))),
        sentences=tuple(sorted(said.values(), key=lambda one: moments.index(one.moment))),
        sources=sources,
        problems=tuple(problems),
    )


def key_of(file: str) -> str:
    """Return the name by which files take each other's place: `viol` of `offences/viol.toml`."""
    return file.rsplit("/", 1)[-1].removesuffix(".toml")


def _table(file: str, text: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise BadFile(file, "", Fault.TOO_LARGE)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        raise BadFile(file, "", Fault.NOT_TOML, int(line[1]) if line else None) from None


def _model(file: str, kind: type[M], table: dict[str, Any]) -> M:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = [str(part) for part in first["loc"] if part != "[key]"]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, Faulty):
            raise BadFile(file, ".".join([*place, cause.field]), cause.fault) from None
        fault = _FAULTS.get(first["type"], Fault.WRONG_FORM)
        raise BadFile(file, ".".join(place).removeprefix("sources."), fault) from None


def _sources(layer: Mapping[str, str], problems: list[Problem]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for file, text in layer.items():
        if key_of(file) == SOURCES:
            try:
                found |= parse_sources(file, text)
            except BadFile as bad:
                problems.append(bad.problem)
    return found


def _documents(
    layer: Mapping[str, str], sources: Mapping[str, Source], problems: list[Problem]
) -> dict[str, tuple[str, Document]]:
    found: dict[str, tuple[str, Document]] = {}
    for file, text in layer.items():
        key = key_of(file)
        if key == SOURCES:
            continue
        try:
            document = parse(file, text)
            _checked(file, document, sources, key in found)
        except BadFile as bad:
            problems.append(bad.problem)
        else:
            found[key] = (file, document)
    return found


def _checked(file: str, document: Document, sources: Mapping[str, Source], twice: bool) -> None:
    """Raise `BadFile` for a fact whose source nobody knows, a sentence that is there twice, or a file that is."""
    if twice:
        raise BadFile(file, "", Fault.TWICE)
    if isinstance(document, Sheet):
        for field, fact in document.facts:
            if not sources.keys() >= set(fact.sources):
                raise BadFile(file, f"{field}.from", Fault.NO_SUCH_SOURCE)
    if isinstance(document, Sentences):
        keys = [sentence.key for sentence in document.sentence]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise BadFile(file, f"sentence.{place}.key", Fault.TWICE)


def _astray(file: str, sheet: Sheet, documents: Mapping[str, object]) -> Iterator[Problem]:
    """Yield the names of other sheets that lead nowhere; one that was withdrawn is no fault."""
    for field in ("evidence_of", "steps_of", "see"):
        for place, key in enumerate(getattr(sheet, field)):
            if key not in documents:
                yield Problem(file=file, field=f"{field}.{place}", fault=Fault.NO_SUCH_SHEET)


def _completed(sheet: Sheet, sheets: Mapping[str, Sheet]) -> Sheet:
    """Return the sheet with what it takes over from others, and without names that lead nowhere."""
    evidence = [fact for key in sheet.evidence_of if key in sheets for fact in sheets[key].evidence]
    steps = [fact for key in sheet.steps_of if key in sheets for fact in sheets[key].steps]
    return sheet.model_copy(
        update={
            "evidence": (*sheet.evidence, *evidence),
            "steps": (*sheet.steps, *steps),
            "evidence_of": (),
            "steps_of": (),
            "see": tuple(key for key in dict.fromkeys(sheet.see) if key in sheets),
        }
    )
