"""Pages: templates with every value escaped, words in two languages, styles and scripts under lasting names.

* Templates are in ``templates/``; a name that is not there is an error, an undefined value too.
* ``t("中文")`` is the text in the reader's language. The Chinese text is the key; ``wording/*.toml`` has the
  English, and a test finds each that is missing. A reader says ``?lang=en`` once; a cookie remembers it.
* Characters that turn the direction of a text are left out, so that a name looks as it is; on ``whole``
  pages, which show what somebody signs, whatever is not seen stands in brackets: ``⟦U+202E⟧``.
* ``static("pages.css")`` is the file's address with a digest in it, so that browsers keep it for a year and
  a new release is seen at once. Files are sent compressed to whoever takes that.

Example: ``pages.render(request, "portal/search.html", found=matches)``.
"""

from __future__ import annotations

import gzip
import re
import tomllib
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from registry.domain.misleading import MISLEADING, code_point

LANGUAGES = ("zh", "en")
LANGUAGE_COOKIE = "lang"
_YEAR_S = 31_536_000
_MEDIA = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "wasm": "application/wasm",
    "json": "application/json",
}
_SMALLEST_COMPRESSED = 1024
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that nobody sees (Unicode: Default_Ignorable_Code_Point, and the empty Braille cell)."""


@cache
def english() -> Mapping[str, str]:
    """What each Chinese text of the pages is in English."""
    found: dict[str, str] = {}
    for file in sorted(files("registry_web").joinpath("wording").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            found |= tomllib.loads(file.read_text("utf-8"))
    return found


def language_of(request: Request) -> str:
    """The language that the reader asked for; Chinese where he said nothing."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
    return asked if asked in LANGUAGES else LANGUAGES[0]


def translator(language: str) -> Callable[[str], str]:
    """Says a Chinese text in a language."""
    return (lambda text: english().get(text, text)) if language == "en" else lambda text: text


def visible(value: Any) -> Any:
    """A text without the characters that turn the direction of what follows: a name must look as it is."""
    return MISLEADING.sub("", value) if type(value) is str else value


def marked(value: Any) -> Any:
    """A text with each character that is not seen in brackets: nothing that is signed may be left out."""
    if type(value) is not str or (value.isprintable() and not _BLANK.search(value)):
        return value
    return "".join(map(_marked, value))


def _marked(char: str) -> str:
    unseen = (unicodedata.category(char) in _UNSEEN and char not in "\t\n\r") or _BLANK.match(char)
    return f"⟦{code_point(char)}⟧" if unseen else char


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the pages, as it is sent."""

    media_type: str
    content: bytes
    compressed: bytes
    address: str


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Every file of ``static/``, by its name."""
    found = {}
    for file in files("registry_web").joinpath("static").iterdir():
        stem, _, ending = file.name.rpartition(".")
        if ending in _MEDIA:
            content = file.read_bytes()
            digest = urlsafe_b64encode(sha256(content).digest()[:9]).decode()
            address = f"/static/{stem}.{digest}.{ending}"
            found[file.name] = StaticFile(
                _MEDIA[ending], content, gzip.compress(content, 9, mtime=0), address
            )
    return found


def static_routes() -> list[Route]:
    """Where the files are to be had. Scripts import each other by plain names, which lead there too."""
    lasting = {file.address: file for file in static_files().values()}
    plain = {f"/static/{name}": file for name, file in static_files().items()}

    async def serve(request: Request) -> Response:
        path = request.url.path
        file = lasting.get(path) or plain.get(path)
        if file is None:
            return Response(status_code=404)
        kept = f"public, max-age={_YEAR_S}, immutable" if path in lasting else "no-cache"
        tag = f'"{sha256(file.content).hexdigest()[:16]}"'
        headers = {"cache-control": kept, "etag": tag, "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return compressed(request, file.content, file.media_type, headers, file.compressed)

    return [Route("/static/{name}", serve)]


def compressed(
    request: Request, content: bytes, media_type: str, headers: dict[str, str], ready: bytes = b""
) -> Response:
    """An answer, compressed for whoever takes that."""
    if len(content) >= _SMALLEST_COMPRESSED and "gzip" in request.headers.get("accept-encoding", ""):
        headers = headers | {"content-encoding": "gzip"}
        content = ready or gzip.compress(content, 6, mtime=0)
    return Response(content, media_type=media_type, headers=headers)


class Pages:
    """The pages of one face. ``given`` is known to every template of it. ``shrunk``: compressed; never where
    a page holds something secret beside what somebody else may choose (BREACH)."""

    def __init__(
        self, face: str, *, secure: bool, shrunk: bool, given: Mapping[str, Any] | None = None
    ) -> None:
        self._secure = secure
        self._shrunk = shrunk
        self._templates = Environment(
            loader=PackageLoader("registry_web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=visible,
        )
        self._templates.globals |= {"static": lambda name: static_files()[name].address, **(given or {})}
        self._templates.globals["face"] = face
        self._whole = self._templates.overlay(finalize=marked)

    def add(self, **given: Any) -> None:
        """Makes functions or values known to every template."""
        self._templates.globals |= given

    def text(self, request: Request, template: str, *, whole: bool = False, **context: Any) -> str:
        """A template filled in; ``whole``: with what is not seen in brackets."""
        language = language_of(request)
        common = {"request": request, "lang": language, "t": translator(language), "path": request.url.path}
        templates = self._whole if whole else self._templates
        return templates.get_template(template).render(**{**common, **context})

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """A page as an answer."""
        content = self.text(request, template, **context).encode()
        answer: Response = HTMLResponse(content)
        if self._shrunk:
            answer = compressed(request, content, "text/html; charset=utf-8", {"vary": "accept-encoding"})
        answer.status_code = status
        answer.headers.update(headers or {})
        if request.query_params.get("lang") in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                request.query_params["lang"],
                max_age=_YEAR_S,
                samesite="lax",
                secure=self._secure,
                httponly=True,
            )
        return answer
