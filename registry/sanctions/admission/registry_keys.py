"""Admission of a change of the registry's own keys, stated by the registrar; who else must sign it is checked
where the keys are (``registry.commands.own_keys``)."""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.provenance.keys import keyid_of, load_verifying_key
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_registry_key_change(found: Findings, statement: pb.Statement, _day: date, ledger: Ledger) -> None:
    """A usable key that the registry never had enters, or one that is active goes while another stays."""
    change = statement.registry_key_change
    match change.WhichOneof("change"):
        case "add":
            _check_added(found, change.add, ledger)
        case "retire":
            _check_retired(found, change.retire, ledger)
        case _:
            message = "应写明增加(add)或停用(retire)哪一把密钥。"
            found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "registry_key_change", message)


def _check_added(found: Findings, key: pb.RegistryKey, ledger: Ledger) -> None:
    path = "registry_key_change.add"
    if key.purpose not in (pb.REGISTRY_KEY_PURPOSE_LOG, pb.REGISTRY_KEY_PURPOSE_RECEIPT):
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.purpose", "缺少密钥的用途。")
    try:
        load_verifying_key(key.suite, key.public_key)
    except ValueError as error:
        found.add(reasons.ERROR_REASON_SUITE_NOT_SUPPORTED, f"{path}.public_key", f"公钥不可用: {error}")
    keyid = keyid_of(key.public_key)
    if ledger.registry_keys.get(keyid) is not None or ledger.directory.key(keyid) is not None:
        message = "该公钥已经登记过; 登记系统的密钥与部门、人员的密钥须各不相同。"
        found.add(reasons.ERROR_REASON_KEY_ALREADY_ENROLLED, f"{path}.public_key", message)


def _check_retired(found: Findings, keyid: str, ledger: Ledger) -> None:
    path = "registry_key_change.retire"
    entry = ledger.registry_keys.get(keyid)
    if entry is None:
        found.add(reasons.ERROR_REASON_KEY_UNKNOWN, path, "登记系统没有这一密钥。")
    elif entry.retired is not None:
        message = f"该密钥已在序号{entry.retired}停用。"
        found.add(reasons.ERROR_REASON_KEY_REVOKED, path, message)
    elif len(ledger.registry_keys.active(entry.purpose)) == 1:
        message = "这是这一用途的最后一把密钥; 请先增加新的密钥。"
        found.add(reasons.ERROR_REASON_LAST_REGISTRAR_KEY, path, message)
