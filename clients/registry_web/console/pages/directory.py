"""Departments, officials and keys (部门、人员、密钥): lists, and the registrar's acts.

    /directory             departments with their mandates
    /directory/officials   officials of a department: sections, roles
    /directory/keys        keys: whose, until when; those that end within 90 days are marked
    /directory/act/{act}   the registrar's forms

A department sees its own officials and keys first. A new key signs its own enrolment (持有证明): a key that
the signing component holds is enrolled here, its holder beside the registrar; others with ``registryctl``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import statement_pb2 as pb
from registry.v1.directory_service_pb2 import DepartmentEntry, KeyEntry, OfficialEntry
from registry.v1.envelope_pb2 import Suite
from registry_client.instants import today
from registry_web.console.desk import PageError
from registry_web.console.pages.directory_forms import ACTS
from registry_web.console.pages.forms import Answers, prefilled
from registry_web.console.pages.framing import Departments, Frame, asked

ROWS = 200
_Entry = TypeVar("_Entry", OfficialEntry, KeyEntry)
SOON = timedelta(days=90)


def key_state(entry: KeyEntry, day: date) -> tuple[str, str]:
    """Where a key stands on a day, and how it is shown."""
    if entry.HasField("revoked_position"):
        return ("泄露", "bad") if entry.revocation_reason == 3 else ("已停用", "")
    try:
        first = date.fromisoformat(entry.enrolment.valid_from)
        last = date.fromisoformat(entry.enrolment.valid_until)
    except ValueError:
        return "在用", "good"
    if day > last:
        return "已过期", "bad"
    if day < first:
        return "尚未生效", ""
    return ("即将到期", "warn") if last - day <= SOON else ("在用", "good")


def suite_word(suite: int) -> str:
    """A signature suite."""
    known = suite in Suite.values()
    return Suite.Name(suite).removeprefix("SUITE_") if known else str(suite)  # type: ignore[arg-type]


class DirectoryPages:
    """The pages of the directory."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._frame.route
        return [
            route("/directory", self.departments),
            route("/directory/officials", self.officials),
            route("/directory/keys", self.keys),
            route("/directory/act/{act}", self.act, ("GET", "POST")),
        ]

    def departments(self, request: Request) -> Response:
        """Departments and their mandates."""
        departments = Departments.of(self._frame.registry(request))
        return self._frame.render(
            request, "departments.html", departments=departments, rows=self._frame.rows(request),
            **self._common(request, "departments"),
        )  # fmt: skip

    def officials(self, request: Request) -> Response:
        """Officials of a department."""
        departments, code = self._department(request)
        found = sorted(self._frame.registry(request).officials(code), key=_by_official)
        shown, last = page_after(found, asked(request, "after", 20))
        return self._frame.render(
            request, "officials.html", departments=departments, code=code, officials=shown, last=last,
            **self._common(request, "officials"),
        )  # fmt: skip

    def keys(self, request: Request) -> Response:
        """Keys of a department; those that end soon first."""
        departments, code = self._department(request)
        day = today()
        found = sorted(
            self._frame.registry(request).list_keys(code),
            key=lambda each: (
                key_state(each, day)[1] != "warn",
                each.HasField("revoked_position"),
                each.enrolment.department,
                each.enrolment.official_id,
            ),
        )
        shown, last = page_after(found, asked(request, "after", 20))
        return self._frame.render(
            request, "keys.html", departments=departments, code=code, keys=shown, last=last,
            state=lambda each: key_state(each, day), suite_word=suite_word,
            **self._common(request, "keys"),
        )  # fmt: skip

    def act(self, request: Request) -> Response:
        """A form of the registrar; posted without fault it becomes an act."""
        form = ACTS.get(request.path_params["act"])
        if form is None or self._frame.official(request).role != "registrar":
            raise PageError(403, "只有登记机关的登记员可以办理。")
        departments, rows = Departments.of(self._frame.registry(request)), self._frame.rows(request)
        fields = prefilled(form.fields(departments, rows), self._known(request, departments))
        answers = Answers.initial(fields)
        if request.method == "POST":
            answers = Answers.read(fields, self._frame.form(request))
        if request.method != "POST" or answers.faults:
            return self._frame.render(
                request,
                "directory_act.html",
                status=400 if answers.faults else 200,
                form=form,
                fields=fields,
                answers=answers,
            )
        body = form.body(departments, answers)
        return self._frame.acts.propose(
            request,
            body,
            title=form.title,
            back="/directory",
            submit="directory",
            shown={"effects": [form.effect]},
            occasion=self._occasion(request, body, departments),
        )

    def _occasion(self, request: Request, body: Message, departments: Departments) -> str:
        """Tells an act from an earlier one that said the same (``occasion_of``)."""
        if isinstance(body, pb.DepartmentRegistration):
            return occasion_of(body, departments.entry(body.code))
        if isinstance(body, (pb.OfficialRegistration, pb.OfficialRevocation)):
            entries = self._frame.registry(request).officials(body.department)
            named = (each for each in entries if each.registration.official_id == body.official_id)
            return occasion_of(body, max(named, key=lambda each: each.position, default=None))
        return ""

    def _known(self, request: Request, departments: Departments) -> dict[str, str]:
        """What a link to a form says beforehand: a department by its number, an official, a key."""
        known = {
            name: asked(request, name, 80)
            for name in ("department", "official_id", "keyid")
            if asked(request, name, 80)
        }
        registered = next(
            (e for e in departments.entries if str(e.position) == known.get("department")), None
        )
        if request.path_params["act"] == "register-department" and "department" in known:
            if registered is None:  # Stated again since the form was opened: it would undo what it never saw.
                raise PageError(409, "这一部门的登记在此期间已经变更, 请从部门一览重新打开。")
            told, mandate = registered.registration, registered.registration.mandate
            known |= {
                "code": told.code, "name": told.name, "kinds": "\n".join(told.kinds),
                "region": mandate.region, "categories": "\n".join(mandate.categories),
                "lists": "\n".join(mandate.lists), "measures": "\n".join(mandate.measures),
                "decides_here": "\n".join(mandate.decides_here),
                "relayed": "\n".join(mandate.relayed_authorities),
            }  # fmt: skip
        return known

    def _department(self, request: Request) -> tuple[Departments, str]:
        departments, official = Departments.of(self._frame.registry(request)), self._frame.official(request)
        number = request.query_params.get("department")
        if number is None:
            return departments, official.department
        return departments, departments.code(number)

    def _common(self, request: Request, tab: str) -> dict[str, Any]:
        return {"tab": tab, "registers": self._frame.official(request).role == "registrar"}


def occasion_of(body: Message, stands: DepartmentEntry | OfficialEntry | None) -> str:
    """The position of what an act changes; empty where there is nothing, or it says what stands already.

    An act is named by what it says, so that a repetition is none. Whoever takes a role back that was given
    meanwhile says what was said before, and it is another act all the same."""
    if stands is None:
        return ""
    revoked = stands.revoked_position if isinstance(stands, OfficialEntry) else 0
    if isinstance(body, pb.OfficialRevocation):
        return str(stands.position)
    return "" if body == stands.registration and not revoked else str(max(stands.position, revoked))


def _by_official(entry: OfficialEntry) -> tuple[bool, str, str]:
    told = entry.registration
    return entry.HasField("revoked_position"), told.department, told.official_id


def page_after(found: Sequence[_Entry], after: str) -> tuple[Sequence[_Entry], str]:
    """The entries behind the one at a position, and the position to go on from; empty at the end."""
    begin = next((index + 1 for index, each in enumerate(found) if str(each.position) == after), 0)
    shown = found[begin : begin + ROWS]
    return shown, str(shown[-1].position) if begin + ROWS < len(found) else ""
