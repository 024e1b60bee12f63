"""Starting and stopping what stays up: the embedded database, the Dagster UI and its daemon."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import click

from aidiscover_pipelines.cli.output import DONE, console, messages
from aidiscover_pipelines.cli.runs import dagster_environment
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
