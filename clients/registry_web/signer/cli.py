"""``registry-web signer`` and ``signer-key``: the signing component, and the keys that it holds.

    registry-web signer-key add --department 11130900DEM0000106 --official C-014
    registry-web signer-key bind --department … --official … --account li      # his second factor
    registry-web signer --config web.toml

A new key's public half is printed; the registrar enrols it in the console (密钥登记). PINs are asked for
twice, or read from a descriptor; they are in no argument and in no environment.
"""

from __future__ import annotations

import logging
import os
import pwd
import signal
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from registry.provenance.keys import FileSigner, KeyFileError, SuiteNotSupportedError
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3, Suite
from registry_web.config import SignerConfig, WebConfig, WebConfigError, load_web_config
from registry_web.console.accounts import AccountError, Accounts
from registry_web.console.database import open_database
from registry_web.console.second_factor import RelyingParty
from registry_web.kept_file import DatabaseError
from registry_web.signer.journal import SigningJournal, SigningJournalError
from registry_web.signer.key_ring import HeldKey, KeyRing, KeyRingError
from registry_web.signer.listening import SignerServer, alone
from registry_web.signer.service import Service

SUITES: dict[str, Suite.ValueType] = {
    "ed25519": SUITE_ED25519,
    "p256": SUITE_ECDSA_P256_SHA256,
    "sm2": SUITE_SM2_SM3,
}
_STOP = (signal.SIGTERM, signal.SIGINT)
_ERRORS = (
    WebConfigError, KeyRingError, KeyFileError, AccountError, DatabaseError, SigningJournalError,
    SuiteNotSupportedError,
)  # fmt: skip

config_option = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("web.toml"),
    show_default=True,
    help="设置文件. The configuration.",
)
_department = click.option("--department", required=True, metavar="USCC", help="部门代码. Department.")
_official = click.option("--official", required=True, metavar="ID", help="人员编号. Staff id.")
_pin_fd = click.option("--pin-fd", type=int, metavar="FD", help="从描述符读签名口令. Reads the PIN.")
_keyid = click.argument("keyid")


def one_line(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose known failures are one line."""

    @wraps(command)
    def run(*given: Any, **named: Any) -> None:
        try:
            command(*given, **named)
        except _ERRORS as error:
            raise click.ClickException(" ".join(str(error).split())) from error

    return run


def register(main: click.Group) -> None:
    """Adds the commands to ``registry-web``."""
    main.add_command(signer)
    main.add_command(signer_key)


@click.command("signer")
@config_option
@click.option("--peer-user", default="", metavar="NAME", help="管理台以这一用户运行. The console's user.")
@one_line
def signer(path: Path, peer_user: str) -> None:
    """启动签名组件, 直到 SIGTERM 或 Ctrl-C. Serves the signing component."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    config = _signer(load_web_config(path))
    with serving_signer(config, _user(peer_user)):
        click.echo(f"registry-web: signer {config.socket}")
        sys.stdout.flush()
        signal.sigwait(_STOP)


@contextmanager
def serving_signer(
    config: SignerConfig, peer: pwd.struct_passwd | None = None, now: Callable[[], float] = time.time
) -> Iterator[KeyRing]:
    """Serves a signing component while the block runs. Raises WebConfigError and others of one line."""
    with alone(config.keys):
        ring = KeyRing(config.keys, RelyingParty(config.url), now)
        try:
            service = Service(ring, SigningJournal(config.keys / "signed.jsonl"), now)
            server = SignerServer(service.application(), config.socket, peer)
            try:
                yield ring
            finally:
                server.stop()
        finally:
            ring.close()


@click.group("signer-key")
def signer_key() -> None:
    """签名组件中人员的密钥. Officials' keys in the signing component."""


@signer_key.command()
@config_option
@_department
@_official
@click.option("--suite", type=click.Choice(tuple(SUITES)), default="ed25519", show_default=True)
@click.option("--import", "source", type=click.Path(path_type=Path), metavar="FILE", help="已有私钥. A key.")
@click.option("--import-passphrase-fd", type=int, metavar="FD", help="已有私钥的口令. Its pass phrase.")
@_pin_fd
@one_line
def add(
    path: Path,
    department: str,
    official: str,
    suite: str,
    source: Path | None,
    import_passphrase_fd: int | None,
    pin_fd: int | None,
) -> None:
    """生成或导入一名人员的密钥, 打印公钥供登记员登记. A new key; prints its public half."""
    passphrase = None if import_passphrase_fd is None else _from_descriptor(import_passphrase_fd).encode()
    made = FileSigner.load(source, passphrase) if source else FileSigner.generate(SUITES[suite])
    with _ring(path) as ring:
        held = ring.add(made, department, official, _new_pin(pin_fd))
    click.echo(f"密钥编号: {held.keyid}\n公钥 (交登记员登记):")
    click.echo(public_pem(held.owner.public_key), nl=False)
    if source is not None:
        click.echo(f"已导入。请妥善销毁 {source}。", err=True)


@signer_key.command("list")
@config_option
@one_line
def list_keys(path: Path) -> None:
    """列出密钥. Lists the keys."""
    with _ring(path) as ring:
        for held in ring.all():
            click.echo(_line(held))


@signer_key.command()
@config_option
@_department
@_official
@click.option("--account", "login", required=True, metavar="LOGIN", help="管理台账户. His account.")
@one_line
def bind(path: Path, department: str, official: str, login: str) -> None:
    """签名时要求这一账户的第二因素. Signing asks for the account's second factor from now on."""
    config = load_web_config(path)
    if config.console is None:
        raise WebConfigError(f"{path}: 没有 [console]")
    database = open_database(config.console.database)
    try:
        accounts = Accounts(database, time.time)
        account = accounts.named(login)
        who = (account.identity.department, account.identity.official_id)
        if who != (department, official):
            raise AccountError(f"账户 {login} 是 {' '.join(who)} 的, 不是 {department} {official} 的")
        credentials = accounts.credentials(account.number)
    finally:
        database.close()
    if not credentials:
        raise AccountError(f"账户 {login} 还没有登记第二因素")
    with _ring(path) as ring:
        keys = ring.of_official(department, official)
        if not keys:
            raise KeyRingError("NO_KEY", "签名组件中没有这名人员的密钥")
        for held in keys:
            ring.bind(held.keyid, credentials)
            click.echo(_line(ring.key(held.keyid)))


@signer_key.command()
@config_option
@_keyid
@_pin_fd
@one_line
def pin(path: Path, keyid: str, pin_fd: int | None) -> None:
    """更换签名口令; 口令遗失的不能恢复, 须另生成密钥. Another PIN."""
    with _ring(path) as ring:
        held = ring.key(keyid)
        ring.change_pin(held, _old_pin(pin_fd), _new_pin(pin_fd))
    click.echo("已更换。")


@signer_key.command()
@config_option
@_keyid
@one_line
def unlock(path: Path, keyid: str) -> None:
    """解除锁定: 本人到场核实后使用. Forgets failed attempts."""
    with _ring(path) as ring:
        ring.key(keyid)
        ring.unlock(keyid)
    click.echo("已解除。")


@signer_key.command()
@config_option
@_keyid
@click.confirmation_option(prompt="密钥将被销毁, 不能恢复。继续?")
@one_line
def remove(path: Path, keyid: str) -> None:
    """销毁一把密钥; 请另在登记系统中停用. Destroys a key."""
    with _ring(path) as ring:
        ring.remove(keyid)
    click.echo("已销毁。")


def public_pem(public_key: bytes) -> str:
    """SubjectPublicKeyInfo in PEM (RFC 7468)."""
    body = b64encode(public_key).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"


def _line(held: HeldKey) -> str:
    suite = Suite.Name(held.suite).removeprefix("SUITE_")
    factors = f"第二因素{len(held.factors)}个" if held.factors else "没有第二因素"
    return f"{held.keyid}  {held.owner.department}  {held.owner.official_id}  {suite}  {factors}"


@contextmanager
def _ring(path: Path) -> Iterator[KeyRing]:
    config = _signer(load_web_config(path))
    ring = KeyRing(config.keys, RelyingParty(config.url), time.time)
    try:
        yield ring
    finally:
        ring.close()


def _signer(config: WebConfig) -> SignerConfig:
    if config.signer is None:
        raise WebConfigError("设置文件中没有 [signer]")
    return config.signer


def _user(name: str) -> pwd.struct_passwd | None:
    if not name:
        return None
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise WebConfigError(f"没有用户 {name}") from None


def _old_pin(descriptor: int | None) -> str:
    if descriptor is not None:
        return _from_descriptor(descriptor)
    given: str = click.prompt("现在的签名口令", hide_input=True)
    return given


def _new_pin(descriptor: int | None) -> str:
    if descriptor is not None:
        return _from_descriptor(descriptor)
    chosen: str = click.prompt("签名口令 (本人输入)", hide_input=True, confirmation_prompt="再输一次")
    return chosen


def _from_descriptor(descriptor: int) -> str:
    """A line of a descriptor, unread beyond it, so that a second line may follow."""
    found = bytearray()
    while (byte := os.read(descriptor, 1)) not in (b"", b"\n"):
        found += byte
    return found.decode()
