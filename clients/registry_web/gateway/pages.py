"""The description for people and for programs: ``/docs`` and ``/openapi.json``, made once at the start.

``/docs`` says how to call, lists every method, and every reason of a problem under the anchor to which its
``type`` leads; ``/docs/<Service>`` has a service's methods with what is asked and answered, an example and a
line for curl, and every message they hold. No script, nothing from elsewhere; the style is that of all faces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry_web.gateway.comments import comment_of
from registry_web.gateway.description import description, reasons, served, title_of
from registry_web.gateway.examples import example_of
from registry_web.gateway.problems import OWN_REASONS
from registry_web.gateway.rules import Rule, rules
from registry_web.gateway.schemas import enums_of, reached
from registry_web.gateway.wording import Row, rows_of
from registry_web.pages import compressed, static_files, static_routes

_CODE = re.compile(r"`([^`]+)`")
_KEPT = {"cache-control": "max-age=300", "vary": "accept-encoding"}


def page_routes(site: str) -> list[Route]:
    """Where the description is to be had."""
    made = [Route(path, _fixed(content, media)) for path, (content, media) in _pages(site).items()]
    return [*made, *static_routes()]


@cache
def _pages(site: str) -> Mapping[str, tuple[bytes, str]]:
    """Content and media type by path."""
    templates = _templates(site)
    said = json.dumps(description(site), ensure_ascii=False, separators=(",", ":")).encode()
    index = templates.get_template("index.html").render(service=None, reasons=_reasons())
    pages = {"/docs": index}
    for service in served():
        asked = [rule for rule in rules() if rule.descriptor.containing_service.name == service.name]
        context = {"service": service, "rules": asked, **_kinds(asked)}
        pages[f"/docs/{service.name}"] = templates.get_template("service.html").render(**context)
    html = {path: (page.encode(), "text/html; charset=utf-8") for path, page in pages.items()}
    return {"/openapi.json": (said, "application/json"), **html}


def _fixed(content: bytes, media_type: str) -> Callable[[Request], Response]:
    tag = f'"{sha256(content).hexdigest()[:16]}"'

    def respond(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={**_KEPT, "etag": tag})
        return compressed(request, content, media_type, {**_KEPT, "etag": tag})

    return respond


def _templates(site: str) -> Environment:
    templates = Environment(
        loader=PackageLoader("registry_web.gateway"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {
        "site": site or "https://网关地址",
        "static": lambda name: static_files()[name].address,
        "all_services": served(),
        "all_rules": rules(),
        "title_of": title_of,
        "comment_of": comment_of,
        "example": _example,
        "rows_of": rows_of,
    }
    templates.filters["told"] = _told
    return templates


def _told(text: str) -> Markup:
    """A comment with its `code` marked as such."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def _example(rule: Rule) -> str:
    return json.dumps(example_of(rule), ensure_ascii=False, indent=2)


def _reasons() -> list[Row]:
    """Every reason, with status and words where the gateway itself gives it."""
    return [
        Row(name, *map(str, OWN_REASONS[name])) if name in OWN_REASONS else Row(name, "", "")
        for name in reasons()
    ]


def _kinds(asked: list[Rule]) -> dict[str, Any]:
    kinds = reached(
        kind for rule in asked for kind in (rule.descriptor.input_type, rule.descriptor.output_type)
    )
    by_name = sorted(kinds.values(), key=lambda kind: str(kind.name))
    enums = sorted(enums_of(kinds).values(), key=lambda enum: str(enum.name))
    return {"kinds": by_name, "enums": enums}
