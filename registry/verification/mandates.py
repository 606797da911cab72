"""Whether departments might state what they stated (职责): by the registrations that a receipt shows.

A department's registration, signed by the registrar, names the categories, lists and measures of its mandate.
The one that counts is the last before the statement, by log order. Where the department's chain ``D:<code>``
is shown whole, with every registration in it, that is proven; else that no other came in between is the
registry's word. So it is for a department of which no registration is shown, as in older receipts.

Example: 财政, registered at 3 with E-51 and M-PRO-01, bans a firm at 40: OK. A ban by M-BID-01, which is not
in its mandate: FAILED.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registry.provenance.leaf import LeafType
from registry.sanctions.said import stated_event
from registry.v1 import statement_pb2 as pb
from registry.verification.chains import Chain
from registry.verification.report import FailedError, Report
from registry.verification.statements import Evidence, Shown


def check_mandates(evidence: Evidence, chains: Mapping[str, Chain], report: Report) -> None:
    """Notes for each department what is shown of its mandate. Raises FailedError for a statement beyond
    it."""
    stated: dict[str, list[Shown]] = {}
    for shown in evidence.statements.values():
        if shown.about_subject:
            stated.setdefault(shown.statement.department, []).append(shown)
    for code in sorted(stated):
        registered = list(_registrations(code, evidence))
        for shown in stated[code]:
            _check(shown, [entry for at, entry in registered if at < shown.position])
        _tell(code, stated[code], registered, chains, report)


def _registrations(code: str, evidence: Evidence) -> Iterator[tuple[int, pb.DepartmentRegistration]]:
    """Every registration of a department that is shown, in log order."""
    for position, shown in sorted(evidence.statements.items()):
        of_genesis = shown.body == "genesis"
        entry = shown.statement.genesis.operator if of_genesis else shown.statement.department_registration
        if (of_genesis or shown.body == "department_registration") and entry.code == code:
            yield position, entry


def _check(shown: Shown, registered: list[pb.DepartmentRegistration]) -> None:
    if not registered:
        return
    mandate, wanted = registered[-1].mandate, _wanted(shown.statement)
    for word, codes, allowed in zip(
        ("类别", "名单", "措施"), wanted, (mandate.categories, mandate.lists, mandate.measures), strict=True
    ):
        for code in sorted(codes - set(allowed)):
            raise FailedError(f"序号{shown.position}的{word}{code}不在作出陈述的部门的职责内")


def _wanted(statement: pb.Statement) -> tuple[set[str], set[str], set[str]]:
    """Categories, lists and measures that a statement is about."""
    body = statement.WhichOneof("body")
    if body == "red_list_candidacy":
        return set(), {statement.red_list_candidacy.list_code}, set()
    event = stated_event(statement)
    if event is None:
        return set(), set(), set()
    measures = {each.measure_code for each in event.measures}
    return {event.category}, {event.list_code} - {""}, measures


def _tell(
    code: str,
    stated: list[Shown],
    registered: list[tuple[int, pb.DepartmentRegistration]],
    chains: Mapping[str, Chain],
    report: Report,
) -> None:
    first = min(shown.position for shown in stated)
    if not registered or registered[0][0] > first:
        report.claimed("mandate", f"部门 {code} 的登记没有出示: 其职责和类别是登记系统签名的说法")
        return
    places = "、".join(str(at) for at, _ in registered)
    told = f"部门 {code} 由序号{places}登记, {len(stated)}份陈述都在其职责内(类别、名单、措施)"
    report.passed("mandate", told)
    if not _is_whole(chains.get(f"D:{code}"), dict(registered)):
        report.claimed("mandate", f"部门 {code} 的登记其间没有变更, 是登记系统签名的说法: 部门的链没有出示")


def _is_whole(chain: Chain | None, registered: Mapping[int, pb.DepartmentRegistration]) -> bool:
    """Whether the chain is shown, and every registration in it."""
    if chain is None:
        return False
    entries = [each for each in chain.known if each.leaf.type is LeafType.DIRECTORY]
    return all(each.position in registered for each in entries)
