"""Who is to be collected from: every asset, and every application without a known server, each in one group.

Groups are what the inventory knows of where something stands: the account and region that lists it, else its site, else
its network segment, else the file that names it. What says to be air-gapped is a group of its own within these.
"""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import ANSWERED_CALLS
from aidiscover_pipelines.tiers.rules import ANSWERING, BLOCKED, DENIED, FRESH_DAYS
from aidiscover_pipelines.tiers.signs import AGENTS, MEMORY_TOLD_BY, says, says_air_gapped

ACCOUNT, SITE, NETWORK, SOURCE, NOWHERE = "cloud account", "site", "network segment", "source", "no source"
# Sites and segments beyond these are told as one: a plan with more rows is read by nobody.
MOST_PLACES = 30
EVERYTHING = "*"
MEASURED = ("cpu_util_pct", "memory_util_pct")
GLOBAL = "global"
MEMBER_COLUMNS = ["entity", "id", "kind", "group", "scope", "by_cloud", "isolated", "files"]


def scopes(coverage: pd.DataFrame) -> pd.DataFrame:
    """One row for each account and region of a scan, by the name that its cells' addresses begin with.

    Columns: cloud, account, region, reads, answered, refused, missing (permissions), share (of reads answered) and
    answers. What was skipped was not answered; only that no cloud is configured at all is no read.
    """
    asked = coverage[coverage["cloud"].astype("str") != "none"]
    outcome = asked["outcome"].astype("str")
    reads = asked.assign(
        scope=asked[["cloud", "account", "region"]].astype("str").agg(":".join, axis=1) if len(asked) else "",
        answered=outcome.isin(ANSWERED_CALLS),
        refused=outcome.isin(BLOCKED),
        missing=asked["permission"].astype("str").where(outcome == DENIED, ""),
    )
    found = reads.groupby("scope", sort=True).agg(
        cloud=("cloud", "first"),
        account=("account", "first"),
        region=("region", "first"),
        reads=("answered", "size"),
        answered=("answered", "sum"),
        refused=("refused", "sum"),
        missing=("missing", lambda texts: sorted(set(texts) - {""})),
    )
    share = found["answered"] / found["reads"]
    return found.assign(share=share, answers=(share >= ANSWERING) & (found["answered"] > 0))


def members_of(
    assets: pd.DataFrame,
    applications: pd.DataFrame,
    links: pd.DataFrame,
    told: pd.DataFrame,
    reached: pd.DataFrame,
    files: pd.DataFrame,
    declared: Collection[str],
) -> pd.DataFrame:
    """MEMBER_COLUMNS of all assets, then of all applications without assets; every input may be empty.

    `scope` is the row of `reached` by which the account that lists a member is judged, empty where none is; `files` are
    the accepted files that list it.

    `told` are EntityValue rows of assets and TOLD_IN, `reached` as `scopes` gives it, `files` the accepted SourceFile
    rows.
    `declared` are names of groups that a person declared air-gapped, or EVERYTHING.
    """
    linked = pd.Index(links["application_id"].unique())  # `isin` of texts visits each in Python
    is_linked: npt.NDArray[np.bool_] = linked.get_indexer(pd.Index(applications["application_id"])) >= 0
    alone = applications[~is_linked]
    members = pd.concat(
        [
            assets[["asset_id", "sources"]].set_axis(["id", "sources"], axis=1).assign(entity="asset"),
            alone[["application_id", "sources"]].set_axis(["id", "sources"], axis=1).assign(entity="application"),
        ],
        ignore_index=True,
    )
    is_asset = members["entity"] == "asset"
    listed = members["sources"].explode().astype("str")
    listing = _listing(listed, reached).reindex(members.index)
    by_cloud = listing["scope"].isin(reached.index[reached["answers"]])
    places = {
        SITE: _place(told, "location", members, is_asset),
        NETWORK: _place(told, "network_name", members, is_asset),
        SOURCE: listed.map(dict(zip(files["file_id"], files["name"], strict=True))).groupby(level=0).first(),
    }
    kind, group = _where(listing["source"], places, is_asset)
    names = {each.casefold() for each in declared}
    said = set(told.loc[says_air_gapped(told["value"]), "entity_id"])
    by_person = (kind != ACCOUNT) & group.str.casefold().isin(names)
    by_words = is_asset & ~by_cloud & members["id"].isin(said)
    isolated = by_person | by_words if EVERYTHING not in names else pd.Series(True, index=members.index)
    # What is air-gapped in words alone stands among others that are not.
    group = group.where(~(by_words & ~by_person), group + ", air-gapped")
    accepted = set(files["file_id"])
    listed_in = [tuple(sorted(accepted.intersection(sources))) for sources in members["sources"]]
    found = members.assign(kind=kind, group=group, scope=listing["scope"], by_cloud=by_cloud, isolated=isolated)
    return found.assign(files=pd.Series(listed_in, index=found.index, dtype=object))[MEMBER_COLUMNS]


def scope_of(sources: pd.Series, reached: pd.DataFrame) -> pd.Series:
    """The row of `reached` that says whether a source (cloud:account:region) answers; missing for what is no account.

    A region of which nothing was asked itself is judged by what was asked of the whole account, as Azure and GCP are.
    """
    different = pd.Series(sources.unique(), dtype="str")
    different = different[different.str.count(":").eq(2)]
    account = different.str.replace(r"[^:]*$", GLOBAL, regex=True)
    judged = different.where(different.isin(reached.index), account)
    return sources.map(dict(zip(different, judged, strict=True)))


def _listing(listed: pd.Series, reached: pd.DataFrame) -> pd.DataFrame:
    """Source and scope of the account that lists each member: one that answers before one that does not, then by name.

    Indexed by member; those that no account lists are absent.
    """
    found = pd.DataFrame({"source": listed, "scope": scope_of(listed, reached), "member": listed.index})
    found = found.dropna(subset=["scope"])
    found = found.assign(dark=~found["scope"].isin(reached.index[reached["answers"]]))
    ranked = found.sort_values(["member", "dark", "source"]).drop_duplicates("member")
    return ranked.set_index("member")[["source", "scope"]]


def _place(told: pd.DataFrame, field: str, members: pd.DataFrame, is_asset: pd.Series) -> pd.Series:
    """The chosen value of a field for each member, empty where there is none; rare ones as one."""
    rows = told[(told["field"] == field) & told["chosen"].astype(bool)].astype({"entity_id": "str"})
    texts = rows["value"].astype("str").str.strip()
    rows = rows.assign(text=texts)[texts.str.contains(r"[^\W\d_]", regex=True)].sort_values(["entity_id", "text"])
    text_of = rows.drop_duplicates("entity_id").set_index("entity_id")["text"]
    place = members["id"].where(is_asset).map(text_of).astype("str")
    # One spelling for each place: the commonest, of equals the first.
    counts = place.value_counts().rename_axis("text").reset_index(name="members")
    counts = counts.assign(folded=counts["text"].astype("str").str.casefold()).sort_values(
        ["members", "text"], ascending=[False, True]
    )
    spelt = counts.groupby("folded", sort=True).agg(text=("text", "first"), members=("members", "sum"))
    kept = spelt.sort_values("members", ascending=False, kind="stable").head(MOST_PLACES)
    folded = place.str.casefold()
    return (
        folded.map(kept["text"])
        .astype("str")
        .where(folded.isin(kept.index) | folded.isna(), f"other {field.removesuffix('_name')}s")
    )


def _where(account: pd.Series, places: dict[str, pd.Series], is_asset: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Kind and name of each member's group: the first of account, site, segment and source that is known."""
    kind = pd.Series(NOWHERE, index=account.index, dtype="str")
    name = pd.Series("in no readable source", index=account.index, dtype="str")
    for each, known in reversed(places.items()):
        place = known.reindex(account.index).astype("str")
        words = ("applications without a known server, " + place).where(~is_asset, f"{each} " + place)
        kind, name = kind.where(place.isna(), each), name.where(place.isna(), words)
    accounts = account.map({source: account_name(source) for source in account.dropna().unique()})
    return kind.where(account.isna(), ACCOUNT), name.where(account.isna(), accounts)


def account_name(source: str) -> str:
    """`aws:123:eu-central-1` as people read it."""
    cloud, account, region = source.split(":", 2)
    return f"{cloud} account {account} {region}" if account else f"{cloud}, no account reached"


def fresh_ids(seen_at: pd.DataFrame, files: pd.DataFrame, scanned: "pd.Series[pd.Timestamp]") -> set[str]:
    """Assets seen within a month before the newest file or scan arrived; without either, before the newest sighting.

    `seen_at` are EntityValue rows of assets and last_seen.
    """
    seen = pd.to_datetime(seen_at["value"].astype("str"), errors="coerce", utc=True, format="ISO8601")
    if seen.notna().sum() == 0:
        return set()
    arrived = [pd.to_datetime(times, utc=True).max() for times in (files["received_at"], scanned) if len(times)]
    newest = max(arrived) if arrived else seen.max()
    return set(seen_at.loc[seen >= newest - pd.Timedelta(days=FRESH_DAYS), "entity_id"])


def agents_on(told: pd.DataFrame, measured: pd.DataFrame) -> dict[str, set[str]]:
    """Agent -> assets whose values name it. EntityValue rows of assets: of TOLD_IN, and of MEASURED."""
    found = {agent: set(told.loc[says(told["value"], pattern), "entity_id"]) for agent, pattern in AGENTS.items()}
    memory = measured[measured["field"] == "memory_util_pct"]
    found[MEMORY_TOLD_BY] |= set(memory.loc[memory["evidence_id"].astype("str").str.startswith("aws:"), "entity_id"])
    return {agent: ids for agent, ids in found.items() if ids}
