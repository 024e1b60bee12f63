"""What a scan of Azure leaves behind: cells of one record for each resource, edges, and coverage of each operation."""

import pandas as pd

from resources.clouds.account import Connection
from resources.clouds.azure import accounts
from resources.clouds.reader import read_account
from resources.clouds.scopes import Gathering
from tests.clouds.azure.rows import OTHER, estate
from tests.clouds.azure.server import AzureServer, Rule, error
from tests.clouds.scanning import QUICK


def scanned(azure: AzureServer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells and coverage of all subscriptions, as they are stored."""
    connection = Connection("azure", "t", "ambient", {"log_workspaces": OTHER}, azure.url)
    scopes = [
        scope
        for account in accounts(connection)
        for scope in Gathering("azure", account.id).scopes(read_account(account, QUICK))
    ]
    cells = pd.concat([scope.cells for scope in scopes], ignore_index=True)
    return cells, pd.concat([scope.coverage for scope in scopes], ignore_index=True)


def test_sizes_and_metrics_join_the_record_of_their_machine(azure: AzureServer) -> None:
    azure.rows = estate(2)
    azure.series = lambda _resource, _metric: [10.0, 20.0]
    one, other = azure.rows[0]["id"].lower(), azure.rows[3]["id"].lower()
    azure.connections = [(one, "10.0.0.1", 5432)]
    cells, _ = scanned(azure)
    assets = cells[cells["entity"] == "asset"]
    assert assets["record_id"].nunique() == 2
    first = assets[assets["record_id"] == assets["record_id"].iloc[0]].set_index("field")
    assert first.loc["asset_id", "value"] == one
    assert first.loc["cpu_cores", "number"] == 4
    assert first.loc["memory_mb", "number"] == 16_384
    assert first.loc["cpu_util_pct"].set_index("statistic")["number"].to_dict() == {"avg": 15.0, "p95": 19.5}
    applications = cells[cells["field"] == "application_name"]
    assert set(applications["value"]) == {"Shop 0", "Shop 1"}
    edge = cells[cells["entity"] == "dependency"].set_index("field")["value"].to_dict()
    assert edge == {"dep_source": one, "dep_target": other, "dep_port": "5432", "dep_type": "flow log"}


def test_coverage_names_what_was_called_and_what_would_fix_a_gap(azure: AzureServer) -> None:
    azure.rows = estate(2)
    azure.rules = [Rule("metrics", 403, error("AuthorizationFailed"))]
    _, coverage = scanned(azure)
    told = coverage.set_index(["service", "operation"])
    assert told["outcome"].to_dict() == {
        ("identity", "identity"): "called",
        ("resource graph", "query resources"): "called",
        ("permissions", "list permissions"): "empty",
        ("compute", "list sizes"): "called",
        ("monitor", "get metrics batch"): "denied",
        (f"log analytics {OTHER}", "query VMConnection"): "empty",
    }
    assert told.loc[("resource graph", "query resources"), "resources"] == 2
    denied = told.loc[("monitor", "get metrics batch")]
    assert denied["permission"] == "Microsoft.Insights/metrics/read"
    assert denied["reason"].endswith("allow Microsoft.Insights/metrics/read")
