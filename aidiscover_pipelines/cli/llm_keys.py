"""Keys of providers, one set for each tenant: stored sealed, never shown. A stored key wins over the environment."""

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, FAILED, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.secrets import open_sealed, read_secrets
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tenancy import tenant_id

FOLDER = "llm/"  # where the keys of providers lie among a tenant's secrets

provider_argument = click.argument("provider")


@click.group()
def key() -> None:
    """Store the keys of model providers, sealed, for each tenant."""


@key.command(name="set")
@tenant_option
@provider_argument
@by_option
@json_option
def set_key(tenant: str, provider: str, by: str, as_json: bool) -> int:
    """Store a provider's key. It is read from a hidden prompt, or from standard input."""
    name, kept_as = tenant_id(tenant), _secret_name(provider)
    store, stored = open_sealed()
    store.tenant(name, f"store the key of {provider!r}")  # before anybody types a key
    version = stored.put(name, kept_as, _read_key(provider), by)
    if as_json:
        emit({"tenant": name, "name": kept_as, "version": version, "by": by})
    else:
        console.print(f"{kept_as} of tenant {name} stored, version {version}", markup=False)
    return DONE


@key.command(name="list")
@tenant_option
@json_option
def list_keys(tenant: str, as_json: bool) -> int:
    """List what is stored: names, versions, who and when; never a key."""
    name = tenant_id(tenant)
    listed = [one for one in open_sealed()[1].names(name) if one.name.startswith(FOLDER)]
    if as_json:
        shown = [
            {"name": o.name, "version": o.version, "by": o.by, "at": o.at, "master_key": o.master_key} for o in listed
        ]
        emit({"tenant": name, "keys": shown})
        return DONE
    rows = [[one.name, one.version, one.by, f"{one.at:%Y-%m-%d %H:%M}"] for one in listed]
    console.print(table(f"Keys of {name}", ["name", "version", "by", "at (UTC)"], rows))
    return DONE


@key.command()
@tenant_option
@provider_argument
@json_option
def remove(tenant: str, provider: str, as_json: bool) -> int:
    """Forget a provider's key; the environment's is used again, if there is one."""
    name, kept_as = tenant_id(tenant), _secret_name(provider)
    was_there = open_sealed()[1].remove(name, kept_as)
    if as_json:
        emit({"tenant": name, "name": kept_as, "removed": was_there})
    else:
        console.print(f"{kept_as} of tenant {name} {'removed' if was_there else 'was not stored'}", markup=False)
    return DONE if was_there else FAILED


def _secret_name(provider: str) -> str:
    """Raises: ConfigError for a provider that is not in the table."""
    from resources.llm.providers import PROVIDERS

    keyed = [name for name, row in PROVIDERS.items() if "api_key" in {**row.needs, **row.may_have}]
    if provider not in keyed:
        raise ConfigError(f"cannot keep a key of {provider!r}: it takes none or is no provider; use {', '.join(keyed)}")
    return FOLDER + provider


def _read_key(provider: str) -> str:
    """The key as typed without an echo, or piped in. Raises: ConfigError where it cannot be one."""
    attempted = f"store the key of {provider!r}"
    (words,) = (text.split() for text in read_secrets(attempted, [f"key of {provider}"]))
    if len(words) != 1:
        raise ConfigError(
            f"cannot {attempted}: {len(words)} words came in; type it at the prompt, or pipe it in alone as in "
            f"'aidiscover llm key set --tenant T {provider} < FILE'"
        )
    return words[0]
