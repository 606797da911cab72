"""Reading rules of supervision, as far as a caller may (查阅监管制度).

A filed rule is everybody's to read: it says how somebody is supervised. A draft, the reviewer's opinion and
what checks found are for the department that drafted it, for who reviews (法制部门), files (机构编制部门) or
oversees.

Example: ZD-2 is drafted for SP-1, which ZD-1 governs. To the public there is ZD-1 alone until ZD-2 is filed;
from then on both are listed, and only ZD-2 governs SP-1.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.bans import OVERSEEING
from registry.commands.supervision.file_pages import FilePages, Listing
from registry.domain.files import ACT_NUMBERS, FileKey, file_key
from registry.store.interface import FileFilter
from registry.supervision.matters import in_force
from registry.supervision.rules import covers, filing_of, governing, review_of
from registry.v1 import matter_service_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_MATTER, FILE_KIND_RULE

ALL = 2**63 - 1
READING_DRAFTS = frozenset({"justice", "establishment", "oversight", "discipline"})
"""Kinds of departments that read everybody's drafts."""
_CHECK = ACT_NUMBERS["rule_check"]


class Rules:
    """Reads rules as of now."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state = ask, ask.state
        self._pages = FilePages(ask)

    def page(
        self, caller: Caller, request: pb.ListRulesRequest, on: date | None
    ) -> tuple[list[pb.RuleEntry], str]:
        """Rules, the one drafted last first, and the token of the next page. Raises RegistryError."""
        reads_all = self._reads_drafts(caller)
        of_department = _Covered(self)

        def entry(file: SupervisionFile, day: date) -> pb.RuleEntry | None:
            whole = reads_all or _is_of(caller, file.file.department)
            state = state_of(file)
            if (state != pb.RULE_STATE_FILED and not whole) or request.state not in (0, state):
                return None
            of_department.read(file.file.department, day)
            if request.matter and not of_department.covers(file, request.matter):
                return None
            return self._rule(file, whole, of_department.governed(file))

        filters = (
            "rules", caller.uri, request.department, request.matter, str(request.state), request.on,
        )  # fmt: skip
        listing = Listing(filters, request.page_token, request.page_size, on)
        return self._pages.page(listing, FileFilter((FILE_KIND_RULE,), department=request.department), entry)

    def _reads_drafts(self, caller: Caller) -> bool:
        if caller.role in OVERSEEING:
            return True
        department = self._state.directory.department(caller.name)
        known = department is not None and caller.role is CallerRole.DEPARTMENT
        return known and department is not None and bool(department.kinds & READING_DRAFTS)

    def files_of(self, kind: int, department: str) -> list[SupervisionFile]:
        """The files of a kind that a department opened, in the order of opening."""
        found = self._state.store.files_before(None, ALL, FileFilter((kind,), department=department))
        return found[::-1]

    def _rule(self, file: SupervisionFile, whole: bool, governs: list[str]) -> pb.RuleEntry:
        shown = pb.RuleEntry(
            file=file.file,
            department_name=self._pages.name(file.file.department),
            rule=self._pages.texts(file.acts[0].position).rule,
            state=state_of(file),
            governs=governs,
            position=file.acts[0].position,
        )
        review, filed = review_of(file), filing_of(file)
        if review is not None:
            shown.reviewed_on = review.on
            shown.opinion = self._pages.texts(review.position).rule_review.opinion if whole else ""
        if filed is not None:
            shown.filing_number, shown.filed_on = filed.filing_number, filed.on
        checks = [act for act in file.acts if act.act == _CHECK and whole]
        shown.checks.extend(self._pages.texts(act.position).rule_check for act in checks)
        return shown


def state_of(file: SupervisionFile) -> pb.RuleState.ValueType:
    """Where a rule stands."""
    if filing_of(file) is not None:
        return pb.RULE_STATE_FILED
    review = review_of(file)
    if review is None:
        return pb.RULE_STATE_DRAFTED
    return pb.RULE_STATE_REVIEWED if review.result else pb.RULE_STATE_UNLAWFUL


def _is_of(caller: Caller, department: str) -> bool:
    return caller.role in (CallerRole.DEPARTMENT, CallerRole.REGISTRAR) and caller.name == department


class _Covered:
    """The matters of the departments met on a page, and which rule governs each: worked out once."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._matters: dict[str, list[SupervisionFile]] = {}
        self._governed: dict[FileKey, list[str]] = defaultdict(list)

    def read(self, department: str, day: date) -> None:
        """Reads what a department has, unless it was met before."""
        if department in self._matters:
            return
        self._matters[department] = self._rules.files_of(FILE_KIND_MATTER, department)
        rules = self._rules.files_of(FILE_KIND_RULE, department)
        for matter in self._matters[department]:
            by = governing(matter, rules, day) if in_force(matter, day) else None
            if by is not None:
                self._governed[file_key(by.file)].append(matter.file.number)

    def covers(self, rule: SupervisionFile, number: str) -> bool:
        """Whether a rule was made for a matter."""
        matters = self._matters[rule.file.department]
        return any(each.file.number == number and covers(rule, each) for each in matters)

    def governed(self, rule: SupervisionFile) -> list[str]:
        """Numbers of the matters in force that a rule governs on the day."""
        return self._governed.get(file_key(rule.file), [])
