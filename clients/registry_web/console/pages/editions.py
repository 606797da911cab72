"""Editions of the catalogue (目录版本): the list, one, the difference between two, simulation, three acts.

    /catalogue                    editions with who drafted, reviewed, adopted
    /catalogue/at/{edition}       one, by its hash
    /catalogue/compare            what changes, in words
    /catalogue/upload             a zip archive, checked; from there to difference, simulation and draft
    /catalogue/simulations/{run}  a simulation under way

An uploaded edition is kept in memory for whoever uploaded it, under a random name. Drafting, reviewing and
adopting are the operator's, each by another official (审监分离); the page shows who did what.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from threading import Lock

from google.protobuf.message import Message
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry.v1 import catalogue_service_pb2 as pb
from registry.v1 import statement_pb2 as statement
from registry_client.catalogue import named
from registry_client.edition_files import as_messages
from registry_client.instants import today
from registry_web.console.desk import PageError
from registry_web.console.pages.catalogue_rows import MeasureRow, read_rows
from registry_web.console.pages.edition_archive import ArchiveError, EditionArchive, read_archive
from registry_web.console.pages.forms import Answers, Field
from registry_web.console.pages.framing import Frame, asked, names_of
from registry_web.console.pages.simulations import SAMPLE, BusyError, Run, Simulations

KEPT = 12
_ROLE_OF = {
    "draft": statement.OFFICIAL_ROLE_SUBMITTER,
    "review": statement.OFFICIAL_ROLE_LEGAL_REVIEWER,
    "adopt": statement.OFFICIAL_ROLE_APPROVER,
}
_REASON = [Field("reason", "起草理由", "area", hint="为何修订: 新法施行、清单更新等, 附文号。")]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An edition that was uploaded, and what checking it said."""

    owner: str
    archive: EditionArchive
    checked: pb.CheckEditionResponse


class Uploads:
    """The last editions that were uploaded."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Uploaded] = OrderedDict()
        self._lock = Lock()

    def keep(self, uploaded: Uploaded) -> str:
        """Keeps one; answers its name."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[name] = uploaded
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return name

    def of(self, name: str, owner: str) -> Uploaded | None:
        """One, for whoever uploaded it."""
        with self._lock:
            found = self._kept.get(name)
        return found if found is not None and found.owner == owner else None


class EditionPages:
    """The pages of the catalogue."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._uploads, self._simulations = Uploads(), Simulations()

    def routes(self) -> list[Route]:
        """Where they are."""
        route, both = self._frame.route, ("GET", "POST")
        return [
            route("/catalogue", self.list),
            route("/catalogue/at/{edition}", self.one, both),
            route("/catalogue/compare", self.compare),
            route("/catalogue/upload", self.upload, both),
            route("/catalogue/upload/{name}", self.uploaded, both),
            route("/catalogue/simulate", self.simulate, ("POST",)),
            route("/catalogue/simulations/{run}", self.simulation, both),
        ]

    def list(self, request: Request) -> Response:
        """Every edition, the newest first."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        current = registry.catalogue.get().entry
        return self._frame.render(
            request,
            "editions.html",
            editions=registry.catalogue.editions()[::-1][:200],
            current=current,
            operates=official.role == "registrar",
            runs=self._simulations.of_owner(_owner(official.account)),
        )

    def one(self, request: Request) -> Response:
        """One edition; posted: its review or adoption becomes an act."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        response = registry.catalogue.get(request.path_params["edition"])
        entry = response.entry
        kind, fields = _next_act(entry)
        answers = Answers.initial(fields)
        if request.method == "POST" and kind:
            answers = Answers.read(fields, self._frame.form(request))
            if not answers.faults:
                title = "合法性审查" if kind == "review" else "批准施行"
                return self._act(request, _body(kind, entry, answers), title, entry)
        officials = registry.officials(official.department) if official.department else ()
        reader = self._frame.reader(request, officials)
        acted = {entry.drafted_by, entry.reviewed_by, entry.adopted_by} - {""}
        return self._frame.render(
            request,
            "edition.html",
            status=400 if answers.faults else 200,
            entry=entry,
            files=response.files,
            measures=_by_domain(response),
            kind=kind,
            fields=fields,
            answers=answers,
            names=names_of(officials),
            operates=official.role == "registrar",
            may=reader is not None
            and _ROLE_OF.get(kind, 0) in reader.roles
            and reader.official_id not in acted,
            acted=reader is not None and reader.official_id in acted,
        )

    def compare(self, request: Request) -> Response:
        """What changes from one edition to another."""
        registry = self._frame.registry(request)
        before, after = asked(request, "before", 80), asked(request, "after", 80)
        changes: tuple[pb.EditionChange, ...] = ()
        if after:
            changes = registry.catalogue.diff(named(after), before=named(before) if before else None)
        return self._frame.render(
            request,
            "edition_diff.html",
            editions=registry.catalogue.editions()[::-1][:200],
            before=before,
            after=after,
            groups=grouped(changes),
            count=len(changes),
        )

    def upload(self, request: Request) -> Response:
        """A zip archive of an edition, checked."""
        faults: tuple[str, ...] = ()
        if request.method == "POST":
            given = self._frame.form(request).get("archive")
            try:
                if not isinstance(given, UploadFile) or not given.filename:
                    raise ArchiveError("没有选择文件")
                with given.file as file:
                    archive = read_archive(file)
                checked = self._frame.registry(request).catalogue.check(
                    archive.source(), cases=archive.case_files()
                )
                owner = _owner(self._frame.official(request).account)
                name = self._uploads.keep(Uploaded(owner, archive, checked))
                return RedirectResponse(f"/catalogue/upload/{name}", 303)
            except ArchiveError as error:
                faults = (str(error),)
        return self._frame.render(
            request, "edition_upload.html", status=400 if faults else 200, faults=faults
        )

    def uploaded(self, request: Request) -> Response:
        """What an uploaded edition is and changes; posted: its draft becomes an act."""
        uploaded = self._uploaded(request)
        official = self._frame.official(request)
        answers = Answers.initial(_REASON)
        registry = self._frame.registry(request)
        if request.method == "POST":
            answers = Answers.read(_REASON, self._frame.form(request))
            if not answers.faults and not uploaded.checked.faults:
                body = self._draft(request, uploaded, answers["reason"])
                return self._act(request, body, "起草目录版本", None)
        changes = () if uploaded.checked.faults else registry.catalogue.diff(uploaded.archive.source())
        return self._frame.render(
            request,
            "edition_uploaded.html",
            status=400 if answers.faults else 200,
            checked=uploaded.checked,
            archive=uploaded.archive,
            name=request.path_params["name"],
            groups=grouped(changes),
            count=len(changes),
            fields=_REASON,
            answers=answers,
            operates=official.role == "registrar",
        )

    def _draft(self, request: Request, uploaded: Uploaded, reason: str) -> statement.EditionDraft:
        """The draft of an uploaded edition, with the files that it takes over from its base."""
        files = dict(uploaded.archive.files)
        if uploaded.archive.base:
            base = self._frame.registry(request).catalogue.get(uploaded.archive.base)
            files = {file.name: file.content for file in base.files} | files
        return statement.EditionDraft(
            files=as_messages(files),
            edition=uploaded.checked.edition,
            label=uploaded.checked.label,
            reason=reason,
        )

    def _act(self, request: Request, body: Message, title: str, entry: pb.EditionEntry | None) -> Response:
        steps = []
        if entry is not None:
            acted = (("起草", entry.drafted_by), ("审查", entry.reviewed_by))
            steps = [(word, number, "") for word, number in acted if number]
        back = f"/catalogue/at/{entry.edition}" if entry is not None else "/catalogue"
        label = entry.label if entry is not None else getattr(body, "label", "")
        shown = {"版本": label, "steps": tuple(steps)}
        return self._frame.acts.propose(
            request, body, title=title, back=back, submit="catalogue", shown=shown
        )

    def _uploaded(self, request: Request) -> Uploaded:
        owner = _owner(self._frame.official(request).account)
        found = self._uploads.of(request.path_params["name"], owner)
        if found is None:
            raise PageError(404, "上传的版本已不在, 请重新上传。")
        return found

    def simulate(self, request: Request) -> Response:
        """Begins a simulation of an edition of the registry or of an uploaded one."""
        form = self._frame.form(request)
        official, registry = self._frame.official(request), self._frame.registry(request)
        if official.role != "registrar":
            raise PageError(403, "只有登记机关可以试算。")
        owner = _owner(official.account)
        uploaded, edition = str(form.get("uploaded", "")), str(form.get("edition", ""))[:80]
        if uploaded:
            found = self._uploads.of(uploaded, owner)
            if found is None:
                raise PageError(404, "上传的版本已不在, 请重新上传。")
            source, label = found.archive.source(), found.checked.label
        else:
            source, label = named(edition), str(form.get("label", edition))[:80]

        def parts(after: str) -> Iterator[pb.SimulateResponse]:
            return registry.catalogue.simulate(source, after=after, sample=SAMPLE)

        try:
            run = self._simulations.begin(owner, label, parts)
        except BusyError:
            raise PageError(503, "正在进行的试算较多, 请稍后再试。") from None
        return RedirectResponse(f"/catalogue/simulations/{run}", 303)

    def simulation(self, request: Request) -> Response:
        """A simulation under way, or its result; posted: it is stopped."""
        owner = _owner(self._frame.official(request).account)
        run = self._simulations.of(request.path_params["run"], owner)
        if run is None:
            raise PageError(404, "没有这一次试算, 或者管理台已重新启动。")
        if request.method == "POST":
            run.stopped = True
            return RedirectResponse(request.url.path, 303)
        return self._frame.render(request, "simulation.html", run=run, domains=_domains(run))


def _domains(run: Run) -> list[tuple[int, list[int]]]:
    return sorted(run.counts.items())


def _owner(account: int) -> str:
    return str(account)


def grouped(changes: tuple[pb.EditionChange, ...]) -> list[tuple[str, list[pb.EditionChange]]]:
    """Changes by section of the catalogue, in the order in which they came."""
    order = list(dict.fromkeys(each.section for each in changes))
    held = sorted(changes, key=lambda each: order.index(each.section))
    return [(section, list(some)) for section, some in groupby(held, key=lambda each: each.section)]


def _by_domain(response: pb.GetEditionResponse) -> list[tuple[int, list[MeasureRow]]]:
    """The measures of an edition that hold today, by domain."""
    rows = sorted(read_rows(response, today()).measures.values(), key=lambda row: (row.domain, row.code))
    return [(domain, list(some)) for domain, some in groupby(rows, key=lambda row: row.domain)]


def _next_act(entry: pb.EditionEntry) -> tuple[str, list[Field]]:
    """What an edition waits for: its review or its adoption."""
    day = today().isoformat()
    if entry.state == pb.EDITION_STATE_DRAFTED:
        choices = {"yes": "合法, 可以报请批准", "no": "不合法"}
        return "review", [
            Field("lawful", "审查结论", "radio", choices=choices),
            Field("opinion", "审查意见", "area"),
        ]
    if entry.state == pb.EDITION_STATE_REVIEWED:
        return "adopt", [
            Field("in_force_from", "施行日期", "day", value=day),
            Field("filing_number", "备案号"),
            Field("filed_on", "备案日期", "day", value=day),
        ]
    return "", []


def _body(kind: str, entry: pb.EditionEntry, answers: Answers) -> Message:
    if kind == "review":
        return statement.EditionReview(
            edition=entry.edition, lawful=answers.flag("lawful"), opinion=answers["opinion"]
        )
    return statement.EditionAdoption(
        edition=entry.edition,
        label=entry.label,
        in_force_from=answers["in_force_from"],
        filing_number=answers["filing_number"],
        filed_on=answers["filed_on"],
    )
