"""Complaints from the web (投诉举报): the form, sealed in the reporter's browser, and where one stands.

    GET  /complaints              the form; its keys are those of the custodians of each department
    POST /complaints/lodge        what the page's script sealed (JSON)     → number, day
    POST /complaints              from a browser that cannot seal: sealed here, as a notice said before
    GET  /complaints/track        number and code; POST: the steps so far
    GET  /complaints/statistics   counts

Nothing is kept of a reporter here: no cookie, no address but in the counter of the minute, nothing in a log.
What is posted is never shown again but number and code.

Example: a report sealed by the script arrives as a number, a department, a category and two blobs.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, TypeVar

import grpc
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from registry.v1 import complaint_service_pb2 as pb
from registry.v1.supervision_pb2 import ComplaintKind
from registry_client import AnswerError, Registry, RegistryCallError
from registry_client.errors import SealingError
from registry_client.supervision.complaint_words import CATEGORIES, COMPLAINT_KINDS, STAGES
from registry_client.supervision.complaints import (
    LONGEST_REPORTER,
    LONGEST_TEXT,
    Desk,
    Report,
    desks,
    lodge,
    sealed_request,
    statistics,
    track,
)
from registry_client.words import word_of
from registry_web.forms import read_form
from registry_web.portal.asking import RefusedError
from registry_web.portal.site import Site, text_field
from registry_web.portal.words import REGIONS
from registry_web.security import Rate, client_key

BODY_BYTES = 300_000
FORM_BYTES = 400_000
"""The longest text in percent encoding, nine characters for one, and the other fields."""
DESKS_S = 60.0
LODGED_AT_ONCE, LODGED_PER_S = 5.0, 1 / 60
TRACKED_AT_ONCE, TRACKED_PER_S = 20.0, 0.2
_TOO_OFTEN = "同一来源提交或者查询过于频繁，请过一会儿再试。"
_FROM_ELSEWHERE = "请从本站的页面提交。"
_UNREADABLE = "提交的内容不完整，请重新打开页面再试。"
_TEXTS = ("number", "department", "subject_code", "subject_name", "category", "region")
_BLOBS = ("content", "reporter", "code_sha256")
_Answer = TypeVar("_Answer")


class ComplaintWindow:
    """The handlers."""

    def __init__(self, site: Site, registry: Registry, clock: Callable[[], float] = monotonic) -> None:
        self._site, self._registry, self._clock = site, registry, clock
        self._lodging = Rate(LODGED_AT_ONCE, LODGED_PER_S)
        self._tracking = Rate(TRACKED_AT_ONCE, TRACKED_PER_S)
        self._kept: list[Desk] = []
        self._until = 0.0

    async def form(self, request: Request) -> Response:
        """The form; posted, by a browser that cannot seal, it is sealed here."""
        if request.method == "POST":
            return await self._sealed_here(request)
        self._site.count(request)
        found = await self._desks()
        page = self._site.page(
            request,
            "complaints.html",
            desks=[(desk, " ".join(b64encode(key).decode() for key in desk.keys)) for desk in found],
            kinds=COMPLAINT_KINDS,
            categories=CATEGORIES,
            regions=[(code, name) for code, name in REGIONS.items() if code],
            longest_text=LONGEST_TEXT,
            longest_reporter=LONGEST_REPORTER,
        )
        page.headers["cache-control"] = "no-store"  # Nor does the way back show what somebody has written.
        return page

    async def lodge(self, request: Request) -> Response:
        """What the page's script sealed."""
        try:
            self._spend(request, self._lodging)
            message = _message_of(await _bounded(request))
            told = await _told(lambda: lodge(self._registry, message))
        except RefusedError as error:
            return JSONResponse({"reasons": error.reasons}, error.status)
        return JSONResponse({"number": told.number, "received_on": told.received_on})

    async def track(self, request: Request) -> Response:
        """Where a complaint stands."""
        if request.method != "POST":
            self._site.count(request)
            return self._site.page(request, "complaint_track.html", told=None, wrong=False)
        self._spend(request, self._tracking)
        form = await _form_of(request)
        number, code = text_field(form, "number")[:64], text_field(form, "code")[:64]
        try:
            told = await run_in_threadpool(lambda: track(self._registry, number, code))
        except RegistryCallError as error:
            if error.code is not grpc.StatusCode.NOT_FOUND:
                raise RefusedError.of(error) from error
            return self._site.page(request, "complaint_track.html", status=404, told=None, wrong=True)
        steps = [(word_of(STAGES, step.stage), step.on) for step in told.steps]
        names = {desk.department: desk.name for desk in await self._desks()}
        page = self._site.page(
            request,
            "complaint_track.html",
            told=told,
            wrong=False,
            steps=steps,
            department=names.get(told.department, told.department),
        )
        page.headers["cache-control"] = "no-store"  # That somebody has reported is nobody else's to find.
        return page

    async def statistics(self, request: Request) -> Response:
        """Counts."""
        self._site.count(request)
        told = await _told(lambda: statistics(self._registry))
        return self._site.page(
            request,
            "complaint_statistics.html",
            first=getattr(told, "from"),
            last=told.until,
            told=told,
            tables=(("月份", told.by_month), ("地域", told.by_region)),
            kind_word=lambda kind: word_of(COMPLAINT_KINDS, kind),
        )

    async def _sealed_here(self, request: Request) -> Response:
        self._spend(request, self._lodging)
        form = await _form_of(request)
        desk = next((d for d in await self._desks() if d.department == text_field(form, "department")), None)
        report = _report_of(form)
        if desk is None or report is None:
            raise RefusedError(400, ("请选择部门、种类和类别，并写明内容。",))
        sealed = sealed_request(report, desk)
        told = await _told(lambda: lodge(self._registry, sealed.message))
        page = self._site.page(
            request, "complaint_received.html", number=told.number, code=sealed.code, day=told.received_on
        )
        page.headers["cache-control"] = "no-store"
        return page

    async def _desks(self) -> list[Desk]:
        """The departments that take complaints, asked for once a minute."""
        if self._clock() >= self._until:
            self._kept = await _told(lambda: desks(self._registry))
            self._until = self._clock() + DESKS_S
        return self._kept

    def _spend(self, request: Request, rate: Rate) -> None:
        """Counts what is posted. Raises RefusedError, also where another's page has it posted: its readers
        would lodge for it, each with an address of his own."""
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise RefusedError(403, (_FROM_ELSEWHERE,))
        if rate.wait_s(client_key(request.scope)):
            raise RefusedError(429, (_TOO_OFTEN,))


def _report_of(form: Mapping[str, Any]) -> Report | None:
    """What was filled in; None where something that is needed is missing, or too long."""
    said = {name: text_field(form, name).strip() for name in (*_TEXTS, "text", "reporter", "kind")}
    kind = int(said["kind"]) if said["kind"] in ("1", "2") else 0
    fits = len(said["text"]) <= LONGEST_TEXT and len(said["reporter"]) <= LONGEST_REPORTER
    if not (kind and said["category"] and said["text"] and fits):
        return None
    return Report(
        kind=ComplaintKind.ValueType(kind),
        category=said["category"],
        text=said["text"],
        reporter=said["reporter"],
        subject_code=said["subject_code"],
        subject_name=said["subject_name"],
        region=said["region"],
    )


async def _form_of(request: Request) -> Mapping[str, Any]:
    """A form with a long text in it."""
    bounds = {"max_files": 0, "max_fields": 20, "max_part_size": 4 * LONGEST_TEXT}
    form = await read_form(request, max_bytes=FORM_BYTES, **bounds)
    return dict(form.items())


async def _bounded(request: Request) -> bytes:
    """A body of no more bytes than a sealed complaint has. Raises RefusedError."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > BODY_BYTES:
            raise RefusedError(413, ("内容过长。",))
    return bytes(found)


def _message_of(body: bytes) -> pb.LodgeComplaintRequest:
    """What the script sealed, as the registry takes it. Raises RefusedError."""
    try:
        given = json.loads(body)
        texts = {name: given[name] for name in _TEXTS}
        blobs = {name: b64decode(given[name], validate=True) for name in _BLOBS}
        return pb.LodgeComplaintRequest(**texts, **blobs, kind=int(given["kind"]))  # type: ignore[arg-type]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise RefusedError(400, (_UNREADABLE,)) from error


async def _told(call: Callable[[], _Answer]) -> _Answer:
    """The answer of the registry. Raises RefusedError."""
    try:
        return await run_in_threadpool(call)
    except (RegistryCallError, AnswerError, SealingError) as error:
        raise RefusedError.of(error) from error
