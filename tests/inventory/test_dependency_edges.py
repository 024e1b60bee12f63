"""Which edges rows, ports, names in texts and shared machines give, which way they point, and how strong they are."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Dependency
from aidiscover_pipelines.inventory.dependencies.edge_kinds import services
from aidiscover_pipelines.inventory.dependencies.flags import dependency_flags
from aidiscover_pipelines.inventory.dependencies.named_applications import names_in_texts
from aidiscover_pipelines.inventory.dependencies.resolve import ResolvedDependencies, resolve_dependencies

ASSETS = ["web1", "app1", "db1", "mon1"]
NAMES = {"shop": "Shop", "billing": "Billing Platform", "crm": "CRM"}


def resolve(
    rows: list[dict[str, str]],
    links: list[tuple[str, str]] = (),  # type: ignore[assignment]
    texts: dict[str, str] | None = None,
    field: str = "description",
) -> ResolvedDependencies:
    """Rows of dependency cells, links (application, server), texts of applications."""
    assets = pd.DataFrame({"asset_id": [f"id-{name}" for name in ASSETS], "name": ASSETS, "kind": "virtual"})
    applications = pd.DataFrame({"application_id": list(NAMES), "name": list(NAMES.values())})
    values = [("asset", f"id-{name}", "asset_name", name, f"f.2.{n}.1") for n, name in enumerate(ASSETS)]
    values += [("application", key, field, text, f"f.3.{key}.1") for key, text in (texts or {}).items()]
    held = [(application, f"id-{server}", f"f.4.{n}.1") for n, (application, server) in enumerate(links)]
    return resolve_dependencies(
        cells_of(rows),
        applications,
        assets,
        pd.DataFrame(held, columns=["application_id", "asset_id", "evidence_id"], dtype="str"),
        pd.DataFrame(values, columns=["entity", "entity_id", "field", "value", "evidence_id"], dtype="str"),
    )


def told(result: ResolvedDependencies) -> set[tuple[str, str, str, bool]]:
    edges = result.dependencies
    return {(row.source_text, row.target_text, row.kind, bool(row.directed)) for row in edges.itertuples(index=False)}


def cells_of(rows: list[dict[str, str]]) -> pd.DataFrame:
    """Cells of rows by field; two ports stand as "1;2"."""
    cells = [
        (f"f.1.{row}.{column}", f"f.1.{row}", "f", "dependency", name, value)
        for row, fields in enumerate(rows, start=2)
        for column, (name, value) in enumerate(
            [(name, part) for name, value in fields.items() for part in value.split(";")], start=1
        )
    ]
    columns = ["evidence_id", "record_id", "file_id", "entity", "field", "value"]
    return pd.DataFrame(cells, columns=columns, dtype="str")


def flow(source: str, target: str, ports: str = "", kind: str = "") -> dict[str, str]:
    cells = {"dep_source": source, "dep_target": target, "dep_port": ports, "dep_type": kind}
    return {name: value for name, value in cells.items() if value}


@pytest.mark.parametrize(
    ("row", "edge"),
    [
        (flow("web1", "db1", "1521"), ("web1", "db1", "flow", True)),
        (flow("db1", "web1", "1521;51000"), ("web1", "db1", "flow", True)),
        (flow("web1", "db1", "51000;1521"), ("web1", "db1", "flow", True)),
        (flow("web1", "app1", "51000"), ("web1", "app1", "flow", False)),
        (flow("web1", "app1", "50999;51000"), ("app1", "web1", "flow", False)),
        (flow("web1", "app1", "50000"), ("web1", "app1", "flow", True)),
        (flow("Shop", "CRM", kind="Depends on::Used by"), ("Shop", "CRM", "relation", True)),
        (flow("Shop", "CRM", kind="Used by::Uses"), ("CRM", "Shop", "relation", True)),
        (flow("Shop", "CRM", kind="wird genutzt von"), ("CRM", "Shop", "relation", True)),
        (flow("Shop", "CRM", kind="Exchanges data with"), ("CRM", "Shop", "relation", False)),
    ],
)
def test_the_listener_is_needed_and_words_turn_relations(row, edge):
    found = told(resolve([row]))
    assert found == {edge} or (not edge[3] and found == {(edge[1], edge[0], *edge[2:])})


def test_one_edge_counts_the_rows_that_say_so_and_shows_five_cells():
    rows = [flow("web1", "db1", "1521")] * 8
    result = resolve(rows)
    edge = result.dependencies.iloc[0]
    assert len(result.dependencies) == 1
    assert (edge["observations"], len(edge["evidence"]), edge["evidence_id"]) == (8, 5, edge["evidence"][0])
    assert set(result.skipped["reason"]) == {"repeats an edge that another row gives"}
    assert len(result.skipped) == 7


def test_strength_follows_kind_port_criticality_and_traffic():
    def of(row: dict[str, str]) -> float:
        return float(resolve([row]).dependencies["strength"].iloc[0])

    assert of(flow("web1", "db1", "1521")) > of(flow("web1", "db1", "443")) > of(flow("web1", "db1", "161"))
    assert of(flow("web1", "db1", "443", "4000")) > of(flow("web1", "db1", "443", "2"))
    assert of(flow("Shop", "CRM", kind="high")) > of(flow("Shop", "CRM", kind="low"))
    assert 0 < of(flow("web1", "db1", "1521", "999999999999")) <= 0.99


def test_the_way_back_of_a_connection_is_no_edge_of_its_own():
    result = resolve([flow("web1", "db1", "1521"), flow("db1", "web1", "51234")], [("shop", "web1"), ("crm", "db1")])
    assert told(result) == {("web1", "db1", "flow", True)}
    assert result.dependencies[["source_application", "target_application"]].iloc[0].tolist() == ["shop", "crm"]


def test_applications_on_one_database_or_host_go_together_without_a_direction():
    result = resolve([], [("shop", "db1"), ("crm", "db1"), ("crm", "app1"), ("billing", "app1")])
    assert told(result) == {
        ("CRM", "Shop", "shared database", False),
        ("Billing Platform", "CRM", "shared host", False),
    }
    edge = result.dependencies.set_index("kind").loc["shared database"]
    assert sorted(edge["evidence"]) == ["f.4.0.1", "f.4.1.1"]


def test_callers_of_a_database_that_is_nobodys_share_it():
    rows = [flow("web1", "db1", "5432"), flow("app1", "db1", "5432")]
    result = resolve(rows, [("shop", "web1"), ("crm", "app1")])
    assert ("CRM", "Shop", "shared database", False) in told(result)


def test_a_host_of_everybody_ties_nobody_together(monkeypatch):
    from aidiscover_pipelines.inventory.dependencies import inferred

    links = [(key, "mon1") for key in NAMES]
    assert len(resolve([], links).dependencies) == 3
    monkeypatch.setattr(inferred, "MOST_ON_A_HOST", 2)
    assert resolve([], links).dependencies.empty


def test_a_name_in_a_description_is_a_weak_undirected_edge():
    result = resolve([], texts={"shop": "Orders go to the Billing Platform every night."})
    assert told(result) == {("Billing Platform", "Shop", "text", False)}
    assert result.dependencies["strength"].iloc[0] == 0.2
    assert told(resolve([flow("Shop", "Billing Platform")], texts={"shop": "uses the Billing Platform"})) == {
        ("Shop", "Billing Platform", "relation", True)
    }


def test_common_words_other_spellings_and_a_text_about_itself_name_nothing():
    assert told(resolve([], texts={"crm": "A shop for spare parts, a billing platform of its own, our CRM."})) == set()


@pytest.mark.parametrize(
    ("names", "text", "found"),
    [
        (["HR Portal", "Internal HR Portal"], "see the Internal HR Portal", ["Internal HR Portal"]),
        (["Order Desk", "Order Desk"], "see the Order Desk", []),
        (["SAP ERP", "Produktkonfigurator"], "SAP ERP; dann Produktkonfigurator", ["SAP ERP", "Produktkonfigurator"]),
        (["Wiki", "Mail"], "our Wiki and Mail", []),
        (["iFlow", "S4"], "iFlow or iflow", ["iFlow"]),
    ],
)
def test_the_longest_distinctive_name_counts(names, text, found):
    applications = pd.DataFrame({"application_id": [f"a{n}" for n in range(len(names))], "name": names})
    texts = pd.DataFrame({"entity_id": ["other"], "value": [text]})
    assert names_in_texts(texts, applications)["text"].tolist() == found


def test_what_many_descriptions_hold_is_no_name():
    applications = pd.DataFrame({"application_id": ["a"], "name": ["Order Management"]})
    texts = pd.DataFrame({"entity_id": [f"x{n}" for n in range(9)], "value": "Order Management of the plant"})
    assert len(names_in_texts(texts[:3], applications)) == 3
    assert names_in_texts(texts, applications).empty


def test_unknown_ends_and_self_dependencies_are_flagged_with_their_cells():
    rows = [flow("Shop", "Ghost"), flow("CRM", "ghost"), flow("CRM", "CRM"), flow("web1", "10.9.9.9", "443")]
    result = resolve(rows)
    flags = dependency_flags(result.dependencies, result.on_itself, [], cells_of(rows)).set_index("value")
    assert flags.loc["CRM", "problem"] == "dependency on itself"
    assert flags.loc["CRM", "evidence"] == ["f.1.4.1"]
    unknown = flags[flags["problem"] == "dependency on something unknown"]
    assert {value.casefold() for value in unknown.index} == {"ghost", "10.9.9.9"}
    assert sorted(next(cells for cells in unknown["evidence"] if len(cells) == 2)) == ["f.1.2.2", "f.1.3.2"]
    assert result.skipped.set_index("record_id").loc["f.1.4", "reason"] == "edge from an application to itself"


def test_an_answer_that_nothing_applies_is_no_application():
    result = resolve([], texts={"shop": "does not apply; CRM"}, field="integration_dependencies")
    assert told(result) == {("Shop", "CRM", "mention", True)}


def test_the_order_of_rows_does_not_matter_and_no_rows_give_no_edges():
    rows = [flow("web1", "db1", "1521"), flow("app1", "web1", "51000"), flow("Shop", "CRM"), flow("Shop", "Ghost")]
    links = [("shop", "web1"), ("crm", "db1"), ("billing", "app1")]
    one, other = resolve(rows, links).dependencies, resolve(rows[::-1], links).dependencies
    said = ["dependency_id", "source_application", "target_application", "kind", "directed", "strength"]
    pd.testing.assert_frame_equal(one[said], other[said])
    assert list(resolve([]).dependencies) == Dependency.columns()


def test_ports_tell_what_is_used():
    assert services(pd.Series([1433, 443, 5672, None, 40000])).tolist() == ["database", "web", "messaging", "", ""]
