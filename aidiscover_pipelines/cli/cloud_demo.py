"""A cloud to try on: an AWS organization that is made up, served by moto on loopback."""

from importlib.util import find_spec

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, messages
from aidiscover_pipelines.cli.secrets import open_sealed
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, tenant_id

DEMO = Tenant(tenant_id("cloud-demo"), "Nordwerk in AWS (sample organization)")
STATE = "cloud-demo.json"


@click.group(name="cloud-demo")
def cloud_demo() -> None:
    """Start or stop an AWS organization that is made up, with thousands of resources, and a tenant connected to it."""


@cloud_demo.command()
@click.option("--applications", default=64, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@click.option("--servers", default=9, show_default=True, type=click.IntRange(3, 100), help="Of each application.")
@json_option
def start(applications: int, servers: int, as_json: bool) -> int:
    """Start the server, fill it, and connect tenant cloud-demo to it."""
    from resources.clouds.aws.demo import process
    from resources.clouds.connections import checked_connection, store_connection

    if find_spec("moto") is None or find_spec("flask") is None:
        raise ConfigError("cannot start the demonstration cloud: moto is not installed; pip install 'moto[server]'")
    home = Settings.from_environment().home
    store, secrets = open_sealed()
    state = home / STATE
    endpoint = process.running_at(state)
    if not endpoint:
        messages.print("filling an AWS organization in memory; this takes a while", highlight=False)
        endpoint = process.start(state, home / "cloud-demo.log", applications, servers)
    store.add_tenant(DEMO)
    reached = process.connection(endpoint)
    row = checked_connection("aws", reached.name, reached.method, reached.options, endpoint, "cloud-demo")
    store_connection(store, secrets, DEMO.id, row, dict.fromkeys(row.sealed, reached.secret))
    if as_json:
        emit({"tenant": DEMO.id, "endpoint": endpoint})
    else:
        console.print(f"AWS answers at {endpoint} until: aidiscover cloud-demo stop", markup=False, highlight=False)
        console.print(f"scan it: aidiscover scan --tenant {DEMO.id}", markup=False, highlight=False)
    return DONE


@cloud_demo.command()
@json_option
def stop(as_json: bool) -> int:
    """Stop the server; the tenant and what was found stay."""
    from resources.clouds.aws.demo.process import running_at

    state = Settings.from_environment().home / STATE
    was_running = bool(running_at(state))
    state.unlink(missing_ok=True)  # the server looks for it and ends by itself
    if as_json:
        emit({"was_running": was_running})
    else:
        console.print("the demonstration cloud is down" if was_running else "the demonstration cloud was not running")
    return DONE
