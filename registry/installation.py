"""Making an installation: keys, development certificates, configuration, founded store.

    registry.toml   registry.db
    head/           checkpoint: what was signed last, a second time
    keys/           vault.key, log.key, receipt.key, operator.key (the registrar's signing key), token.key
    tokens/         whose access tokens are taken, and which are revoked
    tls/            the development authority, the server's certificate, every issued one
    clients/NAME/   ca.pem, cert.pem, key.pem: what a caller needs, ready to hand over

Everything is made beside the directory and moved into place at the end (`registry.whole_directory`), so
that an installation is there whole or not at all. Real deployments bring their own authority and keep
operator.key elsewhere; the paths in ``registry.toml`` say where.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from registry.access.certificates import Credential, create_authority, issue
from registry.access.identity import Caller, CallerRole
from registry.access.profile import Host
from registry.commands.found import Operator, found, genesis_statement, place_genesis
from registry.commands.sequencer import Sequencer
from registry.commands.state import VAULT_CHECK, RegistryState
from registry.config import CONFIG_NAME, STORE, Config, ConfigError, config_text, load_config
from registry.domain.periods import china_day
from registry.editions import CURRENT_LABEL, shipped_editions
from registry.provenance.keys import FileSigner, SuiteNotSupportedError
from registry.provenance.secret_file import read_secret_file
from registry.provenance.vault import MASTER_BYTES, Vault, VaultError
from registry.sanctions.catalogue.edition import Edition
from registry.second_store import first_head
from registry.store.interface import NoStoreError, StoreError
from registry.store.opening import create_store, open_store, remove_store
from registry.token_desk import KEY as TOKEN_KEY
from registry.token_desk import set_up as set_up_tokens
from registry.v1.envelope_pb2 import SUITE_ED25519, Suite
from registry.v1.statement_pb2 import (
    REGISTRY_KEY_PURPOSE_LOG,
    REGISTRY_KEY_PURPOSE_RECEIPT,
    RegistryKey,
)
from registry.whole_directory import OccupiedError, whole_directory

CERTIFICATE_LIFETIME = timedelta(days=825)
KEY_YEARS = 10
NONCE_BYTES = 16
_DNS_NAME = re.compile(r"(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


class InstallationError(ValueError):
    """The installation cannot be made; one line says why, and nothing is left behind."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make: whose registry, for which log, answering where, founded with which shipped edition."""

    origin: str
    operator: Operator
    address: str
    hosts: Sequence[Host]
    edition: str = CURRENT_LABEL
    suite: Suite.ValueType = SUITE_ED25519
    """Of every key that is made: the log's, the receipts', the operator's."""
    store: str = STORE
    """Where the store is to rest: a file in the installation's directory, or a URL."""


def create_installation(directory: Path, plan: Plan, *, clock: Callable[[], int]) -> Config:
    """Makes an installation in a directory that does not exist or is empty. Raises InstallationError."""
    registrar = Caller(CallerRole.REGISTRAR, plan.operator.code, plan.origin)
    made: list[Config] = []
    try:
        with _all_undone(made), whole_directory(directory, kind="init", forsaken=_undo_forsaken) as making:
            made.append(_make(making, plan, registrar, clock))
    except OccupiedError as error:
        raise InstallationError(str(error)) from error
    except OSError as error:
        raise InstallationError(f"不能在 {directory} 写入: {error.strerror}") from error
    except SuiteNotSupportedError as error:
        raise InstallationError(f"本机不支持这一签名算法: {error}") from error
    return load_config(directory)


def issue_client(directory: Path, name: str, caller: Caller, *, now_ms: int) -> Path:
    """A development certificate for a caller, laid out for handing over; answers its directory.

    Raises InstallationError, CertificateError."""
    target = directory / "clients" / name
    if target.exists():
        raise InstallationError(f"{target} 已存在; 不会覆盖")
    credential = issue(
        directory / "tls", name, caller.uri, not_before=_opening(now_ms), lifetime=CERTIFICATE_LIFETIME
    )
    try:
        return _hand_over(target, credential)
    except OSError as error:
        raise InstallationError(f"不能在 {target} 写入: {error.strerror}") from error


def as_host(text: str) -> Host:
    """A host as it stands in a certificate: an IP address or a DNS name. Raises InstallationError."""
    try:
        return ip_address(text)
    except ValueError:
        if not _DNS_NAME.fullmatch(text):
            raise InstallationError(f"{text!r} 不是主机名或 IP 地址") from None
        return text


def _make(directory: Path, plan: Plan, registrar: Caller, clock: Callable[[], int]) -> Config:
    text = config_text(plan.origin, plan.address, plan.store)
    (directory / CONFIG_NAME).write_text(text, encoding="utf-8")
    config = load_config(directory)
    (directory / "keys").mkdir(mode=0o700)
    write_secret(config.vault_key, os.urandom(MASTER_BYTES))
    log_key = _new_key(config.log_key, plan.suite)
    receipt_key = _new_key(directory / "keys" / "receipt.key", plan.suite)
    (directory / "head").mkdir(mode=0o700)
    operator_key = _new_key(directory / "keys" / "operator.key", plan.suite)
    assert config.tokens is not None  # As it stands in the text of every new configuration.
    set_up_tokens(directory / TOKEN_KEY, config.tokens.issuers, config.tokens.revoked)
    now = clock()
    opening = _opening(now)
    tls = directory / "tls"
    create_authority(
        tls, name=f"{plan.origin} development"[:64], not_before=opening, lifetime=CERTIFICATE_LIFETIME
    )
    issue(tls, "server", hosts=plan.hosts, not_before=opening, lifetime=CERTIFICATE_LIFETIME)
    issue_client(directory, "registrar", registrar, now_ms=now)
    _found(config, plan, operator_key, (log_key, receipt_key), clock)
    return config


def _found(
    config: Config,
    plan: Plan,
    operator_key: FileSigner,
    own_keys: tuple[FileSigner, FileSigner],
    clock: Callable[[], int],
) -> None:
    """Places the genesis statement, which names the log's key and the one that signs answers."""
    log_key, receipt_key = own_keys
    registry_keys = [
        RegistryKey(purpose=purpose, suite=key.suite, public_key=key.public_key)
        for purpose, key in ((REGISTRY_KEY_PURPOSE_LOG, log_key), (REGISTRY_KEY_PURPOSE_RECEIPT, receipt_key))
    ]
    edition = _edition(plan.edition)
    today = china_day(clock())
    valid = (today, date(today.year + KEY_YEARS, 12, 31))
    nonce = os.urandom(NONCE_BYTES)
    statement = genesis_statement(
        plan.origin,
        plan.operator,
        operator_key,
        edition,
        valid=valid,
        nonce=nonce,
        registry_keys=registry_keys,
    )
    store = create_store(config.location)
    with _undone(config), closing(store):
        vault = Vault(read_secret_file(config.vault_key))
        found(store, vault, plan.origin)
        state = RegistryState(store, vault, shipped_editions())
        assert config.head is not None  # As it stands in the text of every new configuration.
        with first_head(config.head) as publish:
            sequencer = Sequencer(state, [log_key], clock=clock, random_bytes=os.urandom, publish=publish)
            place_genesis(sequencer, statement, operator_key, edition)


@contextmanager
def _all_undone(made: Sequence[Config]) -> Iterator[None]:
    """The same for what was made whole, and could not be put in its place."""
    try:
        yield
    except BaseException:
        for config in made:
            if config.database:
                remove_store(config.database)
        raise


def _undo_forsaken(left: Path) -> None:
    """Takes away what an init that was killed has made in a database: the store that its vault's key, made
    for it alone, fits and that nobody wrote to since. Raises OSError, upon which the directory, with that
    key, is kept for the next time, if the database does not answer."""
    try:
        config = load_config(left)
        if not config.database:
            return
        check_value = Vault(read_secret_file(config.vault_key)).check_value
    except (ConfigError, OSError, VaultError):
        return  # It did not come to the database.
    try:
        with closing(open_store(config.database)) as store:
            last, facts = store.last_position() or 0, store.meta()
    except NoStoreError:
        return
    except StoreError as error:
        raise OSError(errno.EBUSY, str(error)) from error
    if last == 0 and facts.get(VAULT_CHECK, check_value) == check_value:
        remove_store(config.database)


@contextmanager
def _undone(config: Config) -> Iterator[None]:
    """Takes the new store away again if the block fails, and it is in a database: no directory has it."""
    try:
        yield
    except BaseException as error:
        if config.database:
            remove_store(config.database)
        if isinstance(error, StoreError):
            raise InstallationError(str(error)) from error
        raise


def _edition(label: str) -> Edition:
    """A shipped edition by its label. Raises InstallationError."""
    shipped = {edition.label: edition for edition in shipped_editions().values()}
    if label not in shipped:
        raise InstallationError(f"本程序没有目录版本 {label}; 有 {', '.join(sorted(shipped))}")
    return shipped[label]


def _new_key(path: Path, suite: Suite.ValueType) -> FileSigner:
    signer = FileSigner.generate(suite)
    signer.save(path, None)
    return signer


def _hand_over(directory: Path, credential: Credential) -> Path:
    directory.mkdir(parents=True, mode=0o700)
    (directory / "ca.pem").write_bytes(credential.authority)
    (directory / "cert.pem").write_bytes(credential.certificate)
    write_secret(directory / "key.pem", credential.key)
    return directory


def write_secret(path: Path, content: bytes) -> None:
    """A new file that its owner alone may read. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _opening(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, tz=UTC) - timedelta(hours=1)
