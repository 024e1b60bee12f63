"""What is wrong with a dependency: an end that no source lists, an application that needs itself, a large circle."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import DataFlag
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among, record_ids

# A circle of so many applications can hardly move at once: some of its edges are wrong or can be cut.
LARGE_CYCLE = 10
_MOST_EVIDENCE = 5
_SHOWN = 5
_COLUMNS = ["problem", "entity", "entity_id", "field", "value", "what", "evidence"]


def dependency_flags(
    dependencies: pd.DataFrame, on_itself: pd.DataFrame, circles: Sequence[Sequence[str]], cells: pd.DataFrame
) -> pd.DataFrame:
    """DataFlag rows of the stage dependencies, one for each unknown end, self-dependency and large circle.

    `cells` (record_id, field, value, evidence_id) say which cell of an edge's row names each end; a relation may have
    been turned round.
    """
    parts = [_unknown_ends(dependencies, cells), _on_themselves(on_itself), _large_circles(dependencies, circles)]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=DataFlag.columns())
    flags = pd.concat(filled, ignore_index=True).sort_values(["problem", "value", "entity_id"], kind="stable")
    told_apart = flags["problem"] + "\n" + flags["entity_id"] + "\n" + flags["value"].str.casefold()
    flags["flag_id"] = [hashlib.sha256(text.encode()).hexdigest()[:12] for text in told_apart]
    return flags.assign(stage="dependencies")[DataFlag.columns()].drop_duplicates("flag_id", ignore_index=True)


def _unknown_ends(dependencies: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    ends = []
    for end, field in (("source", "dep_source"), ("target", "dep_target")):
        unknown = dependencies[f"{end}_application"].isna() & dependencies[f"{end}_asset"].isna()
        told = dependencies.loc[unknown, ["dependency_id", f"{end}_text", "kind", "evidence"]]
        ends.append(told.rename(columns={f"{end}_text": "value"}).assign(field=field))
    held = pd.concat(ends, ignore_index=True)
    if held.empty:
        return pd.DataFrame(columns=_COLUMNS)
    held.loc[held["kind"] == "mention", "field"] = "integration_dependencies"
    held = held.assign(key=held["value"].astype("str").str.casefold(), cell=held["evidence"].str.get(0).astype("str"))
    records = record_ids(held["cell"])
    named = cells[cells["field"].isin(("dep_source", "dep_target")) & among(cells["record_id"], records)]
    texts = named["record_id"].astype("str") + " " + named["value"].astype("str").str.casefold()
    cell_at = pd.Series(named["evidence_id"].to_numpy(dtype=object), index=texts.to_numpy())
    own = (records + " " + held["key"]).map(cell_at[~cell_at.index.duplicated()])
    held["cell"] = own.where(own.notna(), held["cell"])
    grouped = held.groupby("key", sort=True)
    first = held.drop_duplicates("key").sort_values("key").reset_index(drop=True)
    cited = held[grouped.cumcount() < _MOST_EVIDENCE].groupby("key", sort=True)["cell"].agg(list)
    edges = grouped.size().astype("str").to_numpy()
    what = "no source lists it; " + pd.Series(edges) + " edge(s) keep it as text and order no wave"
    return pd.DataFrame(
        {
            "problem": "dependency on something unknown",
            "entity": str(EntityKind.DEPENDENCY),
            "entity_id": first["dependency_id"],
            "field": first["field"],
            "value": first["value"].astype("str"),
            "what": what,
            "evidence": cited.to_numpy(),
        }
    )


def _on_themselves(on_itself: pd.DataFrame) -> pd.DataFrame:
    grouped = on_itself.groupby("entity_id", sort=True)
    first = grouped.first().reset_index()
    return pd.DataFrame(
        {
            "problem": "dependency on itself",
            "entity": str(EntityKind.APPLICATION),
            "entity_id": first["entity_id"].astype("str"),
            "field": "dep_target",
            "value": first["text"].astype("str"),
            "what": "a row says that the application needs itself; it is left out of the graph",
            "evidence": pd.Series([cells[:_MOST_EVIDENCE] for cells in grouped["evidence_id"].agg(list)], dtype=object),
        }
    )


def _large_circles(dependencies: pd.DataFrame, circles: Sequence[Sequence[str]]) -> pd.DataFrame:
    rows = []
    for circle in circles:
        if len(circle) < LARGE_CYCLE:
            continue
        members = set(circle)
        inside = dependencies["source_application"].isin(members) & dependencies["target_application"].isin(members)
        between = dependencies[inside & dependencies["directed"].astype(bool)]
        weakest = between.iloc[np.argsort(between["strength"].to_numpy(dtype=float), kind="stable")[:_MOST_EVIDENCE]]
        shown = ", ".join(circle[:_SHOWN])
        rows.append(
            {
                "problem": "large circle of dependencies",
                "entity": str(EntityKind.APPLICATION),
                "entity_id": circle[0],
                "field": "dep_target",
                "value": f"{len(circle)} applications: {shown} ...",
                "what": "each needs all others, so they would have to move at once; the weakest edges are the evidence",
                "evidence": weakest["evidence_id"].tolist(),
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS)
