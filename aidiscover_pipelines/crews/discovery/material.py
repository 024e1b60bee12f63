"""What a case carries of single applications: open and inferred attributes, the facts they rest on, flags, methods.

All of it comes from this run and from code, so that the same input makes the same case and nothing is asked twice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.collection import COLLECTION, FILES, application_tiers
from aidiscover_pipelines.domain.tables import ApplicationAsset, ApplicationFact, Asset, DataFlag, PlatformAssessment
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import CLOSED_ATTRIBUTES, OPEN_STATES, AttributeState
from aidiscover_pipelines.ports import PortfolioStore

KNOWN = (AttributeState.PRESENT.value, AttributeState.NOT_APPLICABLE.value)
# Fields in which people write in their own words what a column of its own should hold.
TELLING = ("description", "application_type", "technology_stack")
# What every application has, and counts of what is listed beside them.
SAYS_LITTLE = ("application_name", "dependency_count", "depended_on_count", "last_seen")
# What is shown of three applications stays near 1,500 tokens.
STANDING_ROWS, FACTS_OF_ONE, FLAGS_OF_ONE, CELLS = 12, 8, 3, 2
# Below this a merge of records is shown to the crew as a doubt; it reports, a person decides.
DOUBTFUL_MERGE = 0.8
ByApplication = Mapping[str, Sequence[dict[str, Any]]]
FLAG_COLUMNS = ["application_id", "problem", "field", "value", "what", "evidence"]


@dataclass(frozen=True, slots=True)
class Material:
    """Rows about applications: ApplicationFact, and flags in FLAG_COLUMNS. Empty frames are fine.

    `tier` is the tenant's automation tier, `tiers` those of applications by where their servers stand: they decide by
    what an answer can be collected.
    """

    facts: pd.DataFrame
    flags: pd.DataFrame
    tier: int = FILES
    tiers: Mapping[str, int] = field(default_factory=dict)

    def tier_of(self, applications: Iterable[str]) -> int:
        """The tier that most of these applications have, the harder of two equals."""
        counted = Counter(self.tiers.get(name, self.tier) for name in applications)
        return max(counted, key=lambda tier: (counted[tier], tier), default=self.tier)


def read_material(store: PortfolioStore, tenant: TenantId, applications: Sequence[str]) -> Material:
    """Facts and flags of these applications; a flag of an asset is told of each of them that runs on it."""
    wanted = list(applications)
    links = store.read(tenant, ApplicationAsset, application_id=wanted)
    assets = links["asset_id"].unique().tolist()
    flags = store.read(tenant, DataFlag, entity_id=[*wanted, *assets])
    own = flags[flags["entity_id"].isin(wanted)]
    own = own.assign(application_id=own["entity_id"])
    of_assets = flags.merge(
        links[["application_id", "asset_id"]].drop_duplicates(), left_on="entity_id", right_on="asset_id"
    )
    doubts = _doubtful_merges(store.read(tenant, Asset, asset_id=assets), links)
    told = pd.concat([each[FLAG_COLUMNS].astype(object) for each in (own, of_assets, doubts)], ignore_index=True)
    facts = store.read(tenant, ApplicationFact, application_id=wanted)
    assessed = store.find(tenant, PlatformAssessment, scope="tenant")
    if assessed is None:
        return Material(facts, told)
    return Material(facts, told, assessed.tier, application_tiers(assessed.groups))


def by_application(frame: pd.DataFrame) -> ByApplication:
    """The frame's rows as dicts, by their application: cases are many and small, and a frame is slow to ask often."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        rows.setdefault(str(row["application_id"]), []).append({str(name): value for name, value in row.items()})
    return rows


def standing_rows(attributes: ByApplication, applications: Sequence[str]) -> list[dict[str, Any]]:
    """Attributes of these applications that are open or only inferred, what most of them lack first.

    A row: application_id, attribute, state, evidence; value, rule and problem where there are any; choices where the
    value is one of a closed set.
    """
    standing = [row for name in applications for row in attributes.get(name, ()) if row["state"] not in KNOWN]
    shared = Counter(row["attribute"] for row in standing)
    ordered = sorted(standing, key=lambda row: (-shared[row["attribute"]], row["attribute"]))
    return [_standing(row) for row in ordered[:STANDING_ROWS]]


def fact_rows(facts: ByApplication, standing: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Facts that a conclusion of `standing` rests on, and those in people's own words, of its applications in order."""
    cells: dict[str, set[str]] = {}
    for row in standing:
        cells.setdefault(row["application_id"], set()).update(row["evidence"])
    rows = []
    for application, cited in cells.items():
        kept = [
            fact
            for fact in facts.get(application, ())
            if fact["field"] in TELLING or (fact["field"] not in SAYS_LITTLE and cited.intersection(fact["evidence"]))
        ]
        kept.sort(key=lambda fact: (fact["field"] not in TELLING, fact["field"]))
        rows += [_fact(fact) for fact in kept[:FACTS_OF_ONE]]
    return rows


def flag_rows(flags: ByApplication, applications: Sequence[str]) -> list[dict[str, Any]]:
    """What is flagged about these applications and their servers, a few each; the same fault once, with how often."""
    rows = []
    for application in sorted(applications):
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in flags.get(application, ()):
            alike.setdefault((row["problem"], row["field"], row["what"]), []).append(row)
        for _, same in sorted(alike.items())[:FLAGS_OF_ONE]:
            told = {name: same[0][name] for name in FLAG_COLUMNS if same[0][name]}
            rows.append({**told, "times": len(same), "evidence": _cells(same[0])})
    return rows


def method_rows(gaps: Sequence[Mapping[str, Any]], tier: int = FILES) -> list[dict[str, Any]]:
    """The ways to collect each attribute of these gaps that the tier allows, cheapest first for so many members."""
    return [
        {
            "attribute": gap["attribute"],
            "method": method.name,
            "ask": COLLECTION[gap["attribute"]].ask,
            "applications": gap["members"],
            "minutes": round(method.minutes(gap["members"]) * gap["members"]),
        }
        for gap in gaps
        if gap["attribute"] in COLLECTION
        for method in COLLECTION[gap["attribute"]].ordered(gap["members"], tier)
    ]


def _standing(row: Mapping[str, Any]) -> dict[str, Any]:
    open_one = row["state"] in OPEN_STATES
    told = {} if open_one else {name: row.get(name) for name in ("value", "rule", "problem") if row.get(name)}
    choices = CLOSED_ATTRIBUTES.get(row["attribute"])
    return {
        "application_id": row["application_id"],
        "attribute": row["attribute"],
        "state": str(row["state"]),
        **told,
        **({"choices": list(choices)} if choices else {}),
        "evidence": [] if open_one else _cells(row),
    }


def _fact(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: row[name] for name in ("application_id", "field", "value")}, "evidence": _cells(row)}


def _cells(row: Mapping[str, Any]) -> list[str]:
    return list(row["evidence"])[:CELLS]


def _doubtful_merges(assets: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Assets of several records that are not surely one, as flags of the applications that run on them."""
    doubtful = assets[(assets["records"] > 1) & (assets["confidence"] < DOUBTFUL_MERGE)]
    told = doubtful.merge(links[["application_id", "asset_id", "evidence_id"]], on="asset_id")
    return pd.DataFrame(
        {
            "application_id": told["application_id"],
            "problem": "doubtful merge",
            "field": "",
            "value": told["name"],
            "what": [
                f"{records} records were taken for one server by {key}, with a confidence of {sure:.0%}"
                for records, key, sure in zip(told["records"], told["matched_by"], told["confidence"], strict=True)
            ],
            "evidence": [[cell] for cell in told["evidence_id"]],
        },
        columns=FLAG_COLUMNS,
    )
