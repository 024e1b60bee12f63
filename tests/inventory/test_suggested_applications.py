"""Applications that nobody recorded: what server names, tags and folders tell, and what they must not."""

from collections.abc import Sequence

import pandas as pd
import pytest

from aidiscover_pipelines.demo.portfolio import demo_portfolio
from aidiscover_pipelines.domain.tables import Application, ApplicationAsset, EntityValue
from aidiscover_pipelines.inventory.applications.host_names import read_host_names
from aidiscover_pipelines.inventory.applications.suggestions import Estate, Suggested, suggest_applications
from aidiscover_pipelines.inventory.resolution.identity import decision_rows

Server = tuple[str, dict[str, str]]


def estate(servers: Sequence[Server], placed: dict[str, tuple[str, str]] | None = None) -> Estate:
    """Servers by name with values by field; `placed` gives (sign, value) by name."""
    names = [name for name, _ in servers]
    assets = pd.DataFrame({"asset_id": [f"id-{name}" for name in names], "name": names, "kind": "virtual"})
    values = [
        ("asset", f"id-{name}", field, value, f"f.1.{row}.{column}", True)
        for row, (name, fields) in enumerate(servers)
        for column, (field, value) in enumerate(({"asset_name": name} | fields).items())
    ]
    columns = ["entity", "entity_id", "field", "value", "evidence_id", "chosen"]
    held = [(f"id-{name}", sign, value, f"f.2.{name}.9") for name, (sign, value) in (placed or {}).items()]
    placements = pd.DataFrame(held, columns=["asset_id", "sign", "value", "evidence_id"], dtype="str")
    return Estate(assets, pd.DataFrame(values, columns=columns).reindex(columns=[*columns, "number"]), placements)


def suggest(
    found: Estate, known: dict[str, list[str]] | None = None, said: Sequence[tuple[str, str, str]] = ()
) -> Suggested:
    """`known` are applications by name with the names of their servers; `said` are (verdict, key, other key)."""
    known = known or {}
    applications = pd.DataFrame({"application_id": [name.lower() for name in known], "name": list(known)}, dtype="str")
    links = [(name.lower(), f"id-{server}", "e", "asset row") for name, servers in known.items() for server in servers]
    values = pd.DataFrame(columns=EntityValue.columns())
    decisions = decision_rows(
        *(
            {"decision_id": str(n), "entity": "application", "verdict": verdict, "at": n}
            | {"left_keys": [one], "right_keys": [other]}
            for n, (verdict, one, other) in enumerate(said)
        )
    )
    held = pd.DataFrame(links, columns=ApplicationAsset.columns(), dtype="str")
    return suggest_applications(found, held, applications, values, decisions)


def groups(found: Suggested) -> dict[str, set[str]]:
    members = found.links.groupby("application_id")["asset_id"].agg(set).to_dict()
    return {application: {asset.removeprefix("id-") for asset in assets} for application, assets in members.items()}


@pytest.mark.parametrize(
    ("names", "stems"),
    [
        (["SAPPRD01", "SAPDEV01", "sapqas02.corp.example"], ["sap", "sap", "sap"]),
        (["prd_crm_db_1", "prd_crm_app_1", "tst-crm-web-1"], ["crm", "crm", "crm"]),
        (["sample-web-01", "sample-db-01"], ["sample", "sample"]),
        (["loncrmweb01", "parcrmdb01", "lonerpapp1", "parerpdb1", "lonhrapp1", "parhrdb1"],
         ["crm", "crm", "erp", "erp", "hr", "hr"]),
        (["web01", "DB01", "srv-0017", "win2019", "10.0.0.1"], ["", "", "", "", ""]),
        (["MYSQLDB02", "WordpressDB1", "WordPress-Web1"], ["", "wordpress", "word press"]),
    ],
)  # fmt: skip
def test_stems_are_read_from_many_conventions(names, stems):
    assert read_host_names(pd.Series(names)).stem.tolist() == stems


def test_places_are_learnt_from_names_that_are_built_alike():
    codes = ["crm", "erp", "log", "mon", "hcm", "plm"]
    names = [
        f"nw{site}-{code}-{role}0{n}"
        for code in codes
        for site in ("hh", "ks")
        for role in ("app", "ocr")
        for n in (1, 2)
    ]
    read = read_host_names(pd.Series(names))
    # "log" and "mon" are usual words for roles, and "ocr" is none that anybody listed: their places tell.
    assert set(read.stem) == set(codes)


def test_codes_that_use_every_combination_of_letters_are_no_sites():
    codes = [one + other for one in ("ab", "cd", "ef", "gh") for other in ("ij", "kl", "mn")]
    assert set(read_host_names(pd.Series([f"{code}-web01" for code in codes])).stem) == set(codes)
    assert set(read_host_names(pd.Series([f"{code}web01" for code in codes])).stem) == set(codes)


def test_the_site_of_a_server_is_no_application():
    names = pd.Series(["lonweb0012", "lonweb0013", "parweb0001"])
    assert read_host_names(names, pd.Series(["London", "London", "Paris"])).stem.tolist() == ["", "", ""]


def test_the_demos_applications_are_found_again_from_server_names_alone():
    servers = demo_portfolio().servers
    found = groups(suggest(estate([(server.name, {}) for server in servers])))
    truth = pd.Series({server.name: server.application for server in servers})
    assert all(truth[list(members)].nunique() == 1 for members in found.values())
    several = truth.value_counts()
    assert len(found) >= 0.9 * (several >= 2).sum()


def test_a_machine_alone_and_machines_that_have_nothing_in_common_stay_unclaimed():
    lone = [("TMP-MIGRATION-02", {}), ("stefan-test-alt", {}), ("srv-unbekannt-17", {}), ("web01", {}), ("web02", {})]
    assert groups(suggest(estate(lone))) == {}


def test_independent_signs_raise_the_confidence():
    servers: list[Server] = [("crm-web01", {}), ("crm-db01", {}), ("erp-web01", {}), ("erp-db01", {})]
    alone = suggest(estate(servers)).applications.set_index("application_id")["confidence"]
    folders = dict.fromkeys(("crm-web01", "crm-db01"), ("folder", "/DC/vm/Sales CRM"))
    both = suggest(estate(servers, folders)).applications.set_index("application_id")["confidence"]
    assert both["crm"] > alone["crm"] == both["erp"] == alone["erp"]
    assert (both <= 0.9).all()


def test_a_tag_names_an_application_even_of_one_server_and_a_folder_of_two():
    found = suggest(
        estate(
            [("i-1", {"tags": "App=Payments; Owner=ann"}), ("x1", {}), ("y2", {}), ("z3", {"tags": "Project=Project"})],
            {"x1": ("folder", "/DC/vm/Customer Information App"), "y2": ("folder", "/DC/vm/Customer Information App")},
        )
    )
    assert groups(found) == {"payments": {"i-1"}, "customer-information-app": {"x1", "y2"}}
    assert found.applications["origin"].tolist() == ["suggested", "suggested"]
    assert found.links.set_index("asset_id").loc["id-i-1", ["how", "evidence_id"]].tolist() == ["tag", "f.1.0.1"]
    assert set(found.links["how"]) == {"tag", "folder"}
    assert list(found.applications) == Application.columns()


def test_only_servers_that_nobody_claims_are_grouped_and_known_applications_get_their_own():
    names = ["crm-app01", "crm-app02", "crm-app03", "pay-app01", "pay-db01", "hr-web01", "hr-db01"]
    found = suggest(estate([(name, {}) for name in names]), {"Customers": names[:2], "PAY": ["other"]})
    assert groups(found) == {
        "customers": {"crm-app03"},
        "pay": {"pay-app01", "pay-db01"},
        "hr": {"hr-web01", "hr-db01"},
    }
    assert found.applications["application_id"].tolist() == ["hr"]


def test_what_holds_several_known_applications_makes_no_new_one():
    servers: list[Server] = [(name, {"cluster_name": "PROD-01"}) for name in ("a1", "b1", "alpha", "beta")]
    assert groups(suggest(estate(servers), {"One": ["a1"], "Two": ["b1"]})) == {}


def test_what_people_said_of_suggested_groups_is_respected():
    names = ["crm-web01", "crm-db01", "sales-web01", "sales-db01", "pay-web01", "pay-db01"]
    found = estate([(name, {}) for name in names])
    assert groups(suggest(found, said=[("same", "name:crm", "name:sales")])) == {
        "crm": {*names[:4]},
        "pay": {*names[4:]},
    }
    given = suggest(found, {"Customers": ["other"]}, [("same", "name:customers", "name:sales")])
    assert groups(given)["customers"] == {"sales-web01", "sales-db01"}
    assert groups(suggest(found, {"PAY": ["other"]}))["pay"] == {*names[4:]}
    kept = suggest(found, {"PAY": ["other"]}, [("different", "name:pay", "id:pay")])
    assert "pay" not in groups(kept)
    assert {*names[4:]} in groups(kept).values()


def test_the_order_of_servers_does_not_matter():
    servers: list[Server] = [
        (f"{app}-{role}{n}", {}) for app in ("crm", "erp", "hr") for role in ("web", "db") for n in (1, 2)
    ]
    one, other = suggest(estate(servers)), suggest(estate(servers))
    backwards = estate(servers)
    turned = Estate(backwards.assets[::-1], backwards.values[::-1], backwards.placements)
    pd.testing.assert_frame_equal(one.applications, other.applications)
    pd.testing.assert_frame_equal(one.applications, suggest(turned).applications)


def test_names_that_mislead_where_applications_are_known_weigh_little():
    known = {f"App {n}": [f"rack{k}-s{n}{k}" for k in range(6)] for n in range(4)}
    names = [server for servers in known.values() for server in servers] + ["shelf-app01", "shelf-db01"]
    alone = suggest(estate([("shelf-app01", {}), ("shelf-db01", {})])).applications["confidence"]
    assert len(alone) == 1
    assert suggest(estate([(name, {}) for name in names]), known).applications.empty


def test_no_servers_no_suggestions():
    found = suggest(estate([]))
    assert (len(found.applications), list(found.links)) == (0, ApplicationAsset.columns())
