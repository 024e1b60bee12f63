"""How sensitive a tenant's fields are and what may leave for a remote model: list, set."""

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id
from aidiscover_pipelines.domain.vocabulary import Sensitivity

DEFAULT = "default"


@click.group()
def sensitivity() -> None:
    """See and change which fields may leave for a remote model."""


@sensitivity.command(name="list")
@tenant_option
@json_option
def list_classes(tenant: str, as_json: bool) -> int:
    """List each field with its class, the default with its reason, and whether its values leave."""
    from aidiscover_pipelines.domain.classification import BY_FIELD
    from aidiscover_pipelines.governance.sensitivity import classes_of

    name = tenant_id(tenant)
    classes = classes_of(open_portfolio(Settings.from_environment()), name)
    rows = [
        {
            "field": field,
            "class": own.value,
            "default": BY_FIELD[field].sensitivity.value,
            "leaves": classes.leaves(field),
            "reason": BY_FIELD[field].reason if own is BY_FIELD[field].sensitivity else "set for this tenant",
        }
        for field, own in sorted(classes.by_field.items(), key=lambda item: (-item[1].rank, item[0]))
    ]
    if as_json:
        emit({"tenant": name, "limit": classes.limit.value, "fields": rows})
        return DONE
    title = f"Values up to {classes.limit} leave for a remote model"
    shown = [[row["field"], row["class"], "yes" if row["leaves"] else "no", row["reason"]] for row in rows]
    console.print(table(title, ["field", "class", "leaves", "why"], shown))
    return DONE


@sensitivity.command(name="set")
@click.argument("field")
@click.argument("value", metavar="CLASS", type=click.Choice([DEFAULT, *(each.value for each in Sensitivity)]))
@tenant_option
@by_option
@json_option
def set_field(field: str, value: str, tenant: str, by: str, as_json: bool) -> int:
    """Class a FIELD, or the 'limit' up to which values leave; 'default' takes it back. Holds from the next call on."""
    from aidiscover_pipelines.governance.sensitivity import LIMIT, set_class

    name = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    classes = set_class(store, name, field, None if value == DEFAULT else value, by)
    own = classes.limit if field == LIMIT else classes.by_field[field]
    kept = sorted(each for each in classes.by_field if not classes.leaves(each))
    if as_json:
        emit({"tenant": name, "field": field, "class": own.value, "limit": classes.limit.value, "kept": kept})
        return DONE
    what = "the limit" if field == LIMIT else f"{field}"
    console.print(f"{what} is {own} for {name}; kept from remote models: {', '.join(kept)}", markup=False)
    return DONE
