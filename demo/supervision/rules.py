"""First chapter: an approval matter, its rule drafted, reviewed and filed; without it no result is taken."""

from __future__ import annotations

from datetime import date

from demo.showing import say
from demo.supervision.cast import FILER, LAWYER, MARKET, MATTER, PLANNER
from demo.supervision.stage import Stage
from registry.v1.supervision_pb2 import (
    FILE_KIND_RULE,
    MATTER_KIND_RETAINED,
    ApprovalMatter,
    FileReference,
    RuleFiling,
    RuleReview,
    SupervisionRule,
)

RULE = FileReference(kind=FILE_KIND_RULE, department=MARKET.office.code, number="GZ-2026-01")
_TEXT = "塔式起重机使用登记事中事后监管办法(示例)\n第一条 使用单位应当与登记一致。\n"


def file_the_rule(stage: Stage) -> None:
    """Drafted by the department, reviewed by another office, filed by a third."""
    stage.go_to(date(2026, 3, 3))
    stage.act(PLANNER, matter=_matter())
    say("2026-03-03 市场监管局登记审批事项: 许可科审批, 特种设备监管科监管(审监分离)")
    stage.go_to(date(2026, 3, 4))
    store = stage.registry(MARKET).supervision.evidence
    text = store.upload_bytes(_TEXT.encode(), RULE, media_type="text/plain", title="监管办法全文")
    stage.act(
        PLANNER,
        rule=SupervisionRule(
            number=RULE.number,
            title="塔式起重机使用登记事中事后监管办法",
            matters=[MATTER],
            object="办理使用登记的施工单位",
            content="登记事项与现场是否一致, 作业人员资格",
            manner="双随机抽查, 实地核查",
            measures="责令改正; 违法的依法处罚; 超出职责的告知有关机关",
            legal_basis=["特种设备安全法 第五十七条"],
            text=text,
            drafted_on="2026-03-04",
        ),
    )
    stage.go_to(date(2026, 3, 11))
    review = RuleReview(file=RULE, lawful=True, opinion="监管对象、内容、方式和措施均有依据", on="2026-03-11")
    stage.act(LAWYER, rule_review=review)
    stage.go_to(date(2026, 3, 18))
    stage.act(
        FILER, rule_filing=RuleFiling(file=RULE, filing_number="沧示编备〔2026〕7号", filed_on="2026-03-18")
    )
    say("2026-03-04 起草监管制度 → 03-11 司法局合法性审查 → 03-18 编办备案 沧示编备〔2026〕7号")


def _matter() -> ApprovalMatter:
    return ApprovalMatter(
        number=MATTER,
        name="塔式起重机使用登记",
        kind=MATTER_KIND_RETAINED,
        approving_section="许可科",
        supervising_section="特种设备监管科",
        legal_basis=["特种设备安全法 第三十三条"],
        effective_from="2026-03-01",
    )
