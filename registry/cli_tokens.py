"""``registry token``: access tokens of systems, and whose tokens are taken: ``registry.access.tokens``."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any

import click

from registry.access.identity import Caller, CallerRole
from registry.access.token_files import read_trust
from registry.config import Config, ConfigError, Tokens, load_config
from registry.provenance.access_token import TOKEN_ID, TokenError
from registry.provenance.json_bounds import parsed
from registry.token_desk import GATEWAY, HOLDERS, KEY, Vouching, issue_token, revoke, set_up, trust

_ID_BYTES = 12
_VOUCHED = tuple(role.value for role in CallerRole if role is not CallerRole.FACE)
_Command = Callable[..., None]

_directory = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/registry"),
    show_default=True,
    help="安装目录 (registry.toml 所在). The installation's directory.",
)


def register(main: click.Group, one_line: Callable[[_Command], _Command]) -> None:
    """Adds the commands; ``one_line`` turns their errors into one line."""

    @main.group()
    def token() -> None:
        """访问令牌: 系统经网关调用的凭据. Access tokens, by which systems call through a face."""

    for name, command in _COMMANDS.items():
        token.command(name)(_directory(one_line(command)))


def _setup(directory: Path) -> None:
    """为较早建立的登记系统补建令牌密钥和名单. Makes key and lists where the installation is older."""
    home = directory.resolve()
    set_up(home / KEY, home / "tokens" / "issuers.jwks", home / "tokens" / "revoked")
    click.echo('已建立。在 registry.toml 中加上:\n\n[tokens]\nissuers = "tokens/issuers.jwks"')
    click.echo('revoked = "tokens/revoked"\n\n并重新启动服务。')


@click.option("--role", type=click.Choice(HOLDERS), required=True, help="系统的角色. Role.")
@click.option("--caller", required=True, help="系统名称, 或部门的统一社会信用代码. The caller's name.")
@click.option("--face", default=GATEWAY, show_default=True, help="经哪个入口使用. The face it is for.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="有效天数. Days.")
def _issue(directory: Path, role: str, caller: str, face: str, days: int) -> None:
    """签发一个系统的 API 令牌, 只显示这一次. Issues a system's token, shown this once."""
    config, files = _files(directory)
    named = Caller(CallerRole(role), caller, config.origin)
    token_id = secrets.token_hex(_ID_BYTES)
    signed = issue_token(
        files.issuers,
        config.home / KEY,
        named,
        face,
        token_id=token_id,
        now_s=int(time()),
        lifetime_s=days * 86_400,
    )
    click.echo(f"{named.uri}, 编号 {token_id}, {days}天", err=True)
    click.echo(signed)


@click.argument("token_id")
@click.option("--remark", default="", help="为什么. Why.")
def _revoke(directory: Path, token_id: str, remark: str) -> None:
    """吊销一个令牌, 一秒内生效. Revokes a token."""
    _, files = _files(directory)
    if not TOKEN_ID.fullmatch(token_id):
        raise TokenError("令牌编号不对; 它是签发时显示的编号, 不是令牌本身")
    revoke(files.revoked, token_id, " ".join(remark.split()))
    click.echo(f"已吊销: {token_id}")


@click.argument("name")
@click.option("--key", "key_file", type=click.Path(path_type=Path), required=True, help="公钥 (JWK). Key.")
@click.option("--role", "roles", type=click.Choice(_VOUCHED), multiple=True, required=True, help="代表谁.")
@click.option("--face", "faces", multiple=True, required=True, help="经哪个入口. By which face.")
@click.option("--longest", type=click.IntRange(1), default=600, show_default=True, help="最长秒数. Seconds.")
@click.option("--caller", "callers", multiple=True, help="只代表这些身份. Only for these identities.")
def _trust(
    directory: Path,
    name: str,
    key_file: Path,
    roles: tuple[str, ...],
    faces: tuple[str, ...],
    longest: int,
    callers: tuple[str, ...],
) -> None:
    """信任一个签发者的令牌, 如管理台. Takes the tokens of an issuer, such as the console."""
    _, files = _files(directory)
    vouching = Vouching(name, roles, faces, longest, callers)
    trust(files.issuers, files.revoked, _jwk(key_file), vouching)
    click.echo(f"已信任 {name}: {', '.join(roles)}, 经 {', '.join(faces)}, 最长{longest}秒")


def _list(directory: Path) -> None:
    """列出签发者和已吊销的令牌. Lists issuers and revoked tokens."""
    _, files = _files(directory)
    found = read_trust(files.issuers, files.revoked)
    for issuer in found.issuers.values():
        roles = ", ".join(sorted(role.value for role in issuer.roles))
        faces = ", ".join(sorted(issuer.faces))
        click.echo(f"{issuer.name}  {issuer.kid}\n  {roles}\n  经 {faces}, 最长{issuer.longest_s}秒")
    click.echo(f"已吊销 {len(found.revoked)}个")


_COMMANDS: dict[str, _Command] = {
    "setup": _setup,
    "issue": _issue,
    "revoke": _revoke,
    "trust": _trust,
    "list": _list,
}


def _files(directory: Path) -> tuple[Config, Tokens]:
    config = load_config(directory)
    if config.tokens is None:
        raise ConfigError(f"{directory} 的 registry.toml 没有 [tokens]; 先运行 registry token setup")
    return config, config.tokens


def _jwk(path: Path) -> dict[str, Any]:
    try:
        found = parsed(path.read_bytes())
    except OSError as error:
        raise TokenError(f"{path}: 不能读取: {error.strerror}") from None
    except ValueError:
        raise TokenError(f"{path}: 不是 JWK") from None
    if not isinstance(found, dict):
        raise TokenError(f"{path}: 不是 JWK")
    return found
