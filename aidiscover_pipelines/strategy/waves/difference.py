"""What another plan would change: who moves to another wave, which dates shift, what could not hold."""

from typing import Any

import pandas as pd

from aidiscover_pipelines.strategy.waves.movers import Inputs
from aidiscover_pipelines.strategy.waves.plan import Plan


def difference(inputs: Inputs, plan: Plan) -> dict[str, Any]:
    """The plan against the one before it, JSON-ready.

    {"waves": {"before", "after"}, "ends": {"before", "after"}, "moved": [{"application", "name", "from", "to"}],
    "dates": [{"wave", "before", "after"}], "problems": [{"rule", "what", "relax"}]}; wave 0 does not move, and None
    stands for what was not there. Ends are the last day of the last wave, where there are dates.
    """
    names = inputs.applications.set_index("application_id")["name"]
    waves = pd.DataFrame(
        {
            "from": inputs.previous.set_index("application_id")["wave"],
            "to": plan.assignments.set_index("application_id")["wave"],
        },
        dtype="Int64",
    )
    moved = waves[waves["from"].ne(waves["to"]).fillna(True)].sort_index()
    dates = pd.DataFrame({"before": _dates(inputs.previous_waves), "after": _dates(plan.waves)}, dtype=object)
    shifted = dates[dates["before"].fillna("") != dates["after"].fillna("")].sort_index()
    return {
        "waves": {"before": len(inputs.previous_waves), "after": len(plan.waves)},
        "ends": {"before": _end(inputs.previous_waves), "after": _end(plan.waves)},
        "moved": [
            {
                "application": application,
                "name": names.get(application, application),
                "from": _number(row["from"]),
                "to": _number(row["to"]),
            }
            for application, row in moved.to_dict("index").items()
        ],
        "dates": [
            {"wave": wave, "before": row["before"] or None, "after": row["after"] or None}
            for wave, row in shifted.fillna("").to_dict("index").items()
        ],
        "problems": plan.problems[["rule", "what", "relax"]].to_dict("records"),
    }


def _dates(waves: pd.DataFrame) -> pd.Series:
    """First to last day by wave, for waves with dates."""
    dated = waves[waves["starts"].notna()].set_index("wave")
    return dated["starts"].astype("str") + " to " + dated["ends"].astype("str")


def _end(waves: pd.DataFrame) -> str | None:
    ends = waves["ends"].dropna()
    return str(ends.max()) if len(ends) else None


def _number(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
