"""Which application a repository builds, and what its cells then say of it. A repository alone makes no application."""

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from aidiscover_pipelines.domain.tables import ApplicationRepository, DataFlag, EntityValue
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.names import core_name, plain_name
from aidiscover_pipelines.inventory.references import application_names, find, keyed

DECLARED, BY_ADDRESS, BY_NAME = "declared", "address in a source", "name"
# host.name/path, host.name:port/path, git@host.name:path
_ADDRESS = re.compile(r"([a-z0-9][a-z0-9.-]*\.[a-z0-9-]+(?::\d+(?=/))?)[/:]([\w./~-]+)")


class Built(NamedTuple):
    """ApplicationRepository rows, values that repositories tell of applications, and flags where none is known."""

    links: pd.DataFrame
    values: pd.DataFrame
    flags: pd.DataFrame


class Repositories(NamedTuple):
    """RepositoryCell rows with their standing, RepositoryScan rows, and SourceRecord rows that may name addresses."""

    cells: pd.DataFrame
    scans: pd.DataFrame
    records: pd.DataFrame


def repository_values(held: Repositories, applications: pd.DataFrame, told: pd.DataFrame) -> Built:
    """Tie repositories to applications: as declared, by an address in a source's row, by name; else a flag.

    `told` are values of applications with their record_id. No scans: empty frames.
    """
    cells, scans, records = held
    if scans.empty:
        none = (pd.DataFrame(columns=table.columns()) for table in (ApplicationRepository, EntityValue, DataFlag))
        return Built(*none)
    repositories = scans[["repository_id", "application"]].astype("str").sort_values("repository_id", ignore_index=True)
    links = repositories.assign(record_id="")
    links["declared"] = _named(repositories["application"], applications, told)
    addressed = _addressed(repositories["repository_id"], records, told)
    links = links.merge(addressed, on="repository_id", how="left", suffixes=("", "_addressed"))
    names = repositories["repository_id"].str.rpartition("/")[2].str.replace(r"\.(?:zip|tgz|tar\.gz)$", "", regex=True)
    links["named"] = _named(names, applications, told)
    stated = repositories["application"] != ""
    found = links["declared"].where(stated, links["addressed"].where(links["addressed"].notna(), links["named"]))
    by_address = ~stated & links["addressed"].notna()
    links["application_id"] = found
    links["how"] = _how(stated, by_address, links["several"].eq(True), found.notna())
    links["record_id"] = links["record_id_addressed"].where(by_address, "").fillna("")
    return Built(links[ApplicationRepository.columns()], _values(cells, links), _flags(links, cells))


def _how(stated: pd.Series, by_address: pd.Series, several: pd.Series, known: pd.Series) -> pd.Series:
    reason = pd.Series("no source names its address or an application of its name", index=stated.index, dtype="str")
    reason = reason.mask(several, "rows of several applications name its address")
    reason = reason.mask(stated, "no source knows the application that it is declared to build")
    how = pd.Series(BY_NAME, index=stated.index, dtype="str").mask(by_address, BY_ADDRESS).mask(stated, DECLARED)
    return how.where(known, reason)


def _named(texts: pd.Series, applications: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """Application that each text means by id or name, as the core of names has it; NaN where none or several."""
    ids = pd.Series(applications["application_id"].to_numpy(), index=applications["application_id"].to_numpy())
    found = texts.map(ids[~ids.index.duplicated()]).astype("str")
    for key in (plain_name, core_name):
        spelled = keyed(texts, key)
        by_name = find(application_names(told, applications, key), spelled, spelled)
        found = found.where(found.notna(), by_name.where(spelled != ""))
    return found


def _addressed(repositories: pd.Series, records: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Repositories that rows name by address: repository_id, addressed, record_id (the first such row), several.

    A row counts for the one application that it tells of; a repository that rows of several name stays open.
    """
    columns = ["repository_id", "addressed", "record_id", "several"]
    wanted = {name.casefold(): name for name in repositories}
    hosts = "|".join(sorted({re.escape(name.partition("/")[0]) for name in wanted}))
    texts = pd.Series(
        [" \n".join(cells) for cells in records["cells"]], records["record_id"], dtype="str"
    ).str.casefold()
    rows = [
        (wanted[name], record)
        for record, text in texts[texts.str.contains(hosts, regex=True)].items()
        for name in addresses(text)
        if name in wanted
    ]
    named = pd.DataFrame(rows, columns=["repository_id", "record_id"], dtype="str").drop_duplicates()
    owners = told[["record_id", "entity_id"]].drop_duplicates().astype("str")
    owners = owners[~owners["record_id"].duplicated(keep=False)]
    pairs = named.merge(owners, on="record_id").sort_values(["repository_id", "record_id"])
    if pairs.empty:
        return pd.DataFrame(columns=columns, dtype=object)
    several = pairs.groupby("repository_id")["entity_id"].transform("nunique") > 1
    first = pairs.assign(several=several).drop_duplicates("repository_id")
    first["addressed"] = first["entity_id"].where(~first["several"])
    return first[columns]


def addresses(text: str) -> Iterable[str]:
    """host/path of the repositories that a text names: web pages, clone addresses by HTTPS and by SSH."""
    for host, path in _ADDRESS.findall(text.casefold()):
        plain = re.sub(r"(?:/-)?/(?:tree|blob|src|browse|commits?)/.*$", "", path.strip("/."))
        yield f"{host}/{plain.removesuffix('.git')}"


def _values(cells: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    known = links.dropna(subset="application_id").set_index("repository_id")["application_id"]
    values = cells.assign(entity_id=cells["repository_id"].map(known).astype("str"))
    return values.dropna(subset="entity_id").assign(preference=0, note="")


def _flags(links: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Repositories of no known application; their cells are kept and feed nothing."""
    lost = links[links["application_id"].isna()]
    first = cells.drop_duplicates("repository_id").set_index("repository_id")["evidence_id"]
    frame = pd.DataFrame(
        {
            "stage": "applications",
            "flag_id": [hashlib.sha256(name.encode()).hexdigest()[:12] for name in lost["repository_id"]],
            "problem": "repository of no known application",
            "entity": str(EntityKind.APPLICATION),
            "entity_id": "",
            "field": "",
            "value": lost["repository_id"].to_numpy(),
            "what": (lost["how"] + "; nothing of it is used until it is declared for an application").to_numpy(),
            "evidence": [[first[name]] if name in first.index else [] for name in lost["repository_id"]],
        },
        columns=DataFlag.columns(),
    )
    return frame.reset_index(drop=True)
