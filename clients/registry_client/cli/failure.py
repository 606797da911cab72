"""A command that could not be carried out: one clear line on standard error, exit status 3.

Apart from ``failures``, which knows what calls may fail of, so that commands without a network load none."""

from __future__ import annotations

from typing import IO, Any

import click

from registry_client.cli.output import safe


class Failure(click.ClickException):
    """The command could not be carried out."""

    exit_code = 3

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints the message to standard error."""
        click.echo(f"错误：{safe(self.message)}", file=file, err=file is None)
