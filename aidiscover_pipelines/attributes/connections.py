"""Facts of an application from its edges and the names of its servers: neighbours, ports, clients, roles."""

import re

import pandas as pd

from aidiscover_pipelines.attributes.grouping import Groups, joined, number_texts
from aidiscover_pipelines.domain.server_roles import ROLE_OF

# Names run together as in crmweb01; longer words first, shorter ones end too many other words.
_ENDINGS = ("web", "app", "sql", "db")
_TOKEN = re.compile(r"[a-z]+[28]?[a-z]*")


def edge_facts(applications: pd.DataFrame, dependencies: pd.DataFrame) -> pd.DataFrame:
    """depends_on and depended_on_by by name with their counts, listener_ports, clients_seen.

    An end outside the portfolio counts where someone named it (relation, mention), not where only traffic was seen:
    clients and monitors would drown the rest. An edge without a known direction tells no need. Columns: application_id,
    field, value, number, evidence, conflict, basis.
    """
    ids = applications["application_id"]
    directed = dependencies["directed"].ne(False)
    source, target = dependencies["source_application"], dependencies["target_application"]
    named = (
        target.isna() & dependencies["kind"].ne("flow") & dependencies["target_text"].astype(object).fillna("").ne("")
    )
    between = directed & source.notna() & target.notna() & source.ne(target)
    parts = []
    for rows, own, other, fact, count in (
        (between | (directed & source.notna() & named), "source", "target", "depends_on", "dependency_count"),
        (between, "target", "source", "depended_on_by", "depended_on_count"),
    ):
        edges = dependencies[rows & dependencies[f"{own}_application"].isin(ids)]
        ends = _ends(edges, own, other, applications)
        names = joined(ends, ["application_id"])
        number = Groups(ends.drop_duplicates(["application_id", "end"]), ["application_id"]).sizes()
        parts.append(names.assign(field=fact))
        parts.append(names.assign(field=count, number=number, value=number_texts(number)))
    arriving = dependencies[target.isin(ids)]
    open_ones = arriving[arriving["port"].notna() & arriving["directed"].ne(False)]
    ports = _told(open_ones, number_texts(open_ones["port"].astype(float)))
    parts.append(joined(ports, ["application_id"]).assign(field="listener_ports"))
    strangers = arriving[arriving["source_application"].isna() & arriving["kind"].eq("flow")]
    clients = _told(strangers, strangers["source_text"].astype(object).fillna("")).drop_duplicates(
        ["application_id", "value"]
    )
    number = Groups(clients, ["application_id"]).sizes()
    seen = joined(clients, ["application_id"]).assign(field="clients_seen", number=number, value=number_texts(number))
    return pd.concat([*parts, seen], ignore_index=True).assign(basis="dependencies")


def role_facts(links: pd.DataFrame, assets: pd.DataFrame) -> pd.DataFrame:
    """server_roles: "app 2; database 1", from words in the names of an application's servers; number counts roles."""
    named = assets[["asset_id", "name", "kind"]].astype({"name": object, "kind": object})
    roles = [_role(str(name)) if kind != "database" else "database"
             for name, kind in zip(named["name"].tolist(), named["kind"].tolist(), strict=True)]  # fmt: skip
    told = links.merge(named.assign(role=pd.Series(roles, index=named.index, dtype=object)), on="asset_id")
    told = told[told["role"].ne("")]
    per_role = Groups(told, ["application_id", "role"])
    rows = per_role.keys.assign(
        evidence_id=per_role.first(told["evidence_id"]), servers=per_role.sizes().astype(int), conflict=False
    )
    rows["value"] = rows["role"].astype(object) + " " + rows["servers"].astype(str).astype(object)
    number = Groups(rows, ["application_id"]).sizes()
    return joined(rows, ["application_id"]).assign(field="server_roles", number=number, basis="assets")


def _role(name: str) -> str:
    """The role that a server's short name tells; the last word that tells one counts, empty where none does."""
    tokens = _TOKEN.findall(name.lower().split(".")[0])
    for token in reversed(tokens):
        if token in ROLE_OF:
            return ROLE_OF[token]
        ending = next((end for end in _ENDINGS if token.endswith(end) and len(token) > len(end) + 1), "")
        if ending:
            return ROLE_OF[ending]
    return ""


def _told(edges: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "application_id": edges["target_application"].astype(object),
            "value": value.astype(object),
            "evidence_id": edges["evidence_id"].astype(object),
            "conflict": False,
        }
    ).reset_index(drop=True)


def _ends(edges: pd.DataFrame, own: str, other: str, applications: pd.DataFrame) -> pd.DataFrame:
    names = applications.set_index("application_id")["name"].astype(object)
    text = edges[f"{other}_text"].astype(object)
    end = edges[f"{other}_application"].astype(object)
    return pd.DataFrame(
        {
            "application_id": edges[f"{own}_application"].astype(object),
            "end": end.where(end.notna(), text),
            "value": end.map(names).where(end.isin(names.index), text),
            "evidence_id": edges["evidence_id"].astype(object),
            "conflict": False,
        }
    ).reset_index(drop=True)
