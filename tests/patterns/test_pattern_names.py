"""Names of groups are short, human and different."""

import pytest

from aidiscover_pipelines.domain.tables import PatternCluster
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.patterns.naming import LABEL_LENGTH, NAMELESS, name_group
from aidiscover_pipelines.patterns.stage import find_patterns, settle_patterns

ACME = TenantId("acme")
JAVA = {"technologies": "Java", "architecture_pattern": "web application", "os_family": "linux", "eol_status": "eol"}


@pytest.mark.parametrize(
    ("typical", "telling", "name"),
    [
        (JAVA, ["technologies", "eol_status"], "Java web on Linux, out of support"),
        (JAVA, ["technologies"], "Java web on Linux"),
        ({"technologies": "COBOL", "architecture_pattern": "mainframe", "os_family": "mainframe"}, [],
         "COBOL mainframe"),
        ({"database_engine": "SQL Server", "os_family": "windows"}, [], "SQL Server on Windows"),
        ({"application_type": "COTS", "os_family": "windows"}, [], "Packaged software on Windows"),
        ({"os_family": "unix"}, [], "Unix servers"),
        ({"asset_count": "+", "user_count": "-"}, ["asset_count", "user_count"], "Many servers, few users"),
        ({"architecture_pattern": "saas", "application_type": "SaaS"}, [], "SaaS"),
        ({}, [], NAMELESS),
    ],
)  # fmt: skip
def test_a_name_says_what_it_is_where_it_runs_and_what_is_special(typical, telling, name):
    assert name_group(typical, telling, set()) == name


def test_a_second_group_of_the_same_name_gets_what_tells_it_apart():
    typical = JAVA | {"database_engine": "Oracle Database", "asset_count": "+"}
    assert name_group(typical, ["asset_count"], {"Java web on Linux"}) == "Java web on Linux, many servers"
    taken = {"Java web on Linux", "Java web on Linux, many servers"}
    assert name_group(typical, ["asset_count"], taken) == "Java web on Linux, Oracle Database"


def test_groups_are_told_apart_even_where_no_trait_does(store_with):
    rows = {
        f"a{n:02d}": {"cpu_util_pct": 10.0 * (n % 2) + 40, "eol_years": 3.0 * (n % 2), "os_family": "linux"}
        for n in range(40)
    }
    store = store_with(rows)
    find_patterns(store, ACME, RunRef("r"))
    labels = store.read(ACME, PatternCluster)["label"]
    assert labels.is_unique and labels.str.len().max() <= LABEL_LENGTH


def test_long_names_and_descriptions_are_cut_between_words(store_with):
    engine = "the relational database management system of the old data centre"
    name = name_group({"database_engine": f"{engine} in Lyon", "os_family": "linux"}, [], set())
    assert name.endswith(" in Lyon on…") and len(name) <= LABEL_LENGTH
    store = store_with({f"a{n:02d}": {"database_engine": engine} for n in range(6)})
    find_patterns(store, ACME, RunRef("r"))
    described = store.read(ACME, PatternCluster).iloc[0]
    assert "have database the relational database management… (100%" in described["description"]
    words = {"cluster_id": described["cluster_id"], "label": "", "gap_report": "", "methods": []}
    settle_patterns(store, ACME, RunRef("s"), [{**words, "description": "they are old. " * 50}])
    assert store.read(ACME, PatternCluster).iloc[0]["description"].endswith(" they are old. they are…")


def test_a_crew_that_repeats_the_start_of_a_description_does_not_cut_it(store_with):
    store = store_with({f"a{n:02d}": {"os_family": "linux", "database_engine": "Oracle"} for n in range(6)})
    find_patterns(store, ACME, RunRef("r"))
    before = store.read(ACME, PatternCluster).iloc[0]
    cut = {"cluster_id": before["cluster_id"], "label": "Oracle", "description": before["description"][:40] + "…"}
    settle_patterns(store, ACME, RunRef("s"), [{**cut, "gap_report": "", "methods": []}])
    after = store.read(ACME, PatternCluster).iloc[0]
    assert (after["label"], after["description"]) == ("Oracle", before["description"])


def test_unknown_values_name_no_group_and_large_numbers_are_written_out(store_with):
    rows = {f"a{n:02d}": {"eol_status": "unknown", "memory_mb": 1_310_720.0, "os_family": "linux"} for n in range(6)}
    store = store_with(rows)
    find_patterns(store, ACME, RunRef("r"))
    told = store.read(ACME, PatternCluster).iloc[0]
    assert "unknown" not in told["label"].lower()
    assert "e+06" not in told["description"]
