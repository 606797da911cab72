"""``registry-web``: serves the faces, and keeps what they keep.

Every failure is one line on standard error and a non-zero exit.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from registry_client import Credentials, CredentialsError, Registry
from registry_web.config import FaceConfig, WebConfig, WebConfigError, load_web_config
from registry_web.console.cli import register as register_console
from registry_web.serving import OF_ONE_SYSTEM, Seats, WebServer
from registry_web.signer.cli import config_option
from registry_web.signer.cli import register as register_signer

_STOP = (signal.SIGTERM, signal.SIGINT)
FACES = ("gateway", "portal", "console")
FILES = 16_384


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """公共信用信息登记系统的网页与网关. The registry's web faces."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # Nothing of a person rests in a core file.


@main.command()
@config_option
@click.option("--face", "faces", type=click.Choice(FACES), multiple=True, help="只启动这些. Only these.")
def serve(path: Path, faces: tuple[str, ...]) -> None:
    """启动设置文件写明的网关、门户、管理台, 直到 SIGTERM 或 Ctrl-C. Serves until it is told to stop."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    _raise_files()
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)  # Before any thread, for each has its parent's mask.
    try:
        with serving(load_web_config(path), faces or FACES) as servers:
            for name, server in servers.items():
                click.echo(f"registry-web: {name} 端口 {server.port}")
            sys.stdout.flush()
            signal.sigwait(_STOP)
    except (WebConfigError, CredentialsError) as error:
        raise click.ClickException(" ".join(str(error).split())) from error


def _raise_files() -> None:
    """As many open files as every face's connections may take; the usual 1,024 are fewer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def serving(config: WebConfig, faces: tuple[str, ...] = FACES) -> Iterator[dict[str, WebServer]]:
    """Serves the faces of a configuration while the block runs. Raises WebConfigError, CredentialsError."""
    wanted = {name: face for name in faces if (face := getattr(config, name)) is not None}
    if not wanted:
        raise WebConfigError("设置文件中没有要启动的入口")
    with ExitStack() as stack:
        servers = {}
        for name, face in wanted.items():
            application = _APPLICATIONS[name](config, face, stack)
            seats = Seats(OF_ONE_SYSTEM) if name == "gateway" else None
            servers[name] = WebServer(application, face.address, config.tls, seats)
            stack.callback(servers[name].stop)
        yield servers


def _connected(config: WebConfig, face: FaceConfig, stack: ExitStack) -> Registry:
    return stack.enter_context(Registry(config.target, Credentials.load(face.credentials), timeout=10.0))


def _gateway(config: WebConfig, face: FaceConfig, _stack: ExitStack) -> Any:
    from registry_web.gateway import gateway_app

    return gateway_app(config.target, Credentials.load(face.credentials), site=face.url)


def _portal(config: WebConfig, face: Any, stack: ExitStack) -> Any:
    from registry_web.portal import portal_app

    return portal_app(face, _connected(config, face, stack))


def _console(config: WebConfig, face: Any, stack: ExitStack) -> Any:
    from registry_web.console import console_app

    return console_app(face, _connected(config, face, stack))


_APPLICATIONS: dict[str, Callable[[WebConfig, Any, ExitStack], Any]] = {
    "gateway": _gateway,
    "portal": _portal,
    "console": _console,
}

register_console(main)
register_signer(main)


if __name__ == "__main__":
    main()
