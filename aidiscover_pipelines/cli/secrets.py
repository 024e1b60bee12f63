"""Sealed secrets of tenants: how commands open and read them, and the rotation of the master key over all of them."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, emit, json_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

if TYPE_CHECKING:
    from aidiscover_pipelines.ports import PortfolioStore
    from resources.secrets.sealed import SealedSecrets


@click.group()
def secrets() -> None:
    """Keep what is sealed for tenants: keys of model providers and credentials of cloud connections."""


@secrets.command()
@click.option("--tenant", default="", help="Only seal this tenant's secrets again, under the present master key.")
@json_option
def rotate(tenant: str, as_json: bool) -> int:
    """Make a new master key and seal every tenant's secrets under it; older master keys still open backups."""
    store, stored = open_sealed()
    if tenant:
        names = [tenant_id(tenant)]
    else:
        names = [one.id for one in store.tenants()]
        stored.key_ring.renew()
    rotations = {name: stored.rotate(name) for name in names}
    master, left = stored.key_ring.current().id, [(name, one) for name in names for one in rotations[name].left]
    if as_json:
        emit({"master_key": master, "tenants": {name: asdict(rotation) for name, rotation in rotations.items()}})
        return NEEDS_REVIEW if left else DONE
    count = sum(len(rotation.resealed) for rotation in rotations.values())
    console.print(f"{count} secrets sealed again under master key {master}", markup=False)
    for name, secret in left:
        console.print(
            f"{secret} of tenant {name} does not open with this key ring; restore the ring, or store it again",
            markup=False,
            soft_wrap=True,
        )
    return NEEDS_REVIEW if left else DONE


def open_sealed() -> "tuple[PortfolioStore, SealedSecrets]":
    """The store and the sealed secrets in it."""
    from resources.secrets import open_secrets

    settings = Settings.from_environment()
    store = open_portfolio(settings)
    return store, open_secrets(store, settings)


def read_secrets(attempted: str, wanted: Sequence[str]) -> list[str]:
    """A text for each of `wanted`, typed without an echo, or piped in: one alone, several one a line in that order.

    Raises: ConfigError, which shows nothing of what came in.
    """
    from resources.secrets.sealed import LONGEST_VALUE

    if sys.stdin.isatty():
        return [str(click.prompt(one, hide_input=True)).strip() for one in wanted]
    try:
        piped = sys.stdin.read((LONGEST_VALUE + 2) * len(wanted)).strip()
        piped.encode()
    except UnicodeError:
        raise ConfigError(
            f"cannot {attempted}: what was piped in is no UTF-8 text; pipe in {_listed(wanted)}"
        ) from None
    given = [piped] if len(wanted) == 1 else [line.strip() for line in piped.splitlines()]
    if len(given) != len(wanted) or not all(given):
        problem = f"{len(given)} lines came in" if piped else "nothing came in"
        raise ConfigError(f"cannot {attempted}: {problem}; type at the prompt, or pipe in {_listed(wanted)}")
    return given


def _listed(wanted: Sequence[str]) -> str:
    return f"{wanted[0]}, alone" if len(wanted) == 1 else f"one a line: {', '.join(wanted)}"
