"""Servers as a migration tool takes them: each with the one application that it moves with."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from aidiscover_pipelines.reporting.exports.estate import Estate
from aidiscover_pipelines.reporting.exports.template import ROW_LEFT_OUT, rejected

_NO_APPLICATION = "no application is known to run on it"


@dataclass(frozen=True, slots=True)
class Moving:
    """`servers`: positions in the estate's assets; `applications`: position of the application of each, in step."""

    servers: list[int]
    applications: list[int]
    rejects: pd.DataFrame
    excluded: Mapping[str, int]

    def of_servers(self, values: pd.Series) -> pd.Series:
        """Values of the estate's assets, for these servers."""
        return values.loc[self.servers].reset_index(drop=True)

    def of_applications(self, values: pd.Series) -> pd.Series:
        """Values of the estate's applications, for the application of each of these servers."""
        return values.loc[self.applications].reset_index(drop=True)


def servers_with_application(estate: Estate, column: str, strategies: frozenset[str] | None = None) -> Moving:
    """Servers of exactly one application, of these strategies where given; `column` is where its name would stand.

    A server of several applications goes to the rejects: which one it moves with is for a person to say.
    """
    chosen = estate.applications["strategy"].tolist()
    names = estate.applications["name"].tolist()
    servers: list[int] = []
    applications: list[int] = []
    told: list[tuple[str, str, str, str, str]] = []
    excluded: dict[str, int] = {}
    for position, (server, places) in enumerate(zip(estate.assets["name"], estate.of_server, strict=True)):
        wanted = [place for place in places if strategies is None or chosen[place] in strategies]
        if len(wanted) == 1:
            servers.append(position)
            applications.append(wanted[0])
        elif wanted:
            reason = "several applications run on it, and the tool takes one"
            told.append((server, column, "; ".join(names[place] for place in wanted), ROW_LEFT_OUT, reason))
        else:
            why = ", ".join(sorted({chosen[place] or "not assessed" for place in places})) or _NO_APPLICATION
            excluded[why] = excluded.get(why, 0) + 1
    return Moving(servers, applications, rejected(told), dict(sorted(excluded.items())))
