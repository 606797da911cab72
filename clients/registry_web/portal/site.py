"""The portal's pages as a whole: menu, errors in the same style, forms read within bounds.

Nothing is kept of a reader: no cookie but ``lang``, no session, and names and codes travel in bodies alone,
so they are in no address, no history and no log. Nothing is changed by any request, so there is nothing
that a forged one could do (no CSRF token is needed).

Example: ``site.page(request, "search.html", matches=found)`` renders ``portal/search.html``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from registry_web.forms import read_form
from registry_web.pages import Pages
from registry_web.portal.asking import Asking, RefusedError
from registry_web.portal.words import CHECKS, STATES, china_minute, field_headings, region_name
from registry_web.security import Rate, client_key

NAME = "公共信用信息公示"
LINE = "依法公示 · 可核验 · 不评分"
MENU = (
    ("/", "首页"),
    ("/bans", "市场禁入名单"),
    ("/cases", "典型案例"),
    ("/matters", "审批与监管"),
    ("/complaints", "投诉举报"),
    ("/verify", "核验文书"),
    ("/help/objection", "异议"),
    ("/help/repair", "信用修复"),
    ("/about", "关于"),
)
_OF_SUPERVISION = ("/rules", "/intermediaries", "/associations", "/inspections", "/draws", "/plans")
"""Pages under the menu's 审批与监管 that have addresses of their own."""
FORM_FIELDS = 20
FIELD_BYTES = 20_000
FORM_BYTES = 200_000
"""A form but for its file: three characters a byte of its longest field, and what stands around."""
QUESTIONS, QUESTIONS_PER_S = 120.0, 2.0
"""Questions to the registry that one address may ask at once, and how fast it may go on."""
_TITLES = {
    400: "请求有误",
    404: "没有这个页面",
    405: "不支持这一请求方法",
    413: "提交的内容过大",
    429: "查询过于频繁",
    503: "暂时不能查询",
}
_TOO_OFTEN = "同一来源的查询过于频繁，请过一会儿再试。需要成批查询的机关，请使用登记系统的接口。"
_OTHERWISE = "没有完成"
_NOT_FOUND = "地址可能有误，或者页面已经移走。可以从首页重新开始。"
_TOO_LARGE = "提交的内容超过了这个页面的限度，请删减后再试。"
_WRONG_METHOD = "请从首页的搜索框或者页面上的按钮进入这个页面。"


@dataclass(frozen=True, slots=True)
class Site:
    """What every page needs."""

    pages: Pages
    asking: Asking
    rate: Rate = field(default_factory=lambda: Rate(QUESTIONS, QUESTIONS_PER_S))

    @classmethod
    def of(cls, asking: Asking, *, secure: bool) -> Site:
        """The site over a registry."""
        pages = Pages(
            "portal", secure=secure, shrunk=True, given={"site_name": NAME, "site_line": LINE, "menu": MENU}
        )
        pages.add(region_name=region_name, field_heading=field_heading, entry_states=STATES)
        pages.add(china=china_minute, check_name=lambda name: CHECKS.get(name, name))
        return cls(pages, asking)

    def count(self, request: Request, cost: float = 1.0) -> None:
        """Counts a question of a reader. Raises RefusedError where he asks too often."""
        if self.rate.wait_s(client_key(request.scope), cost):
            raise RefusedError(429, (_TOO_OFTEN,))

    def page(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        """A page of the portal: what is in it may be known to all, so the way back is open without posting
        again."""
        headers = {"cache-control": "private, no-cache"}
        if request.url.path.startswith(_OF_SUPERVISION):
            context = {"path": "/matters"} | context
        return self.pages.render(request, f"portal/{template}", status=status, headers=headers, **context)

    def refusal(self, request: Request, error: RefusedError) -> Response:
        """The page that says why there is no answer."""
        return self.fault(request, error.status, error.reasons)

    def fault(self, request: Request, status: int, reasons: tuple[str, ...]) -> Response:
        """A page of an error."""
        title = _TITLES.get(status, _OTHERWISE)
        return self.page(request, "fault.html", status=status, title=title, reasons=reasons)

    async def refused(self, request: Request, error: Exception) -> Response:
        """Handler of ``RefusedError``."""
        assert isinstance(error, RefusedError)
        return self.refusal(request, error)

    async def failed(self, request: Request, error: Exception) -> Response:
        """Handler of ``HTTPException``: pages that are not there, methods that are not meant."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        reasons = {404: _NOT_FOUND, 405: _WRONG_METHOD, 413: _TOO_LARGE}.get(status, _OTHERWISE)
        return self.fault(request, status, (reasons,))


async def form_of(request: Request, *, file_bytes: int = 0) -> Mapping[str, str | bytes]:
    """The fields of a form, files as bytes; of a name that occurs twice, the last.

    There is one file at most, of which no more than ``file_bytes`` and one byte are read."""
    parts = request.headers.get("content-type", "").startswith("multipart/")  # A file comes in no other form.
    bounds = {"max_files": 1 if file_bytes else 0, "max_part_size": max(file_bytes, FIELD_BYTES)}
    most = FORM_BYTES + (file_bytes if parts else 0)
    form = await read_form(request, max_bytes=most, max_fields=FORM_FIELDS, **bounds)
    try:
        return {
            name: value if isinstance(value, str) else await value.read(file_bytes + 1)
            for name, value in form.items()
        }
    finally:
        await form.close()


def text_field(form: Mapping[str, str | bytes], name: str) -> str:
    """A text of a form; empty where it is missing."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def field_heading(name: str) -> str:
    """What a content field is called."""
    return field_headings().get(name, name)
