"""What every page of the console shares: who reads, who is who, and by which numbers addresses name things.

Where the registry refuses, the desk shows what it says; nothing is shown as if it were empty.

Departments are named in addresses by the position of their registration and never by a code: what stands in
an address bar is copied, kept in histories and logs.

Example: ``Departments.of(registry).code("12")`` is the department that was registered at position 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1.directory_service_pb2 import DepartmentEntry, OfficialEntry
from registry_client import Registry
from registry_client.instants import today
from registry_web.console.acting import Acts
from registry_web.console.desk import Desk, Endpoint, PageError
from registry_web.console.official import Official
from registry_web.console.pages.catalogue_rows import Catalogue, Rows
from registry_web.console.pages.separation import Reader


@dataclass(frozen=True, slots=True)
class Frame:
    """The desk, the acts and the catalogue, handed to every family of pages."""

    desk: Desk
    acts: Acts
    catalogue: Catalogue = field(default_factory=Catalogue)

    def route(self, path: str, endpoint: Endpoint, methods: Sequence[str] = ("GET",)) -> Route:
        """A page at an address."""
        return self.desk.route(path, endpoint, methods)

    def official(self, request: Request) -> Official:
        """Who reads."""
        return self.desk.official(request)

    def registry(self, request: Request) -> Registry:
        """The registry, asked for the reader."""
        return self.desk.registry(request)

    def form(self, request: Request) -> FormData:
        """What was posted."""
        return self.desk.form(request)

    def render(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        """A page of ``templates/console/``."""
        return self.desk.render(request, f"console/{template}", status=status, **context)

    def rows(self, request: Request) -> Rows:
        """The catalogue in force."""
        return self.catalogue.in_force(self.registry(request), today())

    def require_signer(self, request: Request) -> None:
        """Raises PageError for whoever signs nothing: nobody fills in a form for nothing."""
        if not self.official(request).signs:
            raise PageError(403, "审计人员不办理事项。")

    def reader(self, request: Request, officials: Sequence[OfficialEntry]) -> Reader | None:
        """The reader as the directory has him now; None if he is not in it, or signs nothing."""
        official = self.official(request)
        if not official.signs:
            return None
        for entry in officials:
            told = entry.registration
            same = told.department == official.department and told.official_id == official.official_id
            if same and not entry.HasField("revoked_position"):
                return Reader(
                    told.department, told.official_id, told.name, told.section, frozenset(told.roles)
                )
        return None


def names_of(officials: Sequence[OfficialEntry]) -> dict[str, str]:
    """Names of officials by their staff ids."""
    return {entry.registration.official_id: entry.registration.name for entry in officials}


@dataclass(frozen=True, slots=True)
class Departments:
    """The registered departments: names by code, and the number by which an address names each."""

    entries: tuple[DepartmentEntry, ...]

    @classmethod
    def of(cls, registry: Registry) -> Departments:
        """Those of a registry."""
        return cls(registry.departments())

    def name(self, code: str) -> str:
        """A department's name; its code where it is not registered."""
        return next((e.registration.name for e in self.entries if e.registration.code == code), code)

    def number(self, code: str) -> int:
        """The number of a department; 0 where it is not registered."""
        return next((e.position for e in self.entries if e.registration.code == code), 0)

    def code(self, number: str) -> str:
        """The department of a number; empty without one. Raises PageError."""
        if not number:
            return ""
        found = next((e.registration.code for e in self.entries if str(e.position) == number), None)
        if found is None:
            raise PageError(404, "没有这一部门。")
        return found

    def entry(self, code: str) -> DepartmentEntry | None:
        """A department as it is registered."""
        return next((e for e in self.entries if e.registration.code == code), None)


def asked(request: Request, name: str, longest: int = 400) -> str:
    """A parameter of the address; empty where it is missing or too long."""
    value = request.query_params.get(name, "")
    return value if len(value) <= longest else ""
