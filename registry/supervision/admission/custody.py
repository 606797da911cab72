"""身份保管人和开启: a custodian's key, and the opening of what was sealed to two of them.

* An official states his own key, signs it, and proves that he holds it. The same number again only shortens
  or lengthens its window, or withdraws it; withdrawn it stays, under whatever number. One person has one key
  at a time, a department seven at most, for each pair of them has a share.
* An opening is signed by two persons whose keys the complaint can have been sealed to: stated and in force on
  a day between the receipt of the complaint and its record, not withdrawn since.

Example: whoever became custodian in June cannot agree to the opening of a complaint recorded in May; nor does
his key open it.
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.domain.names import comparable
from registry.provenance.custodian_proof import is_proven
from registry.provenance.sealed_form import MOST
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.custodians import Custodian, custodians_of
from registry.supervision.traces import untraceable
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile

MAX_YEARS = 5


def custodians(acting: Acting) -> list[Custodian]:
    """The custodians of the department that acts."""
    files = acting.ledger.files_of(pb.FILE_KIND_CUSTODIAN, acting.code)
    return custodians_of(files, acting.ledger.act, acting.ledger.directory)


def custodian_key(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes what is wrong with a custodian's key."""
    act, path = statement.supervision.custodian_key, "supervision.custodian_key"
    before = parts.opens(found, statement, acting, "保管人编号")
    signer = acting.officials[0].registration
    if act.official_id != signer.official_id:
        message = "身份保管人的公钥只能由本人声明并以本人密钥签名。"
        found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, f"{path}.official_id", message)
    first = found.day(f"{path}.valid_from", act.valid_from, "生效日期")
    last = found.day(f"{path}.valid_until", act.valid_until, "截止日期")
    parts.in_order(found, f"{path}.valid_until", first, last, ("生效日期", "截止日期"))
    if first and last and last.year - first.year > MAX_YEARS:
        message = f"有效期不超过{MAX_YEARS}年。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.valid_until", message)
    whom = {"origin": statement.origin, "department": statement.department, "official_id": act.official_id}
    if not is_proven(act.public_key, act.proof, **whom):
        message = "公钥不可用, 或者不能证明由本人持有。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.proof", message)
    if before is not None:
        _check_restated(found, path, act, before, acting)
    if first and last and not act.withdrawn:
        _check_others(found, path, act, (first, last), acting)
        if not acting.again:
            _check_never_withdrawn(found, path, act, acting)


def _check_restated(
    found: Findings, path: str, act: pb.CustodianKey, before: SupervisionFile, acting: Acting
) -> None:
    held = acting.ledger.act(before.acts[-1].position).supervision.custodian_key
    if (held.official_id, held.public_key) != (act.official_id, act.public_key):
        message = "这一编号属于另一把公钥; 新的公钥请用新的编号。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.public_key", message)
    run_out = act.valid_until < acting.day.isoformat() and not act.withdrawn
    if held.valid_from != act.valid_from or run_out:
        # Otherwise what was sealed to the key already could be opened by nobody.
        message = "重新声明时生效日期不变, 截止日期不早于今天; 不再使用的请撤销。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.valid_until", message)
    if held.withdrawn:
        message = "这把公钥已经撤销, 不能恢复。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, f"{path}.number", message)


def _check_others(
    found: Findings, path: str, act: pb.CustodianKey, window: tuple[date, date], acting: Acting
) -> None:
    """Notes that the key is another's, that the person has one, or that there are too many at once."""
    person = comparable(acting.officials[0].registration.name)
    others = [each for each in custodians(acting) if each.number != act.number]
    meanwhile = [e for e in others if e.valid_from <= window[1] and window[0] <= e.valid_until]
    if any(each.public_key == act.public_key for each in others):
        message = "这把公钥已经登记。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.public_key", message)
    if any(person == each.person for each in meanwhile):
        message = "同一人在这段时间已有一把公钥; 请先撤销, 或者缩短其有效期。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.valid_from", message)
    if len(meanwhile) >= MOST:
        message = f"一个部门同时至多有{MOST}名身份保管人。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, message)


def _check_never_withdrawn(found: Findings, path: str, act: pb.CustodianKey, acting: Acting) -> None:
    """Notes a key that was withdrawn under another number: who has stolen it would open what comes next, and
    what came before, too; a log that has it keeps it."""
    for file in acting.ledger.files_of(pb.FILE_KIND_CUSTODIAN, acting.code):
        last = file.acts[-1]
        if not last.result or file.file.number == act.number:
            continue
        if acting.ledger.act(last.position).supervision.custodian_key.public_key == act.public_key:
            message = f"这把公钥已在编号{file.file.number}下撤销, 不能恢复; 请另用新的密钥。"
            found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, f"{path}.public_key", message)


def identity_opening(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes what is wrong with an opening that two officials have signed."""
    act, path = statement.supervision.identity_opening, "supervision.identity_opening"
    untraceable(found, f"{path}.reason", act.reason, "开启理由", longest=500, required=True)
    parts.articles(found, f"{path}.legal_basis", act.legal_basis)
    file = parts.carried_on(found, statement, acting, pb.FILE_KIND_COMPLAINT)
    if file is None:
        return
    parts.own(found, f"{path}.file", file.file, acting)
    parts.came(found, f"{path}.on", act.on, "开启日期", acting.day, since=file.acts[0].on)
    _check_consent(found, file, acting)


def _check_consent(found: Findings, file: SupervisionFile, acting: Acting) -> None:
    """Notes a signer to whose key the complaint cannot have been sealed."""
    complaint = file.acts[0]
    window = date.fromisoformat(complaint.on), date.fromisoformat(complaint.received_on)
    able = {each.official_id for each in custodians(acting) if each.covers(*window)}
    for place, official in enumerate(acting.officials):
        if official.registration.official_id not in able:
            message = "签名人不是接收这一投诉举报时的身份保管人, 或者其公钥已撤销。"
            field = f"signatures[{place}].keyid"
            found.add(reasons.ERROR_REASON_CUSTODIAN_REQUIRED, field, message)
