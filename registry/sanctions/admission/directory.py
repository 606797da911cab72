"""Checks of statements about the directory: departments, officials and keys.

A mandate may not go beyond the law: a department is granted only measures that its kind may impose
and lists that its kind may keep, by the catalogue. A key enters with proof of possession (a second
signature by the key itself, verified before; here it is demanded), and the last key that can change
the directory cannot be revoked, for then nobody could.
"""

from __future__ import annotations

import re
from datetime import date

from registry.domain.departments import Key
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.domain.quoting import names_a_person, quoted, quoted_code
from registry.domain.scopes import region_fault
from registry.provenance.keys import keyid_of, load_verifying_key
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects.disputes import stolen_with
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

_OFFICIAL_ID = re.compile(r"[A-Za-z0-9._-]{1,32}").fullmatch
_REGISTERED_CENTRALLY = "100000"
_LAST_POSITION = 2**63 - 1


def check_department(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A department with its kinds and mandate."""
    edition = ledger.edition_on(day)
    check_registration(found, "department_registration", statement.department_registration, edition)


def check_registration(
    found: Findings, path: str, registration: pb.DepartmentRegistration, edition: Edition
) -> None:
    """Notes every fault of a registration, also of the operator's own in the genesis statement."""
    check_code(found, f"{path}.code", registration.code)
    found.required(f"{path}.name", registration.name, "部门名称")
    mandate = registration.mandate
    _check_region(found, f"{path}.mandate.region", registration)
    kinds = frozenset(registration.kinds)
    for kind in sorted(kinds - edition.department_kinds):
        message = f"部门种类{quoted(kind)}不在目录内。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.kinds", message)
    _check_association(found, path, registration)
    for code in mandate.categories:
        if edition.category(code) is None:
            message = f"类别{quoted(code)}不在目录内。"
            found.add(reasons.ERROR_REASON_CATEGORY_NOT_IN_CATALOGUE, f"{path}.mandate.categories", message)
    for number, code in enumerate(mandate.relayed_authorities):
        check_code(found, f"{path}.mandate.relayed_authorities[{number}]", code)
    for code in mandate.lists:
        if not edition.may_list(kinds, code) and not edition.may_grant(kinds, code):
            message = f"这类部门依法无权管理名单{quoted(code)}。"
            found.add(reasons.ERROR_REASON_MANDATE_BEYOND_LAW, f"{path}.mandate.lists", message)
    for code in mandate.measures:
        if not edition.may_impose(kinds, code):
            message = f"这类部门依法无权决定措施{quoted(code)}。"
            found.add(reasons.ERROR_REASON_MANDATE_BEYOND_LAW, f"{path}.mandate.measures", message)
    for code in sorted({*mandate.decides_here} - {*mandate.measures, *mandate.lists}):
        message = f"{quoted(code)}不在该部门的措施和名单之内, 不能由其按程序决定。"
        found.add(reasons.ERROR_REASON_MANDATE_BEYOND_LAW, f"{path}.mandate.decides_here", message)


def _check_region(found: Findings, path: str, registration: pb.DepartmentRegistration) -> None:
    """A mandate without region is for the whole country, which only a body of the state itself can have: its
    code says so (GB 32100-2015 第三至八位 登记管理机关行政区划码, 100000 the central authorities')."""
    region = registration.mandate.region
    if fault_text := region_fault(region):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, fault_text)
    elif not region and registration.code[2:8] != _REGISTERED_CENTRALLY:
        message = "缺少管辖地区; 只有中央登记管理的机关(代码第3至8位为100000)可以留空, 即全国。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, message)


def check_code(found: Findings, path: str, code: str) -> None:
    """Notes every fault of a department's code, which stands in its normal form: it is compared as it is."""
    for fault in code_faults(subject_pb2.IDENTIFIER_TYPE_USCC, normalise(code)):
        found.add(fault.reason, path, fault.message)
    if code != normalise(code):
        message = "部门代码应为半角大写, 不含空格和连字符。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def check_official(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """An official of a registered department, with a section and at least one role."""
    official = statement.official_registration
    path = "official_registration"
    _check_department_known(found, f"{path}.department", official.department, ledger)
    _check_official_id(found, f"{path}.official_id", official, ledger)
    found.required(f"{path}.name", official.name, "姓名")
    found.required(f"{path}.section", official.section, "内设机构")
    if not official.roles or pb.OFFICIAL_ROLE_UNSPECIFIED in official.roles:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.roles", "缺少岗位。")
    if not set(official.roles) <= set(pb.OfficialRole.values()):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.roles", "岗位不在代码表内。")
    if pb.OFFICIAL_ROLE_REGISTRAR not in official.roles:
        _check_registrar_left(found, f"{path}.roles", official.department, official.official_id, day, ledger)


def _check_official_id(found: Findings, path: str, official: pb.OfficialRegistration, ledger: Ledger) -> None:
    """A staff id that tells one person from every other of the department, and is no identity number: two
    that differ in case alone would pass for two persons."""
    stated = official.official_id
    if not found.required(path, stated, "工号"):
        return
    if not _OFFICIAL_ID(stated) or names_a_person(stated):
        message = "工号应为1至32个字母、数字或 . _ - , 且不得含有身份证号码。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)
    others = {o.registration.official_id for o in ledger.directory.officials(official.department)} - {stated}
    if stated.casefold() in {other.casefold() for other in others}:
        message = "本部门已登记过只有大小写不同的工号; 同一人员请用原工号。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def check_official_revocation(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """An active official is revoked, and his keys with him; what was signed before stands."""
    revocation = statement.official_revocation
    official = ledger.directory.official(revocation.department, revocation.official_id)
    if official is None or not official.active:
        message = "没有这一在岗人员。"
        found.add(reasons.ERROR_REASON_OFFICIAL_UNKNOWN, "official_revocation.official_id", message)
    found.required("official_revocation.reason", revocation.reason, "停用理由")
    field = "official_revocation.official_id"
    _check_registrar_left(found, field, revocation.department, revocation.official_id, day, ledger)


def _check_registrar_left(
    found: Findings, path: str, department: str, official_id: str, day: date, ledger: Ledger
) -> None:
    directory = ledger.directory
    if department == directory.operator and directory.registrar_keys(day, official_id) == 0:
        message = "此后将没有登记员密钥; 请先登记新的登记员密钥。"
        found.add(reasons.ERROR_REASON_LAST_REGISTRAR_KEY, path, message)


def check_key_enrolment(found: Findings, statement: pb.Statement, _day: date, ledger: Ledger) -> None:
    """A new key of a registered department, or of one of its active officials."""
    enrolment = statement.key_enrolment
    path = "key_enrolment"
    _check_department_known(found, f"{path}.department", enrolment.department, ledger)
    official = ledger.directory.official(enrolment.department, enrolment.official_id)
    if enrolment.official_id and (official is None or not official.active):
        found.add(reasons.ERROR_REASON_OFFICIAL_UNKNOWN, f"{path}.official_id", "没有这一在岗人员。")
    if ledger.directory.key(keyid_of(enrolment.public_key)) is not None:
        message = "该公钥已经登记过, 不能再次登记。"
        found.add(reasons.ERROR_REASON_KEY_ALREADY_ENROLLED, f"{path}.public_key", message)
    check_enrolment(found, path, enrolment)
    _check_key_scope(found, f"{path}.categories", enrolment, ledger)
    if enrolment.replaces:
        _check_replacement(found, path, enrolment, ledger)


def _check_key_scope(found: Findings, path: str, enrolment: pb.KeyEnrolment, ledger: Ledger) -> None:
    """A key's scope lies inside its department's mandate."""
    department = ledger.directory.department(enrolment.department)
    mandate = department.categories if department else frozenset()
    for code in sorted(set(enrolment.categories) - mandate):
        message = f"类别{quoted(code)}不在该部门的职责内, 密钥的范围不能超出职责。"
        found.add(reasons.ERROR_REASON_CATEGORY_OUTSIDE_MANDATE, path, message)


def _check_replacement(found: Findings, path: str, enrolment: pb.KeyEnrolment, ledger: Ledger) -> None:
    """A rotation: the holder's own key vouches for the next, for no wider scope and no longer time than it
    was given itself. Whatever goes beyond that is the registrar's to decide."""
    old = ledger.directory.key(enrolment.replaces)
    holder = (enrolment.department, enrolment.official_id)
    if old is None or old.revoked_position is not None or (old.department, old.official_id) != holder:
        message = "被更换的密钥不是同一部门、同一人员的有效密钥。"
        found.add(reasons.ERROR_REASON_KEY_NOT_REPLACEABLE, f"{path}.replaces", message)
        return
    if old.categories and not old.categories.issuperset(enrolment.categories or ("*",)):
        message = "新密钥的范围不能超出被更换的密钥; 请由登记员登记。"
        found.add(reasons.ERROR_REASON_KEY_NOT_REPLACEABLE, f"{path}.categories", message)
    window = window_of(enrolment)
    if window and window[1] - window[0] > old.valid_until - old.valid_from:
        message = "新密钥的有效期不能长于被更换的密钥; 请由登记员登记。"
        found.add(reasons.ERROR_REASON_KEY_NOT_REPLACEABLE, f"{path}.valid_until", message)


def check_rotated_by_holder(found: Findings, statement: pb.Statement, signer: Key) -> None:
    """Only the key itself vouches for the one that takes its place: with the registrar's word for it a new
    key would pass for one that an official has long had."""
    replaced = statement.key_enrolment.replaces
    if replaced and replaced != signer.keyid:
        message = "更换密钥须由被更换的密钥签名; 由登记员登记的新密钥不填被更换的密钥。"
        found.add(reasons.ERROR_REASON_KEY_NOT_REPLACEABLE, "key_enrolment.replaces", message)


def window_of(enrolment: pb.KeyEnrolment) -> tuple[date, date] | None:
    """First and last day of a key; None if they are no days."""
    try:
        return date.fromisoformat(enrolment.valid_from), date.fromisoformat(enrolment.valid_until)
    except ValueError:
        return None


def is_of_the_holder(statement: pb.Statement, signer: Key, ledger: Ledger) -> bool:
    """Whether an act about a key is one that its holder may take without the registrar: putting another in
    its place, signed with it, or giving it up, signed with it or another of his. That one was stolen is for
    the registrar to find: what it signed would be in doubt by the word of whoever holds the other."""
    if statement.HasField("key_enrolment"):
        return statement.key_enrolment.replaces == signer.keyid
    if statement.HasField("key_revocation"):
        revocation = statement.key_revocation
        key = ledger.directory.key(revocation.keyid)
        if key is None or revocation.reason == pb.KEY_REVOCATION_REASON_COMPROMISED:
            return False
        return key.revoked_position is None and key.is_of_same_holder(signer)
    return False


def check_enrolment(found: Findings, path: str, enrolment: pb.KeyEnrolment) -> None:
    """Notes what is wrong with the key itself and its window."""
    try:
        load_verifying_key(enrolment.suite, enrolment.public_key)
    except ValueError as error:
        found.add(reasons.ERROR_REASON_SUITE_NOT_SUPPORTED, f"{path}.public_key", f"公钥不可用: {error}")
    first = found.day(f"{path}.valid_from", enrolment.valid_from, "启用日期")
    last = found.day(f"{path}.valid_until", enrolment.valid_until, "停用日期")
    if first and last and last < first:
        message = f"停用日期{last}早于启用日期{first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.valid_until", message)


def check_key_revocation(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A key that is not revoked yet, and not the last one that can change the directory; a key that has gone
    may still be found stolen."""
    revocation = statement.key_revocation
    field = "key_revocation.keyid"
    key = ledger.directory.key(revocation.keyid)
    if key is None:
        found.add(reasons.ERROR_REASON_KEY_UNKNOWN, field, "没有登记这一密钥。")
    elif key.revoked_position is not None and revocation.reason != pb.KEY_REVOCATION_REASON_COMPROMISED:
        message = f"该密钥已在序号{key.revoked_position}撤销。"
        found.add(reasons.ERROR_REASON_KEY_REVOKED, field, message)
    elif ledger.directory.is_registrar(key) and not _registrar_stays(revocation, key, day, ledger):
        message = "这是最后一把登记员密钥; 请先登记新的登记员密钥。"
        found.add(reasons.ERROR_REASON_LAST_REGISTRAR_KEY, field, message)
    if revocation.reason == pb.KEY_REVOCATION_REASON_UNSPECIFIED:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "key_revocation.reason", "缺少撤销原因。")
    elif revocation.reason not in pb.KeyRevocationReason.values():
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "key_revocation.reason", "撤销原因不在代码表内。")
    if key is not None:
        _check_suspect_range(found, revocation, key)


def check_signer_stays(found: Findings, revocation: pb.KeyRevocation, signer: Key, ledger: Ledger) -> None:
    """Whoever finds a key stolen does so with one that does not fall with it: another registrar may be left,
    and be the thief's."""
    key = ledger.directory.key(revocation.keyid)
    if key is None or not 0 < revocation.suspect_from <= _LAST_POSITION:
        return
    if any(heir.keyid == signer.keyid for heir, _ in stolen_with(key, revocation.suspect_from, ledger)[1:]):
        message = "签名密钥会随被撤销的密钥失效; 请用不因此失效的登记员密钥签名。"
        found.add(reasons.ERROR_REASON_LAST_REGISTRAR_KEY, "key_revocation.keyid", message)


def _registrar_stays(revocation: pb.KeyRevocation, key: Key, day: date, ledger: Ledger) -> bool:
    """Whether a key that may change the directory is left: others fall with a stolen one."""
    falling = [(key, 0)]
    if revocation.HasField("suspect_from") and revocation.suspect_from <= _LAST_POSITION:
        falling = stolen_with(key, revocation.suspect_from, ledger)
    gone = {each.keyid for each, _ in falling}
    return ledger.directory.registrar_keys(day, without=gone) > 0


def _check_suspect_range(found: Findings, revocation: pb.KeyRevocation, key: Key) -> None:
    """A compromised key has a first suspect position, after its enrolment; any other key has none."""
    field, compromised = (
        "key_revocation.suspect_from",
        revocation.reason == pb.KEY_REVOCATION_REASON_COMPROMISED,
    )
    if compromised != revocation.HasField("suspect_from"):
        message = "泄露的密钥须写明自哪一序号起存疑, 其他原因不写。"
        found.add(reasons.ERROR_REASON_SUSPECT_RANGE_INVALID, field, message)
    elif compromised and not key.position < revocation.suspect_from <= _LAST_POSITION:
        message = f"存疑的序号应在密钥登记的序号{key.position}之后。"
        found.add(reasons.ERROR_REASON_SUSPECT_RANGE_INVALID, field, message)


def _check_department_known(found: Findings, path: str, code: str, ledger: Ledger) -> None:
    if ledger.directory.department(code) is None:
        found.add(reasons.ERROR_REASON_DEPARTMENT_UNKNOWN, path, f"部门{quoted_code(code)}未登记。")


def _check_association(found: Findings, path: str, registration: pb.DepartmentRegistration) -> None:
    """An association (行业协会商会) states what it says of its members, and nothing else."""
    mandate = registration.mandate
    beyond = (mandate.categories, mandate.lists, mandate.measures, mandate.relayed_authorities)
    if "association" in registration.kinds and (len(registration.kinds) > 1 or any(beyond)):
        message = "行业协会商会只登记行业自律信息: 不兼其他部门种类, 也没有信用信息的职责。"
        found.add(reasons.ERROR_REASON_MANDATE_BEYOND_LAW, f"{path}.mandate", message)
