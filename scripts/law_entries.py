"""Measures, lists and red lists as a legal reviewer reads them (条目), see ``scripts.law_pages``.

An entry is a heading with the code and what each row of it says, oldest first, label by label; a label
without text is left out. Nothing is said that the edition does not say.

Example: of M-PRO-01 (政府采购法 第七十七条) ``* 期限：1至3年；起算：决定书载明的日期``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry.sanctions.catalogue import words as zh
from registry.sanctions.catalogue.edition import CreditList, Edition, Measure, RedList
from registry.sanctions.catalogue.vocabulary import DOMAINS
from registry.v1 import subject_pb2 as pb
from scripts.law_words import Entry, departments, in_force, joined, months, span, sureness, table, whom

Line = tuple[str, str]

_VERBS = {"decision": "决定", "policy": "陈述", "list": "实施", "statute": "适用"}
_UNBOUNDED = {
    True: "以文书载明的为准，可以终身",
    False: "没有法定期限，至解除或者情形消失为止",
    None: "法律没有规定",
}


def measures(edition: Edition, domain: str) -> Iterator[str]:
    """The measures of a domain: an overview, then the entries."""
    found = sorted(edition.measures_asked(DOMAINS[domain]), key=lambda row: row.code)
    rows = ((r.code, r.name_zh, _term(r), zh.ANSWERS_ZH[r.answer], sureness(r)) for r in found)
    yield from table(("代码", "措施", "期限", "回答", "把握"), rows)
    for row in found:
        yield from _entry((each, _of_measure(each, edition)) for each in edition.measures[row.code])


def lists(edition: Edition, _: str) -> Iterator[str]:
    """The lists: an overview, then the entries."""
    found = [edition.lists[code][-1] for code in sorted(edition.lists)]
    rows = (
        (r.code, _name(r), _term_of_list(r), "、".join(r.triggers), r.max_age_days or "", sureness(r))
        for r in found
    )
    yield from table(("代码", "名单", "期限", "产生的措施", "报送时效(日)", "把握"), rows)
    for row in found:
        yield from _entry((each, _of_list(each, edition)) for each in edition.lists[row.code])


def red_lists(edition: Edition, _: str) -> Iterator[str]:
    """The entries of red lists."""
    for _code, rows in sorted(edition.red_lists.items()):
        yield from _entry((row, _of_red_list(row, edition)) for row in rows)


def _name(row: CreditList) -> str:
    return row.name_zh + (f"（至{row.effective_to}）" if row.effective_to else "")


def _entry(rows: Iterable[tuple[Entry, Iterable[Line]]]) -> Iterator[str]:
    found = list(rows)
    latest = found[-1][0]
    yield from ("", f"### {latest.code} {latest.name_zh}")
    for row, lines in found:
        earlier_name = f"（名为{row.name_zh}）" if row.name_zh != latest.name_zh else ""
        said = [("施行", in_force(row) + earlier_name), *lines, ("把握", sureness(row)), ("须注意", row.note)]
        yield from ("", *(f"* {label}：{text}" for label, text in said if text))


def _of_measure(row: Measure, edition: Edition) -> Iterator[Line]:
    rules, again = edition.rules, row.reoffence
    rights = "减损权益" if row.rights_reducing else "不减损权益"
    national = f"全国清单“{rules.national_classes[row.national_class].name_zh}”" if row.national_class else ""
    yield "性质", joined(f"{zh.EFFECTS_ZH[row.effect]}，{rights}", national)
    yield "产生", _origin(row, edition)
    yield "依据", joined(*row.legal_basis)
    yield _VERBS[row.origin], departments(row.imposing_departments - row.executing_departments, rules)
    yield "执行", departments(row.executing_departments, rules)
    yield "对谁", whom(row.subject_kinds, row.capacities)
    yield "法定情形", joined(*(f"{edition.categories[a.category].name_zh}：{a.text_zh}" for a in row.anchors))
    yield "期限", f"{_term(row)}；起算：{rules.start_anchors[row.start_anchor]}"
    yield "范围", _scope(row, edition) if row.effect != "incentive" else ""
    yield "回答", zh.ANSWERS_ZH[row.answer]
    yield "再次违法", f"{again.consequence}（{again.basis}），只作提示" if again else ""


def _origin(row: Measure, edition: Edition) -> str:
    by_list = f"随名单{'、'.join(row.triggering_lists)}产生" if row.follows_lists else ""
    if row.effect == "incentive":
        red = [code for code, rows in sorted(edition.red_lists.items()) if row.code in rows[-1].measures]
        return joined(f"随守信激励名单{'、'.join(red)}给予" if red else "", "文书也可以单独给予")
    if row.origin != "statute":
        return by_list or (
            "由文书决定产生" if row.origin == "decision" else "管理措施，从不自行产生，须由文书载明"
        )
    if row.anchors:
        return f"依法律规定从记录产生，自所问之日回溯{months(row.window_months or 0)}"
    return joined("依法律规定产生，由文书载明后登记", by_list)


def _term(row: Measure) -> str:
    bounds = span(row.term.min_months, row.term.max_months)
    if row.effect == "incentive":
        return joined("以名单或者文书载明的为准", bounds)
    if row.origin == "list":
        return f"在列期间（{bounds}）" if bounds else "在列期间"
    return bounds + "，或者终身" * bool(row.term.lifetime) if bounds else _UNBOUNDED[row.term.lifetime]


def _scope(row: Measure, edition: Edition) -> str:
    """In which roles it binds, and in what matters."""
    table = edition.rules.roles.items()
    bound = row.roles or {r for r, (kinds, of) in table if kinds & row.subject_kinds or of & row.capacities}
    # A traveller is asked about at the border alone.
    relevant = bound if row.domain == DOMAINS["exit_entry"] else bound - {pb.SUBJECT_ROLE_TRAVELLER}
    named = "、".join(zh.ROLES_ZH[role] for role in sorted(relevant))
    activity = f"活动为{edition.activities[row.activity]}" if row.activity else ""
    compulsory = "只及于依法必须进行招标的项目" if row.compulsory_tender_only else ""
    return joined("不论以何种身份" if bound >= zh.ROLES_ZH.keys() else f"身份为{named}", activity, compulsory)


def _of_list(row: CreditList, edition: Edition) -> Iterator[Line]:
    early = row.early_removal_months
    since = "" if early is None else f"列入满{months(early)}" if early else "随时"
    yield "所有者", row.owner
    yield "列入或转报", departments(row.listing_departments, edition.rules)
    yield "依据", joined(*row.legal_basis)
    yield "情形", row.criteria
    yield "对谁", whom(row.subject_kinds, row.capacities)
    yield "期限", _term_of_list(row)
    yield "提前移出", joined(since, row.early_removal_condition) or "目录没有载明"
    yield "移出", row.removal
    yield "别名", "、".join(row.aliases)
    yield "产生", "、".join(row.triggers) or "本身不产生措施，只显示"
    yield "并行", "、".join(row.related_measures) + "（另行决定，不随列入产生）" * bool(row.related_measures)
    yield "查询领域", "、".join(zh.DOMAINS_ZH[domain] for domain in sorted(row.checked_by))
    yield "报送时效", f"{row.max_age_days}日" if row.max_age_days else "没有设定"
    yield "类别、来源", joined(row.category, row.source)


def _term_of_list(row: CreditList) -> str:
    usual = f"通常{months(row.default_months)}" if row.default_months else ""
    open_ended = "可以没有截止日期" if row.open_ended else ""
    return joined(span(row.min_months, row.max_months), usual, open_ended)


def _of_red_list(row: RedList, edition: Edition) -> Iterator[Line]:
    yield "认定", departments(row.granting_departments, edition.rules)
    yield "依据", joined(*row.legal_basis)
    yield "对谁", whom(row.subject_kinds, ())
    yield "公示", f"不少于{row.publicity_days}个工作日" if row.publicity_days else "认定规则没有公示期"
    yield "期限", span(row.min_months, row.max_months) or "没有固定期限"
    yield "给予", "、".join(row.measures)
    yield "移出", row.removal
