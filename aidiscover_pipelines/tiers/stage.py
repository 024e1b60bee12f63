"""The platform assessment of a tenant: drafted by rules, worded and questioned by a crew, stored."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.crew import ANSWERED
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    Asset,
    AttributeValue,
    CloudCoverage,
    Dependency,
    EntityValue,
    PlatformAssessment,
    SourceFile,
    SourceStanding,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES, DecidedBy, FileStatus
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.tiers.access import declared_air_gaps
from aidiscover_pipelines.tiers.assess import assess_group, assess_platform, share
from aidiscover_pipelines.tiers.collected import SERVING, automation, degrees_of_sources, edge_ends, percent, ways
from aidiscover_pipelines.tiers.members import (
    ACCOUNT,
    MEASURED,
    account_name,
    agents_on,
    fresh_ids,
    members_of,
    scopes,
)
from aidiscover_pipelines.tiers.rules import API, FILE, MANUAL
from aidiscover_pipelines.tiers.signs import TOLD_IN

HARDEST = 4
SEEN = "last_seen"
CELL_COLUMNS, TOLD_COLUMNS = ["entity", "entity_id", "field", "evidence_id"], ["entity_id", "field", "value", "chosen"]
EDGE_COLUMNS = [*(f"{end}_{kind}" for end in ("source", "target") for kind in ("application", "asset")), "evidence_id"]
_PREVIEW, _PERMISSIONS = 10, 20


def draft_platform(store: PortfolioStore, tenant: TenantId) -> dict[str, Any]:
    """PlatformAssessment columns by the rules alone; stores nothing. An empty tenant is tier 4."""
    all_files = store.read(tenant, SourceFile, columns=["file_id", "name", "format", "status", "received_at"])
    files = all_files[all_files["status"].astype("str") == FileStatus.ACCEPTED.value]
    coverage = store.read(tenant, CloudCoverage)
    assets = store.read(tenant, Asset, columns=["asset_id", "sources"])
    applications = store.read(tenant, Application, columns=["application_id", "sources"])
    links = store.read(tenant, ApplicationAsset, columns=["application_id", "asset_id"]).drop_duplicates()
    # Words are read of the few fields where they count, of all others only who has them from where.
    values = store.read(
        tenant, EntityValue, columns=CELL_COLUMNS, coded=CELL_COLUMNS[:3], field=sorted({*SERVING, *MEASURED})
    )
    said = store.read(
        tenant, EntityValue, columns=TOLD_COLUMNS, coded=TOLD_COLUMNS[:3], entity="asset", field=[*TOLD_IN, SEEN]
    )
    is_seen = said["field"] == SEEN
    told, seen_at = said[~is_seen], said[is_seen]
    edges = edge_ends(store.read(tenant, Dependency, columns=EDGE_COLUMNS))
    standings = store.read(tenant, SourceStanding, columns=["sheet_key"], kind="person")
    reached = scopes(coverage)

    members = members_of(assets, applications, links, told, reached, files, declared_air_gaps(store, tenant))
    evidence = pd.concat([values["evidence_id"], edges["evidence_id"]], ignore_index=True)
    degrees = degrees_of_sources(evidence, reached, files, standings["sheet_key"])
    matrix = automation(members, values, edges, links, degrees)

    measured = values[values["field"].isin(MEASURED) & (values["entity"] == "asset")]
    agents = agents_on(told, measured)
    members = members.assign(
        measured=members["id"].isin(set(measured["entity_id"])),
        # What an account lists that answered was there a moment ago, whatever its row says.
        fresh=members["by_cloud"] | members["id"].isin(fresh_ids(seen_at, files, coverage["scanned_at"])),
        agent=members["id"].isin({each for ids in agents.values() for each in ids}),
    )
    states = store.read(tenant, AttributeValue, columns=["state"], coded=["state"])["state"]
    facts = {
        **_facts(members, reached, agents, len(files)),
        "files_by_format": {str(name): int(n) for name, n in files["format"].value_counts().sort_index().items()},
        "filled_attribute_share": share(int((~states.isin(OPEN_STATES)).sum()), len(states)),
    }
    groups = _groups(members, reached, agents, links, matrix)
    return assess_platform(facts, ways(matrix), percent(matrix), groups)


def _facts(members: pd.DataFrame, reached: pd.DataFrame, agents: Mapping[str, set[str]], files: int) -> dict[str, Any]:
    """What can be reached of these members and how good it is. Shares are 0 to 1.

    Shares of assets are of all members: what has no known server is reached by no interface.
    """
    assets = members[members["entity"] == "asset"]
    ids, count = set(assets["id"]), len(members)
    present = {agent: len(ids & found) for agent, found in agents.items() if ids & found}
    reads, answered = int(reached["reads"].sum()), int(reached["answered"].sum())
    missing = sorted({permission for permissions in reached["missing"] for permission in permissions})
    return {
        "members": count,
        "assets": len(assets),
        "files_accepted": files,
        "accounts": int(reached[["cloud", "account"]].drop_duplicates().shape[0]),
        "accounts_answering_share": share(int(reached["answers"].sum()), len(reached)),
        "cloud_reads_answered": answered,
        "cloud_reads_unanswered": reads - answered,
        "cloud_reads_refused": int(reached["refused"].sum()),
        "permissions_granted_share": share(answered, reads),
        "missing_permissions": missing[:_PERMISSIONS],
        "missing_permissions_count": len(missing),
        "cloud_asset_share": share(int(members["by_cloud"].sum()), count),
        "measured_asset_share": share(int(assets["measured"].sum()), count),
        "fresh_asset_share": share(int(assets["fresh"].sum()), count),
        "agent_asset_share": share(int(assets["agent"].sum()), count),
        "agents": present,
        "isolated_share": share(int(members["isolated"].sum()), count),
        "is_file_only": files > 0 and answered == 0,
    }


def _groups(
    members: pd.DataFrame, reached: pd.DataFrame, agents: Mapping[str, set[str]], links: pd.DataFrame, matrix: Any
) -> list[dict[str, Any]]:
    """One entry for each group, those with most members first; accounts that gave nothing come last, with why."""
    named = reached.assign(group=[account_name(scope) for scope in reached.index])
    applications = _applications(members, links)
    found = []
    for name, places in members.reset_index(drop=True).groupby("group", sort=True).indices.items():
        mine = members.iloc[places]
        scope = named[named.index.isin(mine["scope"])]
        files = len({each for held in mine["files"] for each in held})
        facts = _facts(mine, scope, agents, files)
        own = matrix[places]
        entry = assess_group(str(name), str(mine["kind"].iloc[0]), facts, ways(own), percent(own))
        found.append({**entry, "applications": applications.get(str(name), [])})
    empty = named[~named.index.isin(members["scope"]) & (named["answered"] < named["reads"])]
    for name, scope in empty.groupby("group", sort=True):
        facts = _facts(members.iloc[:0], scope, agents, 0)
        entry = assess_group(str(name), ACCOUNT, facts, ways(matrix[:0]), 0.0)
        found.append({**entry, "applications": []})
    return sorted(found, key=lambda group: (-group["facts"]["members"], group["group"]))


def _applications(members: pd.DataFrame, links: pd.DataFrame) -> dict[str, list[str]]:
    """By group the applications with a server in it, or that are its members themselves."""
    is_asset = members["entity"] == "asset"
    group_of = members[is_asset].set_index("id")["group"]
    linked = pd.DataFrame({"group": links["asset_id"].map(group_of), "id": links["application_id"]}).dropna()
    of_groups = pd.concat([linked, members.loc[~is_asset, ["group", "id"]]]).drop_duplicates()
    return {str(name): sorted(ids) for name, ids in of_groups.groupby("group")["id"]}


def settle_platform(
    store: PortfolioStore,
    tenant: TenantId,
    run: RunRef,
    draft: Mapping[str, Any],
    answer: Mapping[str, Any] | None,
) -> StageResult:
    """Store the draft, as worded by the crew where it answered.

    A crew may find access worse than the facts show, by one tier and with evidence; it never finds it better. The same
    holds for each group.
    """
    row = dict(draft)
    if answer is not None and answer.get("status") == ANSWERED:
        said = answer["answer"]
        of_groups = {str(each["group"]): each for each in said.get("groups", ())}
        groups = [{**group, **_worded(group, of_groups.get(group["group"], {}))} for group in draft["groups"]]
        row |= {**_worded(draft, said), "groups": groups}
        needed = {*row["methods"], *(method for group in groups for method in group["methods"])}
        row["methods"] = [method for method in (API, FILE, MANUAL) if method in needed]
    store.replace(tenant, run, {PlatformAssessment: pd.DataFrame([row], columns=PlatformAssessment.columns())})
    return _result(row)


def _result(row: Mapping[str, Any]) -> StageResult:
    shown = ("tier", "automation_percent", "methods", "justification", "strategy", "decided_by")
    counts = {method: float(row["capabilities"].get(f"attributes_by_{method}", 0)) for method in (API, FILE, MANUAL)}
    groups: Sequence[Mapping[str, Any]] = row["groups"]
    by_tier = {
        f"tier {tier}": float(sum(group["facts"]["members"] for group in groups if group["tier"] == tier))
        for tier in range(1, HARDEST + 1)
    }
    return StageResult(
        rows_in=len(groups),
        rows_out=1,
        preview=[{"column": name, "value": ", ".join(row[name]) if name == "methods" else row[name]} for name in shown],
        figures={"tier": int(row["tier"]), "automation_percent": float(row["automation_percent"])},
        charts={"Attributes by way of collecting": counts, "Assets by tier of their group": by_tier},
        tables={"Groups of assets": [group_row(group) for group in groups[:_PREVIEW]]},
    )


def group_row(group: Mapping[str, Any]) -> dict[str, Any]:
    """What a table shows of a group."""
    asked = [attribute.replace("_", " ") for attribute, way in group["ways"].items() if way == MANUAL]
    return {
        "group": group["group"],
        "tier": group["tier"],
        "assets": group["assets"],
        "automation %": group["automation_percent"],
        "methods": ", ".join(group["methods"]),
        "to be asked": f"{len(asked)} of 22",
        "strategy": group["strategy"],
    }


def _worded(draft: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What the crew may change: the words, and the tier by one upwards where it cites what it doubts."""
    asked = int(said.get("tier") or draft["tier"])
    is_doubtful = asked > draft["tier"] and bool(said.get("evidence"))
    tier = min(draft["tier"] + 1, HARDEST) if is_doubtful else draft["tier"]
    methods = list(draft["methods"])
    if tier > draft["tier"] and MANUAL not in methods:
        methods.append(MANUAL)
    # Words that argue for a tier which was not granted would contradict the row they stand in.
    agrees = asked == tier and bool(said)
    words = {
        name: str(said.get(name) or draft[name]) if agrees else draft[name] for name in ("justification", "strategy")
    }
    decided = {"decided_by": DecidedBy.CREW.value if agrees else draft["decided_by"]} if "decided_by" in draft else {}
    return {"tier": tier, "methods": methods, **words, **decided}
