"""The files of an installation beside its store: what goes into a backup, what comes back, what never may.

    public     named by the configuration: certificates, lists of what is revoked, policies; and by what name
               something is revoked: tokens/issued, clients/NAME/cert.pem
    secret     keys and pass phrases, the second store, the store: what proves a backup never comes with it
    other      what a backup of an earlier release may have: left out, and told

A public file has in a backup the name by which the configuration looks for it, though that be a link, and
whether it is written from the installation's directory or from the root: so it is found on another machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from registry.backups.manifest import OWN_FILES, BackupError, Manifest, is_inside
from registry.config import CONFIG_NAME, Config, load_config, settings_in
from registry.signing.location import parse_location
from registry.store.sqlite import store_files
from registry.token_desk import ISSUED

POLICY = "verify.policy"
HANDED_OVER = "clients/*/cert.pem"
"""The certificates of callers, by whose names they are revoked."""
_ISSUERS = ("tokens", "issuers")
_PUBLIC = (
    ("paths", "authority"),
    ("paths", "certificate"),
    ("paths", "revoked_certificates"),
    ("witnesses", "policy"),
    ("stamping", "certificate"),
    ("evidence_storage", "authority"),
    ("tokens", "revoked"),
    _ISSUERS,
)
_SECRET_FILES = ("passphrase-file", "pin-file", "password-file")


@dataclass(frozen=True, slots=True)
class Brought:
    """What a backup brings into a new installation, and what is ``left`` out: no file of it is named so."""

    files: tuple[str, ...]
    left: tuple[str, ...]


def files_to_keep(config: Config) -> Iterator[tuple[Path, str]]:
    """The public files of an installation, each with its name in a backup; without one if it lies elsewhere,
    or a private key is in it too."""
    handed_over = sorted(config.home.glob(HANDED_OVER))
    for path in (*_public_paths(config.home, config.home), *handed_over):
        yield path, "" if _holds_key(path) else _name_in(config.home, path)


def brought_files(backup: Path, manifest: Manifest, place: Path) -> Brought:
    """What a backup brings if it is put back in a place. Raises ConfigError, and BackupError if its
    configuration names one of its own files as what is to prove it, or it has a private key."""
    config = load_config(backup, home=place)
    names = [name for name in manifest.files if name not in OWN_FILES]
    _refuse_secrets(backup, config, names)
    public = [*_public_paths(backup, config.home)]
    files = [name for name in names if name in (CONFIG_NAME, POLICY) or _is_public(name, public, config.home)]
    left = [name for name in names if name not in files]
    for name in left:
        if name.endswith(".key"):
            raise BackupError(f"备份 {backup} 中的 {name} 不是备份应有的文件; 不予恢复")
    return Brought(tuple(files), tuple(left))


def named_keys(config: Config) -> Iterator[Path]:
    """The private key files that a configuration names."""
    yield config.vault_key
    yield config.certificate_key
    for line in (*config.log_signers, *config.receipt_signers):
        location = parse_location(line, home=config.home)
        if location.kind == "file":
            yield config.home / location.path
    if config.evidence and config.evidence.storage:
        yield config.evidence.storage.credentials


def private_keys(config: Config) -> Iterator[Path]:
    """The key files that an installation has: those that are named, and what lies beside them."""
    yield from named_keys(config)
    for pattern in ("keys/*.key", "tls/*.key"):
        yield from sorted(config.home.glob(pattern))


def _refuse_secrets(backup: Path, config: Config, names: list[str]) -> None:
    for what, path in _secrets(config):
        name = ""
        if path.is_relative_to(config.home):
            name = path.relative_to(config.home).as_posix()
        elif path.is_relative_to(backup.resolve()):
            raise BackupError(_came_along(backup, path.relative_to(backup.resolve()).as_posix(), what))
        if name in names:
            raise BackupError(_came_along(backup, name, what))


def _came_along(backup: Path, name: str, what: str) -> str:
    return f"备份 {backup} 中的 {name} 不是备份应有的文件: 其设置以它为{what}, 不能证明什么; 不予恢复"


def _secrets(config: Config) -> Iterator[tuple[str, Path]]:
    """What never comes with a backup, and what each is."""
    yield from (("密钥", path.resolve()) for path in named_keys(config))
    yield from (("口令", path) for path in _passphrases(config))
    if config.head:
        yield "第二存储", config.head
        yield "第二存储", config.head.with_name(config.head.name + ".lock")
    yield from (("存储", path) for path in store_files(config.store))


def _passphrases(config: Config) -> Iterator[Path]:
    for line in (*config.log_signers, *config.receipt_signers):
        location = parse_location(line, home=config.home)
        for name in _SECRET_FILES:
            if value := location.text(name):
                yield (config.home / value.removeprefix("file:")).resolve()


def _public_paths(directory: Path, home: Path) -> Iterator[Path]:
    """The public files that ``registry.toml`` in a directory names, as it will name them from ``home``; no
    link is followed."""
    settings = settings_in(directory)
    for section, name in _PUBLIC:
        if path := settings.get(section, {}).get(name):
            yield home / path
            if (section, name) == _ISSUERS:
                yield (home / path).with_name(ISSUED)


def _name_in(home: Path, path: Path) -> str:
    """The name of a path in an installation, which may itself be reached by a link; empty if it is none."""
    for above in path.parents:
        if above.resolve() == home:
            name = path.relative_to(above).as_posix()
            return name if is_inside(name) else ""
    return ""


def _is_public(name: str, public: list[Path], home: Path) -> bool:
    """Whether a public file has this name; of one that is written from the root, where it began is gone."""
    parts = PurePosixPath(name).parts
    if len(parts) == len(PurePosixPath(HANDED_OVER).parts) and PurePosixPath(name).match(HANDED_OVER):
        return True
    return any(
        name == _name_in(home, path) or (not path.is_relative_to(home) and path.parts[-len(parts) :] == parts)
        for path in public
    )


def _holds_key(path: Path) -> bool:
    return path.is_file() and b"PRIVATE KEY" in path.read_bytes()
