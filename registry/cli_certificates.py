"""``registry certificate``: which certificates of the installation's own authority are revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from cryptography import x509

from registry.access.profile import SERIAL_LIMIT, CertificateError
from registry.certificate_desk import DAYS, LIST, REASONS, Desk, serial_of
from registry.cli_check import directory_option
from registry.config import Config, ConfigError, load_config

_Command = Callable[..., None]
_HEX = 16
_days = click.option(
    "--days",
    type=click.IntRange(1, 3_660),
    default=DAYS,
    show_default=True,
    help="名单有效多少天; 过期后不再接受任何客户端证书. How long the list holds.",
)


def register(main: click.Group, one_line: Callable[[_Command], _Command]) -> None:
    """Adds the commands; ``one_line`` turns their errors into one line."""

    @main.group()
    def certificate() -> None:
        """吊销客户端证书: 本安装自建机构所签发的. Revokes certificates of the own authority."""

    for name, command in _COMMANDS.items():
        certificate.command(name)(directory_option(one_line(command)))


@click.option("--anew", is_flag=True, help="名单已失去: 重新建立, 以前吊销的须再吊销. Instead of a lost one.")
@_days
def _setup(directory: Path, days: int, anew: bool) -> None:
    """建立一份空的吊销名单. Makes an empty list."""
    config = load_config(directory)
    path = config.revoked_certificates or config.home / LIST
    # One that is named and not there may have been lost, and who was on it is to be revoked again.
    if config.revoked_certificates and not path.exists() and not anew:
        lost = f"registry.toml 所指的吊销名单 {path} 不存在: 请从备份取回"
        raise CertificateError(f"{lost}; 若从未有过, 或以前吊销的都将重新吊销, 加 --anew")
    Desk(config.authority.parent, path).set_up(_now(), days)
    click.echo(f"已建立: {path}, 有效{days}天")
    if config.revoked_certificates is None:
        click.echo(f'在 registry.toml 的 [paths] 中加上:\n\nrevoked_certificates = "{LIST}"')
        click.echo("\n并重新启动服务。")


@click.argument("certificates", nargs=-1)
@click.option("--serial", "serials", multiple=True, help="证书序列号, 十六进制. Serial numbers.")
@click.option("--reason", type=click.Choice(REASONS), default="unspecified", show_default=True, help="原因.")
@_days
def _revoke(
    directory: Path, certificates: tuple[str, ...], serials: tuple[str, ...], reason: str, days: int
) -> None:
    """吊销证书, 一秒内生效: clients/ 下的名称, 或 PEM 文件. Revokes certificates by name or file."""
    config, desk = _desk(directory)
    numbers = [_named(config, each) for each in certificates] + [_number(each) for each in serials]
    if not numbers:
        raise CertificateError("应写明要吊销的证书: clients/ 下的名称, PEM 文件, 或 --serial")
    desk.revoke(numbers, x509.ReasonFlags(reason), _now(), days)
    for number in numbers:
        click.echo(f"已吊销: {number:x}")


@_days
def _renew(directory: Path, days: int) -> None:
    """延长吊销名单的有效期. Gives the list a new end."""
    config, desk = _desk(directory)
    desk.renew(_now(), days)
    click.echo(f"{config.revoked_certificates} 有效{days}天")


def _list(directory: Path) -> None:
    """列出已吊销的证书. Lists what is revoked."""
    _, desk = _desk(directory)
    entries = desk.entries(_now())
    for each in entries:
        click.echo(f"{each.serial:x}  {each.since:%Y-%m-%dT%H:%M:%SZ}  {each.reason.value}")
    click.echo(f"已吊销 {len(entries)}张; 名单有效至 {desk.ends(_now()):%Y-%m-%dT%H:%M:%SZ}")


_COMMANDS: dict[str, _Command] = {"setup": _setup, "revoke": _revoke, "renew": _renew, "list": _list}


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _desk(directory: Path) -> tuple[Config, Desk]:
    config = load_config(directory)
    if config.revoked_certificates is None:
        missing = "没有 [paths] revoked_certificates; 先运行 registry certificate setup"
        raise ConfigError(f"{directory} 的 registry.toml {missing}")
    return config, Desk(config.authority.parent, config.revoked_certificates)


def _named(config: Config, name: str) -> int:
    """The number of a certificate by its name under clients/, or its file. Raises CertificateError."""
    handed_over = config.home / "clients" / name / "cert.pem"
    path = handed_over if handed_over.is_file() else Path(name)
    try:
        return serial_of(path.read_bytes())
    except OSError as error:
        raise CertificateError(f"{name}: clients/ 下没有这一名称, 也不是文件: {error.strerror}") from None
    except CertificateError as error:
        raise CertificateError(f"{path}: {error}") from None


def _number(text: str) -> int:
    try:
        number = int(text.replace(":", ""), _HEX)
    except ValueError:
        raise CertificateError(f"{text!r} 不是十六进制的序列号") from None
    if not 0 < number < SERIAL_LIMIT:
        raise CertificateError(f"{text!r} 不是证书的序列号: 应为正数, 至多20个字节")
    return number
