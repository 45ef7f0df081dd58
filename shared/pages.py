"""Serving a built page: the files of one folder, from memory, under headers that allow nothing but themselves.

The gateway and the dispatcher use the very same: what a page may do is decided here, once.
"""

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer of a public port carries, errors included."""

NOT_BUILT = "This page is not built yet: run `make pages`, then start the service again.\n"
INDEX = "index.html"
WORTH_PACKING = 256
"""Bytes below which compression only adds."""


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent."""

    body: bytes
    packed: bytes | None
    content_type: str


class Pages:
    """The files of a built page, by their path under the site's root."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files

    @classmethod
    def load(cls, folder: Path, replacements: Mapping[str, str] | None = None) -> "Pages":
        """Read every file under ``folder`` (none when missing); ``replacements`` apply to index.html alone."""
        files: dict[str, File] = {}
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                body = path.read_bytes()
                files[name] = _file(name, _replace(body, replacements) if name == INDEX else body)
        return cls(files)

    @property
    def built(self) -> bool:
        """Whether there is a page at all."""
        return INDEX in self._files

    def routes(self) -> list[web.RouteDef]:
        """Return the routes: ``/`` and every file by its own path."""
        return [web.get("/", self.index), *(web.get(f"/{name}", self.file) for name in self._files)]

    async def index(self, request: web.Request) -> web.Response:
        """Answer with the page, or say in one sentence that it is not built."""
        page = self._files.get(INDEX)
        return _send(request, page) if page else web.Response(status=503, text=NOT_BUILT)

    async def file(self, request: web.Request) -> web.Response:
        """Answer with one file of the page."""
        return _send(request, self._files[request.path.removeprefix("/")])


def secure(app: web.Application) -> None:
    """Put the security headers on every answer of ``app``."""

    async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.pop("Server", None)

    app.on_response_prepare.append(add_headers)


def same_origin(request: web.Request, allowed: str) -> bool:
    """Return whether the page that asks is one of ours: its ``Origin`` is allowed, or is the host it asks.

    ``allowed``: origins with commas; empty means "the host of the request". A request without ``Origin`` comes
    from no browser page and is refused.
    """
    origin = request.headers.get("Origin", "")
    if allowed:
        return origin in {one.strip() for one in allowed.split(",")}
    return bool(request.host) and origin in {f"http://{request.host}", f"https://{request.host}"}


def _replace(body: bytes, replacements: Mapping[str, str] | None) -> bytes:
    for mark, value in (replacements or {}).items():
        body = body.replace(mark.encode(), value.encode())
    return body


def _file(name: str, body: bytes) -> File:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    packed = gzip.compress(body, 9, mtime=0) if len(body) >= WORTH_PACKING else None
    return File(body, packed if packed and len(packed) < len(body) else None, kind)


def _send(request: web.Request, file: File) -> web.Response:
    headers = {"Content-Type": file.content_type, "Vary": "Accept-Encoding"}
    if file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=file.packed, headers={**headers, "Content-Encoding": "gzip"})
    return web.Response(body=file.body, headers=headers)
