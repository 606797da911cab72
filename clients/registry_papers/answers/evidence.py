"""What a receipt proves, what is the registry's signed word, and how to find out (证明范围、说明、核验).

The page itself proves nothing, and says so: what is said here holds if verification says that it does. What
is proven and what is not is told in ``docs/provenance.md``, under what a receipt discloses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from registry.v1 import receipt_pb2
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT
from registry_papers.answers.page_model import (
    Block,
    Checking,
    Facts,
    Heading,
    Item,
    Remark,
    clean,
    facts,
)
from registry_papers.answers.printing import Printing
from registry_papers.answers.reading import Filed
from registry_papers.answers.wording import LEVELS, SHORTFALLS

_NUMBER_DIGITS = 16
_GROUP = 4
UNSIGNED = "本件没有登记系统的签名，不能核验，不能作为证据使用：登记系统没有为这一答复出具回执。"
_SIGNED = (
    "全部内容是登记系统签名的说法，没有附证据。签名核验成立的，登记系统不能否认作过这一答复；"
    "内容本身由登记系统负责，需要证明的，可以另行查询附证明的回执。"
)
_VERDICT_PROVEN = (
    "问题和答复由登记系统的回执密钥签名，登记系统不能否认；",
    "命中的限制所依据的陈述在登记日志之中，由有权部门的密钥签名，登记以后没有改动；",
    "没有任何记录的主体，登记日志中确无其记录；有记录的主体，其记录的条数没有缺少；",
    "由所附证据按目录版本重新判定，结论与答复相同。",
)
_VERDICT_CLAIMED = (
    "查询方是谁，何时答复；",
    "主体的记录中没有出示的陈述与所问的事项无关（出示会披露查询方无权知悉的内容）；",
    "哪些部门应当报送名单，其来源已经接入；没有命中的措施和名单查验过；",
    "主体的名称、现用代码和关联的主体；所问之日没有施行别的目录版本。",
)
_RECORD_PROVEN = (
    "问题和答复由登记系统的回执密钥签名，登记系统不能否认；",
    "出示了内容的各条信息，其陈述在登记日志之中，由有权部门的密钥签名，登记以后没有改动；",
    "主体记录的条数没有缺少。",
)
_RECORD_CLAIMED = (
    "查询方是谁，何时答复；",
    "没有出示的陈述不属于查询方可以查阅的内容；",
    "主体的名称、现用代码和关联的主体；公示和保存期限的计算。",
)
_SAYS_NOT = (
    "本文书不是信用评分、信用评级或者综合评价，不对主体作总体评价：登记系统只登记有权机关依法作出的决定和列入，"
    "每一项限制均列明法律依据和文书（国办发〔2020〕49号）。",
    "本文书只就所问的主体、用途、身份和时点作答，不得用于其他事项。答复以后登记的更正、撤销、修复和解除，"
    "须另行查询才能知道。",
    "对限制所依据的决定不服的，按各项所列的救济途径办理；认为登记有误的，可以向作出机关或者登记系统提出异议；"
    "符合条件的，可以依照《信用修复管理办法》（国家发展改革委令第36号）申请信用修复。",
)
_KEEP_THE_FILE = "请保存本PDF文件，不要只保存打印件：回执在文件的附件之中。"
_FIFTEEN_YEARS = "采购文件至少保存十五年（《政府采购法》第四十二条）。"


def receipt_number(content: bytes) -> str:
    """By what people call a receipt: the beginning of its SHA-256, in groups."""
    digits = sha256(content).hexdigest()[:_NUMBER_DIGITS].upper()
    return "-".join(digits[at : at + _GROUP] for at in range(0, _NUMBER_DIGITS, _GROUP))


def evidence_blocks(filed: Filed) -> Iterator[Block]:
    """What is proven and what is not."""
    yield Heading("证明范围")
    if filed.receipt is None:
        yield Remark("没有。登记系统没有签名，所列内容以向登记系统查询为准。")
        return
    yield facts([("所要求的", _level(filed.answer.asked)), ("所给出的", _level(filed.answer.given))])
    yield from _shortfalls(filed)
    if filed.answer.given != receipt_pb2.EVIDENCE_LEVEL_PROOF:
        yield Remark(_SIGNED)
        return
    is_record = filed.kind in ("record", "certificate")
    yield Item("由附件中的证据证明，可以离线核对的：")
    yield from _numbered(_RECORD_PROVEN if is_record else _VERDICT_PROVEN)
    yield Item("只是登记系统签名的说法，证据不能证明的：")
    yield from _numbered(_RECORD_CLAIMED if is_record else _VERDICT_CLAIMED)
    yield Remark("以上以核验成立为前提。纸面本身不能证明任何事项。")


def notes_blocks(filed: Filed, printing: Printing) -> Iterator[Block]:
    """What the paper does not say; and what he who printed it added."""
    yield Heading("说明")
    is_filed, is_procured = filed.receipt is not None, filed.domain == DOMAIN_PROCUREMENT
    kept = ((_KEEP_THE_FILE, is_filed), (_FIFTEEN_YEARS, is_procured))
    yield from _numbered((*_SAYS_NOT, *(text for text, holds in kept if holds)))
    added = facts([("印制单位", printing.printed_by), ("附注", printing.note)])
    if added.rows:
        yield Item("印制人所加，不属于回执，未经登记系统证明：")
        yield added


def checking_blocks(filed: Filed, printing: Printing, *, whole: bool) -> Iterator[Block]:
    """How the paper is verified."""
    if filed.receipt is None:
        return
    answer = filed.answer
    held = "左侧二维码含有完整的回执，" if whole else "页脚二维码含有回执的摘要，"
    if printing.verify_at:
        scan = f"{held}扫码打开 {printing.verify_at} 核验" + ("。" if whole else "，并提交本文件。")
    else:
        scan = f"{held}由登记系统的核验页面识别。"
    yield Heading("核验")
    yield Checking(
        (
            ("回执编号", receipt_number(filed.content)),
            ("扫码核验", scan),
            ("离线核验", "registryctl verify 本文件 --policy 核验策略，核对回执，并核对页面与回执一致。"),
            ("网页核验", "把本文件提交给登记系统的核验页面；打开前请核对网址属于登记系统。"),
            ("登记日志", clean(answer.origin)),
            ("序号和日志根", f"{answer.position}，{answer.root.hex()}"),
            ("回执 SHA-256", sha256(filed.content).hexdigest()),
        )
    )


def _shortfalls(filed: Filed) -> Iterator[Block]:
    answer = filed.answer
    if not answer.shortfalls:
        return
    yield Item("没有附证明的原因：")
    yield Facts(
        tuple(
            (clean(each.subject.value) or "整个答复", SHORTFALLS.get(each.reason, f"原因{each.reason}"))
            for each in answer.shortfalls
        )
    )


def _level(level: receipt_pb2.EvidenceLevel.ValueType) -> str:
    return LEVELS.get(level, f"级别{level}")


def _numbered(texts: Iterable[str]) -> Iterator[Block]:
    for number, text in enumerate(texts, 1):
        yield Remark(f"{number}. {text}")
