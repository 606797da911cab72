"""The kind of case that a court's document number names (案件类型代字).

``（年份）法院代字案件类型代字序号号`` (人民法院案件案号的若干规定, 法〔2015〕137号): a court is 最高法, or
a province with at most four digits (冀, 冀09, 冀0902); before 2016 it was one to three characters and the
number had 字第 in it. A kind begins with 刑 (criminal), 民, 行 (administrative), 执 (execution), 赔 or 破.

Of the criminal kinds only those in which judgment is passed (初, 终, 再, 核, 提) say that somebody was
judged; 刑更 changes how a sentence is served, 刑医 orders treatment and is no punishment. How the judgment
went no number says: an acquittal has the same.

Example: （2026）冀09刑初12号 is 刑 and settled, （2026）冀09刑医3号 is 刑 and not settled,
（2025）冀09执801号 is 执, 沧市监罚字〔2026〕12号 is no case.
"""

from __future__ import annotations

import re

from registry.domain.documents import normalise_number

CRIMINAL = "刑"
CASE_KINDS = (CRIMINAL, "民", "行", "执", "赔", "破")

_KIND = f"({'|'.join(CASE_KINDS)})"
_case = re.compile(
    rf"〔[0-9]{{4}}〕(?:最高法|[\u4e00-\u9fff][0-9]{{0,4}}){_KIND}(.?)[^字]{{0,40}}?号"
).finditer
_old_case = re.compile(
    rf"〔[0-9]{{4}}〕[\u4e00-\u9fff]{{1,3}}?{_KIND}(.?).{{0,40}}?字第?[0-9]{{1,12}}号"
).finditer
# Both look ahead a bounded way, so that reading a number takes no longer than it is long.
_any_kind = re.compile(_KIND).search
_JUDGING = frozenset("初终再核提")


def case_kind(number: str) -> tuple[str, bool]:
    """The kind of case that a document number names, "" if none; and whether it is settled that a case of
    this kind was judged."""
    if not _any_kind(number):
        return "", False  # Most documents are no court's, and normalising takes its time.
    normal = normalise_number(number)
    cases = [*_case(normal), *_old_case(normal)]
    if not cases:
        return "", False
    # Where several are cited the criminal one is asked about (刑事附带民事).
    kind, stage = next((case for case in cases if case[1] == CRIMINAL), cases[0]).groups()
    return kind, kind != CRIMINAL or stage in _JUDGING
