"""Reading the catalogue of matters and the intermediaries (查阅审批事项、涉审中介): everybody may.

Who approves what, who supervises it and by which rule is what an applicant has to be able to look up (行政许
可法第三十条; 优化营商环境条例 第四十条). Shown is what was last stated for the day asked about; who signed it
is not.

Example: on 2026-06-30 the matter SP-1 is shown as retained, on 2026-07-01 as delegated, with the name of the
county bureau that took it over and of who supervises that.
"""

from __future__ import annotations

from datetime import date

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.supervision.file_pages import FilePages, Listing
from registry.store.interface import FileFilter
from registry.supervision.matters import applying, in_force
from registry.supervision.rules import filing_of, governing
from registry.v1 import matter_service_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_INTERMEDIARY, FILE_KIND_MATTER, FILE_KIND_RULE

ALL = 2**63 - 1


class Matters:
    """Reads matters and intermediaries as of now."""

    def __init__(self, ask: Ask) -> None:
        self._store = ask.state.store
        self._pages = FilePages(ask)

    def page(
        self, caller: Caller, request: pb.ListMattersRequest, on: date | None
    ) -> tuple[list[pb.MatterEntry], str]:
        """Matters, the one that came last first, and the token of the next page. Raises RegistryError."""
        kind, rules = request.kind, _Rules(self)

        def entry(file: SupervisionFile, day: date) -> pb.MatterEntry | None:
            act = applying(file, day) or file.acts[0]
            running = in_force(file, day)
            if not (running or request.with_ended) or request.number not in ("", file.file.number):
                return None
            return self._matter(file, day, rules) if kind in (0, act.result) else None

        filters = (
            "matters", caller.uri, request.department, str(kind), request.on, str(request.with_ended),
            request.number,
        )  # fmt: skip
        listing = Listing(filters, request.page_token, request.page_size, on)
        return self._pages.page(
            listing, FileFilter((FILE_KIND_MATTER,), department=request.department), entry
        )

    def _matter(self, file: SupervisionFile, day: date, rules: _Rules) -> pb.MatterEntry:
        act = applying(file, day) or file.acts[0]
        matter, name = self._pages.texts(act.position).matter, self._pages.name
        shown = pb.MatterEntry(
            department=file.file.department,
            department_name=name(file.file.department),
            matter=matter,
            position=act.position,
            in_force=in_force(file, day),
            taken_over_by_name=name(matter.taken_over_by),
            taker_supervised_by_name=name(matter.taker_supervised_by),
            still_watched_by_name=name(matter.still_watched_by),
        )
        rule = governing(file, rules.of(file.file.department), day)
        filed = filing_of(rule) if rule is not None else None
        if rule is not None and filed is not None:
            shown.rule.CopyFrom(rule.file)
            shown.filing_number, shown.filed_on = filed.filing_number, filed.on
        return shown

    def rules_of(self, department: str) -> list[SupervisionFile]:
        """The files of a department's rules."""
        return self._store.files_before(None, ALL, FileFilter((FILE_KIND_RULE,), department=department))

    def intermediaries(
        self, caller: Caller, request: pb.ListIntermediariesRequest, on: date | None
    ) -> tuple[list[pb.IntermediaryEntry], str]:
        """Intermediaries, the one that came last first, and the token of the next page. Raises
        RegistryError."""

        def entry(file: SupervisionFile, day: date) -> pb.IntermediaryEntry | None:
            if request.matter and request.matter not in file.matters:
                return None
            if request.overdue_only and not _overdue(applying(file, day) or file.acts[0], day):
                return None  # Before its texts are opened.
            made = self._intermediary(file, day)
            return made if made.in_force or request.with_ended else None

        filters = (
            "intermediaries", caller.uri, request.department, request.matter, request.on,
            str(request.overdue_only), str(request.with_ended),
        )  # fmt: skip
        listing = Listing(filters, request.page_token, request.page_size, on)
        wanted = FileFilter((FILE_KIND_INTERMEDIARY,), department=request.department)
        return self._pages.page(listing, wanted, entry)

    def _intermediary(self, file: SupervisionFile, day: date) -> pb.IntermediaryEntry:
        act, on = applying(file, day) or file.acts[0], day.isoformat()
        stated = self._pages.texts(act.position).intermediary
        return pb.IntermediaryEntry(
            department=file.file.department,
            department_name=self._pages.name(file.file.department),
            intermediary=stated,
            position=act.position,
            in_force=stated.effective_from <= on and not (stated.ended_on and stated.ended_on <= on),
            qualification_overdue=_overdue(act, day),
        )


def _overdue(act: FileAct, day: date) -> bool:
    """Whether the last day of a qualification has passed."""
    return bool(act.until) and act.until < day.isoformat()


class _Rules:
    """The rules of the departments met on a page, each department's read once."""

    def __init__(self, matters: Matters) -> None:
        self._matters = matters
        self._found: dict[str, list[SupervisionFile]] = {}

    def of(self, department: str) -> list[SupervisionFile]:
        """Those of a department."""
        if department not in self._found:
            self._found[department] = self._matters.rules_of(department)
        return self._found[department]
