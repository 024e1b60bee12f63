"""Questions to the ledger: filters given as text, one page of rows, and totals over all rows that match."""

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, get_args

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import LlmCall, Row, ToolCall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore

SUMMED: Mapping[type[Row], tuple[str, ...]] = {
    LlmCall: ("prompt_tokens", "completion_tokens", "cached_tokens", "cost_usd", "redactions"),
    ToolCall: ("result_chars",),
}
RUN_ID_CHARS = 36
_COMPARISON = re.compile(r"\s*(\w+)\s*(<=|>=|!=|<|>|=|~)\s*(.*?)\s*", re.DOTALL)
_KINDS = {int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as JSON values, how many there are in all, and sums over all of them."""

    rows: list[dict[str, Any]]
    total: int
    number: int
    pages: int
    totals: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """As commands print it."""
        return {
            "rows": self.rows,
            "total": self.total,
            "page": self.number,
            "pages": self.pages,
            "totals": self.totals,
        }


def comparison(table: type[Row], text: str) -> Condition:
    """A condition written as column, operator and value: 'cost_usd>0.01', 'model_served~gpt'. Raises: ConfigError."""
    found = _COMPARISON.fullmatch(text)
    if found is None:
        raise _refusal(table, text, "it is no comparison; write column, one of = != < <= > >= ~, and a value")
    column, operator, value = found.groups()
    _check_column(table, text, column)
    kind = _kind(table, column)
    if kind in (list, dict):
        raise _refusal(table, text, f"{column} holds a list or a map, which cannot be compared")
    if operator == "~" and kind is not str:
        raise _refusal(table, text, f"~ looks for text, and {column} holds none")
    if kind is datetime:
        return Condition(column, operator, moment(value))
    try:
        return Condition(column, operator, TypeAdapter(kind).validate_python(value))
    except ValidationError:
        raise _refusal(table, text, f"{value!r} is not {_KINDS.get(kind, 'comparable')}") from None


def since(text: str) -> Condition:
    """From a day or a moment on, UTC. Raises: ConfigError."""
    return Condition("at", ">=", moment(text))


def until(text: str) -> Condition:
    """Up to the end of a day, or up to a moment, UTC. Raises: ConfigError."""
    end = moment(text)
    return Condition("at", "<", end + timedelta(days=1)) if _is_day(text) else Condition("at", "<=", end)


def moment(text: str) -> datetime:
    """A day (its beginning) or a moment in ISO 8601; UTC where no zone is given. Raises: ConfigError."""
    try:
        read = datetime.combine(date.fromisoformat(text), time()) if _is_day(text) else datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"cannot read {text!r} as a time: write a day such as 2026-11-21 or a moment such as 2026-11-21T14:30"
        ) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def run_condition(text: str) -> Condition:
    """Rows of a run given by its id or by a part of it, as tables show it."""
    return Condition("run_id", "=" if len(text) == RUN_ID_CHARS else "~", text)


def ask_ledger(
    store: PortfolioStore,
    tenant: TenantId,
    table: type[Row],
    conditions: Sequence[Condition] = (),
    *,
    order: Sequence[str] = ("-at",),
    limit: int = 50,
    number: int = 1,
) -> Page:
    """One page of calls or of tool calls, newest first unless ordered, with totals over all that match.

    Raises: ConfigError for a column to sort by that there is not, UnknownTenant.
    """
    for name in order:
        _check_column(table, name, name.removeprefix("-"), attempted="sort")
    frame, total = store.page(tenant, table, conditions, order=order, limit=limit, offset=(number - 1) * limit)
    pages = math.ceil(total / limit)
    return Page(json_rows(frame, table), total, number, pages, totals(store, tenant, table, conditions))


def totals(
    store: PortfolioStore, tenant: TenantId, table: type[Row], conditions: Sequence[Condition] = ()
) -> dict[str, Any]:
    """Sums over all rows that match, rows by status and failures by class; of model calls also what has no price."""
    sums = store.sums(tenant, table, SUMMED[table], conditions)
    told: dict[str, Any] = {"rows": int(sums["rows"])}
    told.update({name: round(sums[name], 6) if name.endswith("usd") else int(sums[name]) for name in SUMMED[table]})
    statuses = counts(store, tenant, table, "status", conditions)
    told["statuses"] = statuses
    told["failures"] = counts(store, tenant, table, "error_class", [*conditions, Condition("error_class", "!=", "")])
    if table is LlmCall:
        priced = store.sums(tenant, table, [], [*conditions, Condition("cost_usd", ">=", 0.0)])
        told["unknown_prices"] = int(sums["rows"] - priced["rows"])
        told["cache_hits"] = statuses.get("cached", 0)
    return told


def counts(
    store: PortfolioStore, tenant: TenantId, table: type[Row], column: str, conditions: Sequence[Condition] = ()
) -> dict[str, int]:
    """Rows that match by each value of a text column of few values: one look for the next value, one to count it."""
    found: dict[str, int] = {}
    after: list[Condition] = []
    while True:
        first, _ = store.page(tenant, table, [*conditions, *after], order=[column], limit=1)
        if first.empty:
            return found
        value = str(first[column].iloc[0])
        rows = store.sums(tenant, table, [], [*conditions, Condition(column, "=", value)])["rows"]
        found[value] = int(rows)
        after = [Condition(column, ">", value)]


def json_rows(frame: pd.DataFrame, table: type[Row]) -> list[dict[str, Any]]:
    """Rows of a stored table as JSON values: missing is None, whole numbers are int, times are ISO 8601 in UTC."""
    kinds = {name: _kind(table, name) for name in table.columns()}
    return [
        {str(name): _json_value(value, kinds[str(name)]) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _json_value(value: Any, kind: type) -> Any:
    if isinstance(value, list | dict):
        return value
    if value is None or value is pd.NaT or value != value:
        return None
    if kind is datetime:
        return value.isoformat(timespec="milliseconds")
    return int(value) if kind is int else value


def _kind(table: type[Row], column: str) -> Any:
    """Type of a column's values where they are not missing: str, int, float, bool, datetime, list or dict."""
    annotation = table.model_fields[column].annotation
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    held = kinds[0] if kinds and type(None) in get_args(annotation) else annotation
    return getattr(held, "__origin__", held)


def _check_column(table: type[Row], text: str, column: str, attempted: str = "filter") -> None:
    if column not in table.model_fields:
        near = difflib.get_close_matches(column, table.model_fields, n=1)
        hint = f", perhaps {near[0]!r} is meant" if near else ""
        names = ", ".join(table.model_fields)
        raise _refusal(table, text, f"there is no column {column!r}{hint}; the columns are {names}", attempted)


def _refusal(table: type[Row], text: str, problem: str, attempted: str = "filter") -> ConfigError:
    return ConfigError(f"cannot {attempted} {table.table} by {text!r}: {problem}")


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
