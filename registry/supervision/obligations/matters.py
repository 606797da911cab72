"""What has to be done, by whom and by when: 监管制度的审查、备案、整改.

    rule_review_after_draft     from the draft          合法性审查, of the department that drafted
    rule_filing_after_review    from a lawful review    报机构编制部门备案, of the same
    rule_rectification          by the day of a check   整改, met by a later check that finds nothing

A draft that was found unlawful owes nothing more: what comes next is another draft. Whether a matter has a
rule at all cannot be told from one file, see ``registry.supervision.unfiled``. Nobody is in time by dating a
record back (``FileAct.counted_on``).

Example: ZD-1 was drafted on Monday 2026-11-02, so it is to be reviewed by 2026-11-23 (十五个工作日).
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.files import ACT_NUMBERS
from registry.supervision.duties import Clocks
from registry.supervision.rules import filing_of, review_of
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_RULE

BASIS = "沧州市进一步加强行政审批事中事后监管的实施意见 五(二)"
RECTIFICATION = "rule_rectification"
_CHECK = ACT_NUMBERS["rule_check"]


def obligations(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    """Those of a file; of a matter and of an intermediary there are none."""
    if file.file.kind != FILE_KIND_RULE:
        return
    review = review_of(file)
    made = [_review(file, review, clocks), _filing(file, review, clocks)]
    yield from (each for each in made if each is not None)
    yield from _rectifications(file, clocks)


def _review(file: SupervisionFile, review: FileAct | None, clocks: Clocks) -> Obligation | None:
    return clocks.by_law(
        file,
        "rule_review_after_draft",
        file.acts[0].on,
        whose=file.file.department,
        task="送法制部门合法性审查",
        met_on=review.counted_on if review is not None else "",
    )


def _filing(file: SupervisionFile, review: FileAct | None, clocks: Clocks) -> Obligation | None:
    if review is None or not review.result:
        return None
    filed = filing_of(file)
    return clocks.by_law(
        file,
        "rule_filing_after_review",
        review.on,
        whose=file.file.department,
        task="报机构编制部门备案",
        met_on=filed.counted_on if filed is not None else "",
        cause=review,
    )


def _rectifications(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    checks = [act for act in file.acts if act.act == _CHECK]
    for place, check in enumerate(checks):
        if check.result:
            clean = next((later for later in checks[place + 1 :] if not later.result), None)
            yield clocks.by_act(
                file,
                RECTIFICATION,
                check.until,
                whose=file.file.department,
                task="按检查意见整改监管制度和监管工作",
                start=check.on,
                basis=BASIS,
                met_on=clean.counted_on if clean is not None else "",
                cause=check,
            )
