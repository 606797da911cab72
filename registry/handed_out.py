"""The policy by which an installation's checkpoints and receipts are verified, to be handed out with it.

From the log, every key that the registry signs or signed with, with the sizes that count: a log key that was
added at position p and retired at q is required of the sizes p < s <= q, so that none of its lines can be
stripped, and a receipt key signs the answers that were signed at those. From the configuration, its witnesses
and their quorum, its time stamping authority, the suites that it requires and since which size.

Whoever verifies must have this from the operator and not from the wire: it is what he trusts.
"""

from __future__ import annotations

from dataclasses import replace

from cryptography import x509

from registry.config import Config, ConfigError
from registry.domain.registry_keys import RegistryKeyEntry
from registry.provenance.keys import load_verifying_key
from registry.provenance.timestamp import TimeAuthority, TimestampError
from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import LogLine, Policy, RangedKey, SuiteLine
from registry.store.interface import StoreError
from registry.store.reading import reading_store
from registry.upkeep.witnesses import witnesses_policy
from registry.v1.envelope_pb2 import SUITE_ED25519, Suite
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG


def installation_policy(config: Config) -> Policy:
    """The verifier's policy of an installation. Raises ConfigError, StoreError."""
    with reading_store(config.location) as store:
        entries = list(store.registry_keys())
    if not any(entry.purpose == REGISTRY_KEY_PURPOSE_LOG for entry in entries):
        raise StoreError("日志没有登记它的密钥")
    log = [_ranged(config.origin, each) for each in entries if each.purpose == REGISTRY_KEY_PURPOSE_LOG]
    receipt = [_ranged(config.origin, each) for each in entries if each.purpose != REGISTRY_KEY_PURPOSE_LOG]
    witnesses = witnesses_policy(config)
    return Policy(
        logs=tuple(LogLine(each.key) for each in log),
        witnesses=witnesses.witnesses,
        groups=witnesses.groups,
        quorum=witnesses.quorum,
        required=tuple(log),
        receipts=tuple(receipt),
        certificates=_certificates(config),
        suites=tuple(SuiteLine(Suite.ValueType(each), config.suites_from) for each in sorted(config.suites)),
    )


def plain_policy(policy: Policy) -> Policy:
    """What of a policy any tool of C2SP understands: Ed25519 keys of the log, witnesses, quorum."""
    logs = tuple(each for each in policy.logs if each.key.verifier.suite == SUITE_ED25519)
    return replace(policy, logs=logs, required=(), receipts=(), certificates=(), suites=())


def _ranged(origin: str, entry: RegistryKeyEntry) -> RangedKey:
    key = NoteKey.of(origin, load_verifying_key(entry.suite, entry.public_key))
    return RangedKey(key, entry.added + 1, entry.retired)


def _certificates(config: Config) -> tuple[x509.Certificate, ...]:
    if config.stamping is None:
        return ()
    path = config.stamping.certificate
    try:
        content = path.read_bytes()
        certificates = tuple(x509.load_pem_x509_certificates(content))
        TimeAuthority.from_pem(content)  # What a server does not begin with is handed to nobody.
        return certificates
    except TimestampError as error:
        raise ConfigError(f"时间戳证书 {path} 应含时间戳机构的根证书(PEM)") from error
    except OSError as error:
        raise ConfigError(f"时间戳证书 {path} 不能读取: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"时间戳证书 {path} 不是 PEM 格式的证书") from error
