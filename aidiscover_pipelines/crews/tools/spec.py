"""What a tool is: name, purpose, roles, arguments, and a function over the desk. None has a side effect."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from aidiscover_pipelines.crews.text import LIST_ITEMS, json_value, shown_value, visible
from aidiscover_pipelines.crews.tools.desk import Desk, RoomFunctions, Rows, TenantView
from aidiscover_pipelines.domain.collection import EVERYWHERE
from aidiscover_pipelines.domain.errors import ForbiddenTool
from aidiscover_pipelines.domain.tables import Application

# Enough for the 67 fields of one application or the columns of one source; a prompt stays below 20k tokens.
MOST_ROWS = 70
# About 4,000 tokens: with four uses of a tool and the messages around them, an agent stays within a 32k window.
RESULT_CHARS = 16_000
# Ids on one row: enough to check it, few enough that seventy rows still fit.
ROW_EVIDENCE = 5
TEXT_CHARS = 120
# Room for the keys of a result and for the note that rows are left out.
_FRAME_CHARS = 160

ASSET_INTELLIGENCE = "Asset Intelligence"
PLATFORM_DETECTION = "Platform Detection"
PATTERN_RECOGNITION = "Pattern Recognition"
DATA_QUALITY = "Data Quality"
MIGRATION_STRATEGY = "Migration Strategy"
RISK_ASSESSMENT = "Risk Assessment"
RECOMMENDATION = "Recommendation"
ANY = "any"
ROLES = (
    *(ASSET_INTELLIGENCE, PLATFORM_DETECTION, PATTERN_RECOGNITION, DATA_QUALITY),
    *(MIGRATION_STRATEGY, RISK_ASSESSMENT, RECOMMENDATION),
)

_CASE_ONLY = "cannot use a tool of the portfolio: this case is read alone; use the tools of the case"


def _without_hidden(text: str) -> str:
    if visible(text) != " ".join(text.split()):
        raise ValueError("it holds characters that cannot be seen")
    return visible(text)


Text = Annotated[str, Field(max_length=TEXT_CHARS), AfterValidator(_without_hidden)]
Id = Annotated[str, Field(max_length=TEXT_CHARS, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$|^$")]


class Arguments(BaseModel):
    """Base of all arguments: no unknown names; an empty text or null is an argument that was not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Scoped(Arguments):
    """Arguments of tools that look at one application or at all of them."""

    application: Id = Field("", description="application_id; empty takes the application of the case")
    whole_portfolio: bool = Field(False, description="Look at all applications although the case is about one")


@dataclass(frozen=True, slots=True)
class Found:
    """Everything a tool found; what of it is shown is decided in one place, after it."""

    rows: Rows
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A registered tool. `find` gets the desk and checked arguments of the `schema`.

    `is_useful` says whether the desk holds what it needs, `tiers` in which automation tiers of the tenant there is
    anything to look at; an agent is not given a tool that has nothing to show.
    """

    name: str
    description: str
    roles: frozenset[str]
    schema: type[Arguments]
    find: Callable[[Desk, Any], Found]
    is_useful: Callable[[Desk], bool]
    side_effects: Literal["none"] = "none"
    most_chars: int = RESULT_CHARS
    tiers: tuple[int, ...] = EVERYWHERE

    def is_offered(self, desk: Desk) -> bool:
        """Whether an agent at this desk is given the tool."""
        return desk.tier in self.tiers and self.is_useful(desk)

    def check(self, arguments: Mapping[str, Any]) -> Arguments:
        """The arguments as the schema has them. Raises: ForbiddenTool, one line that quotes none of them."""
        if not isinstance(arguments, Mapping):
            raise self._refusal("the arguments are no JSON object")
        given = {name: value for name, value in arguments.items() if value not in (None, "")}
        try:
            return self.schema.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            name = str(first["loc"][0]) if first["loc"] else ""
            if name not in self.schema.model_fields:
                raise self._refusal(f"an argument is not known; it takes {self._takes()}") from None
            raise self._refusal(f"argument {name!r}: {first['msg']}") from None

    def read(self, desk: Desk, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """`{"about": {...}, "rows": [...], "total": n}`, JSON-ready: visible text, at most 70 rows and `most_chars`.

        Nothing found is no rows and total 0. Raises: ForbiddenTool for wrong arguments; what the store raises.
        """
        return _shaped(self.find(desk, self.check(arguments)), self.most_chars)

    def _takes(self) -> str:
        return ", ".join(self.schema.model_fields) or "no arguments"

    def _refusal(self, problem: str) -> ForbiddenTool:
        return ForbiddenTool(f"cannot use tool {self.name!r}: {problem}; correct the call or go on without it")


def view_of(desk: Desk) -> TenantView:
    """The tenant's tables. Raises: ForbiddenTool where the desk has none."""
    if desk.portfolio is None:
        raise ForbiddenTool(_CASE_ONLY)
    return desk.portfolio


def rooms_of(desk: Desk) -> RoomFunctions:
    """What other rooms compute. Raises: ForbiddenTool where the desk has none."""
    if desk.rooms is None:
        raise ForbiddenTool(_CASE_ONLY)
    return desk.rooms


def scope_of(desk: Desk, arguments: Scoped) -> str:
    """application_id that the call is about, or empty for all."""
    return "" if arguments.whole_portfolio else arguments.application or desk.application


def scope_words(desk: Desk, application: str) -> dict[str, Any]:
    """What a result is about, for its `about`. An id that the tenant does not have is not repeated."""
    if not application:
        return {"of": "the whole portfolio"}
    known = view_of(desk).read(Application, columns=["application_id", "name"], application_id=application)
    if known.empty:
        return {"note": "the portfolio has no such application"}
    return {"of": known["application_id"].iloc[0], "name": known["name"].iloc[0]}


def only(column: str, value: str) -> dict[str, Any]:
    """Keywords of `read` that narrow a column to a value; none where it is empty."""
    return {column: value} if value else {}


def has_portfolio(desk: Desk) -> bool:
    """Whether the tenant's tables may be read."""
    return desk.portfolio is not None and desk.rooms is not None


def _shaped(found: Found, most_chars: int) -> dict[str, Any]:
    about = _shown(found.about)
    total = len(found.rows)
    rows: list[dict[str, Any]] = []
    left = most_chars - _FRAME_CHARS - _chars(about)
    for row in found.rows[:MOST_ROWS]:
        shown = _shown(row)
        left -= _chars(shown)
        if left < 0:
            break
        rows.append(shown)
    if len(rows) < total:
        about = {**about, "rows_shown": f"{len(rows)} of {total}; narrow the call to see others"}
    return {"about": about, "rows": rows, "total": total}


def _chars(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False)) + 2


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = shown_value(json_value(row))
    if "evidence" in shown:
        # A clipped id names no cell.
        shown["evidence"] = [each for each in row["evidence"][:LIST_ITEMS] if shown_value(each) == each]
    return shown
