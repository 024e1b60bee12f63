"""Starting and stopping what stays up: the embedded database, the Dagster UI and its daemon, or one server alone."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click

from aidiscover_pipelines.cli.output import DONE, console, messages
from aidiscover_pipelines.cli.runs import dagster_environment, open_portfolio
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port of the UI.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address that the UI listens on.")
def up(port: int, host: str) -> int:
    """Start the database, the Dagster UI and the daemon; Ctrl-C stops the UI and the daemon."""
    settings = Settings.from_environment()
    environment = os.environ | dagster_environment(settings)
    workspace = ["-w", "workspace.yaml"] if Path("workspace.yaml").is_file() else []
    target = workspace or ["-m", "aidiscover_pipelines.definitions"]
    console.print(f"Dagster UI: http://{host}:{port}  (uploads go to {settings.home / 'uploads'})", markup=False)
    messages.print("Ctrl-C stops the UI and the daemon; the database stays up until 'aidiscover down'")
    # A shell's background job ignores SIGINT and dagster copies that to SIGTERM; then nothing could stop it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, "-m", "dagster", "dev", *target, "--host", host, "--port", str(port)]
    server = subprocess.Popen(command, env=environment)  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGINT))
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.send_signal(signal.SIGINT)
        server.wait()
        return DONE


@click.command()
def down() -> int:
    """Stop the embedded database."""
    from resources.postgres.embedded import stop_server

    stop_server(Settings.from_environment().home)
    console.print("the embedded database is down; its data stays")
    return DONE


@click.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(command: tuple[str, ...]) -> None:
    """Run one program of Dagster in place of this one: on this installation's instance, its database migrated."""
    beside = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    program = shutil.which(command[0], path=beside)
    if program is None:
        raise ConfigError(
            f"cannot run {command[0]!r}: there is no such program; name one, such as dagster, dagster-webserver or "
            "dagster-daemon"
        )
    settings = Settings.from_environment()
    open_portfolio(settings)
    environment = os.environ | dagster_environment(settings) | {"PATH": beside}
    os.execve(program, [program, *command[1:]], environment)  # noqa: S606 - what the caller asked for, no shell
