"""Serving a built page: the files of one folder, from memory, under headers that allow nothing but themselves.

The gateway and the dispatcher use the very same: what a page may do is decided here, once.
"""

import gzip
import mimetypes
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from shared.answers import typed_refusals

OFF = (
    "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "captured-surface-control",
    "clipboard-read", "clipboard-write", "compute-pressure", "digital-credentials-create",
    "digital-credentials-get", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation",
    "gyroscope", "hid", "identity-credentials-get", "idle-detection", "interest-cohort", "keyboard-map",
    "language-detector", "language-model", "local-fonts", "magnetometer", "microphone", "midi",
    "on-device-speech-recognition", "otp-credentials", "payment", "picture-in-picture",
    "private-state-token-issuance", "private-state-token-redemption", "publickey-credentials-create",
    "publickey-credentials-get", "screen-wake-lock", "serial", "speaker-selection", "storage-access",
    "summarizer", "sync-xhr", "translator", "usb", "web-share", "window-management", "xr-spatial-tracking",
)  # fmt: skip
"""Every power of a page that browsers know by name, but for what ours need: a script that got in could not even listen
or look. The console's sound needs none of them, since it follows a press of its user; it must go on in a hidden tab, so
``media-playback-while-not-visible`` stays."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing inline, nothing foreign, and no text that becomes code or markup: ``trusted-types 'none'`` lets no script
make an exception for itself. Preact needs none."""

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in OFF),
    "Referrer-Policy": "no-referrer",
    # Always sent: the service cannot know what stands in front of it, browsers ignore it where there is no TLS, and a
    # proxy that forgets it would leave a first visit open. Subdomains are other people's to decide.
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer of a public port carries, errors included."""

FORGET: Mapping[str, str] = {"Clear-Site-Data": '"cache", "storage"'}
"""On the answer to an erasure: the browser drops what it may hold of this site. Not ``executionContexts``, which would
reload the page that is saying goodbye; not ``cookies``, which reaches into the neighbouring names of the domain, where
this site never sets one."""

UNLISTED: Mapping[str, str] = {"X-Robots-Tag": "noindex, nofollow"}
"""On everything that nobody is to find by searching: all but a public page's own address."""

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


def secure(app: web.Application, listed: Collection[str] = ()) -> None:
    """Put the security headers on every answer of ``app``, and a code on every refusal.

    ``listed`` are the paths that search engines may show.
    """

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path not in listed:
            response.headers.update(UNLISTED)
        response.headers.pop("Server", None)

    app.on_response_prepare.append(add_headers)
    app.middlewares.append(typed_refusals)


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
