"""The console script. Commands import what they need when they run: `--help` answers at once."""

import importlib
import sys
from collections.abc import Sequence

import click

from aidiscover_pipelines.cli.output import FAILED, WRONG_USAGE, emit, messages
from aidiscover_pipelines.domain.errors import DiscoveryError, UnknownTenant

# Command -> module:function that holds it, in the order `--help` shows.
COMMANDS: dict[str, str] = {
    "demo": "aidiscover_pipelines.cli.demo:demo",
    "up": "aidiscover_pipelines.cli.servers:up",
    "down": "aidiscover_pipelines.cli.servers:down",
    "exec": "aidiscover_pipelines.cli.servers:execute",
    "worker": "aidiscover_pipelines.cli.worker:worker",
    "doctor": "aidiscover_pipelines.cli.doctor:doctor",
    "tenant": "aidiscover_pipelines.cli.tenants:tenant",
    "cloud": "aidiscover_pipelines.cli.cloud:cloud",
    "cloud-demo": "aidiscover_pipelines.cli.cloud_demo:cloud_demo",
    "secrets": "aidiscover_pipelines.cli.secrets:secrets",
    "ingest": "aidiscover_pipelines.cli.portfolio:ingest",
    "rejects": "aidiscover_pipelines.cli.rejects:rejects",
    "changes": "aidiscover_pipelines.cli.changes:changes",
    "cleansing": "aidiscover_pipelines.cli.cleansing:cleansing",
    "flags": "aidiscover_pipelines.cli.flags:flags",
    "scan": "aidiscover_pipelines.cli.scan:scan",
    "discover": "aidiscover_pipelines.cli.portfolio:discover",
    "reassess": "aidiscover_pipelines.cli.portfolio:reassess",
    "platform": "aidiscover_pipelines.cli.platform:platform",
    "report": "aidiscover_pipelines.cli.portfolio:report",
    "export": "aidiscover_pipelines.cli.export:export",
    "review": "aidiscover_pipelines.cli.review:review",
    "graph": "aidiscover_pipelines.cli.graph:graph",
    "questions": "aidiscover_pipelines.cli.questions:questions",
    "correct": "aidiscover_pipelines.cli.corrections:correct",
    "corrections": "aidiscover_pipelines.cli.corrections:corrections",
    "explain": "aidiscover_pipelines.cli.explain:explain",
    "identity": "aidiscover_pipelines.cli.identity:identity",
    "override": "aidiscover_pipelines.cli.override:override",
    "overrides": "aidiscover_pipelines.cli.override:overrides",
    "policy": "aidiscover_pipelines.cli.policy:policy",
    "scenarios": "aidiscover_pipelines.cli.scenarios:scenarios",
    "waves": "aidiscover_pipelines.cli.waves:waves",
    "templates": "aidiscover_pipelines.cli.templates:templates",
    "memory": "aidiscover_pipelines.cli.memory:memory",
    "map": "aidiscover_pipelines.cli.single_file:map_file",
    "assess": "aidiscover_pipelines.cli.single_file:assess",
    "crew": "aidiscover_pipelines.cli.crew:crew",
    "llm": "aidiscover_pipelines.cli.llm:llm",
    "sensitivity": "aidiscover_pipelines.cli.sensitivity:sensitivity",
    "cost": "aidiscover_pipelines.cli.cost:cost",
    "runs": "aidiscover_pipelines.cli.compare:runs",
    "evaluate": "aidiscover_pipelines.cli.evaluate:evaluate",
    "repositories": "aidiscover_pipelines.cli.repositories:repositories",
    "webhooks": "aidiscover_pipelines.cli.repositories:webhooks",
    "bench": "aidiscover_pipelines.cli.bench:bench",
    "simulate": "aidiscover_pipelines.cli.simulate:simulate",
}


class LazyCommands(click.Group):
    """Resolves a command from the table when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aidiscover-pipelines")
def cli() -> None:
    """Turn inventory exports and cloud accounts into a cloud-migration plan that can be defended."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with a code that scripts can rely on."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(args=words, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_USAGE)
    except click.Abort:
        messages.print("stopped; nothing half-written was kept", style="yellow")
        sys.exit(FAILED)
    except DiscoveryError as error:
        if "--json" in words:
            emit({"error": {"kind": type(error).__name__, "message": str(error)}})
        messages.print(f"aidiscover: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(WRONG_USAGE if isinstance(error, UnknownTenant) else FAILED)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
