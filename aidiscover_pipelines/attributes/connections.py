"""Facts of an application from its edges and the names of its servers: neighbours, ports, clients, roles."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.estate import places
from aidiscover_pipelines.attributes.grouping import Groups, joined, number_texts
from aidiscover_pipelines.attributes.wide import Codes
from aidiscover_pipelines.domain.server_roles import ROLE_OF

# Names run together as in crmweb01; longer words first, shorter ones end too many other words.
_ENDINGS = ("web", "app", "sql", "db")
_TOKEN = re.compile(r"[a-z]+[28]?[a-z]*")


def edge_facts(
    applications: pd.DataFrame, dependencies: pd.DataFrame, cells: Codes, ids: Sequence[str]
) -> pd.DataFrame:
    """depends_on and depended_on_by by name with their counts, listener_ports, clients_seen, of applications by id.

    An end outside the portfolio counts where someone named it (relation, mention), not where only traffic was seen:
    clients and monitors would drown the rest. An edge without a known direction tells no need. `cells` are the codes of
    the edges' addresses. Columns: application (its place in `ids`), field, value, number, CITED, conflict, basis.
    """
    dependencies = dependencies.assign(cell=cells)
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
        of = places(dependencies[f"{own}_application"], ids)
        needs = rows.to_numpy(dtype=bool) & (of >= 0)
        ends = _ends(dependencies[needs], of[needs], other, applications)
        names = joined(ends, ["application"])
        number = Groups(ends.drop_duplicates(["application", "end"]), ["application"]).sizes()
        parts.append(names.assign(field=fact))
        parts.append(names.assign(field=count, number=number, value=number_texts(number)))
    of = places(target, ids)
    arriving = dependencies.assign(application=of)[of >= 0]
    open_ones = arriving[arriving["port"].notna() & arriving["directed"].ne(False)]
    ports = _told(open_ones, number_texts(open_ones["port"].astype(float)))
    parts.append(joined(ports, ["application"]).assign(field="listener_ports"))
    strangers = arriving[arriving["source_application"].isna() & arriving["kind"].eq("flow")]
    clients = _told(strangers, strangers["source_text"].astype(object).fillna("")).drop_duplicates(
        ["application", "value"]
    )
    number = Groups(clients, ["application"]).sizes()
    seen = joined(clients, ["application"]).assign(field="clients_seen", number=number, value=number_texts(number))
    return pd.concat([*parts, seen], ignore_index=True).assign(basis="dependencies")


def role_facts(links: pd.DataFrame, assets: pd.DataFrame) -> pd.DataFrame:
    """server_roles: "app 2; database 1", from words in the names of an application's servers; number counts roles.

    `links` have columns application, asset (its place in `assets`) and cell.
    """
    pairs = zip(assets["name"].astype(str).tolist(), assets["kind"].tolist(), strict=True)
    roles = np.array([_role(name) if kind != "database" else "database" for name, kind in pairs], dtype=object)
    told = links.assign(role=roles[links["asset"].to_numpy()])
    told = told[told["role"].ne("")]
    per_role = Groups(told, ["application", "role"])
    servers = per_role.sizes().astype(int).astype(str).astype(object)
    rows = per_role.keys.assign(
        value=per_role.keys["role"] + " " + servers, cell=told["cell"].to_numpy()[per_role.firsts], conflict=False
    )
    number = Groups(rows, ["application"]).sizes()
    return joined(rows, ["application"]).assign(field="server_roles", number=number, basis="assets")


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
    return edges[["application", "cell"]].assign(value=value.astype(object), conflict=False).reset_index(drop=True)


def _ends(edges: pd.DataFrame, of: Codes, other: str, applications: pd.DataFrame) -> pd.DataFrame:
    text = edges[f"{other}_text"].astype(object)
    end = edges[f"{other}_application"].astype(object)
    place = places(edges[f"{other}_application"], applications["application_id"])
    named = np.append(applications["name"].to_numpy(dtype=object), "")[place]
    return pd.DataFrame(
        {
            "application": of,
            "end": end.where(end.notna(), text),
            "value": np.where(place >= 0, named, text),
            "cell": edges["cell"],
            "conflict": False,
        }
    ).reset_index(drop=True)
