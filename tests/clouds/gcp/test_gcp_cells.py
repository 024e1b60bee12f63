"""What a scan of Google Cloud leaves behind: one record for each resource, edges, and coverage of each operation."""

import pandas as pd

from resources.clouds.account import Connection
from resources.clouds.gcp import accounts
from resources.clouds.reader import read_account
from resources.clouds.scopes import Gathering
from tests.clouds.gcp.estate import PROJECT, VPC, compute, database, instance, number_of
from tests.clouds.gcp.server import GoogleServer, Rule, error
from tests.clouds.scanning import QUICK

SCOPE = f"projects/{PROJECT}"


def scanned(connection: Connection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells and coverage of all projects, as they are stored."""
    scopes = [
        scope
        for account in accounts(connection)
        for scope in Gathering("gcp", account.id).scopes(read_account(account, QUICK))
    ]
    cells = pd.concat([scope.cells for scope in scopes], ignore_index=True)
    return cells, pd.concat([scope.coverage for scope in scopes], ignore_index=True)


def test_measurements_labels_and_edges_join_the_record_of_their_instance(
    google: GoogleServer, connection: Connection
) -> None:
    allowed = [{"IPProtocol": "tcp", "ports": ["5432"]}]
    labels = {"app": "web-shop", "env": "prod", "owner": "ann"}
    google.assets[SCOPE] = [
        instance(1, "web-1", labels=labels, tags={"items": ["web"]}),
        instance(2, "db-1", tags={"items": ["db"]}),
        compute("Network", "global/networks/prod", id="70"),
        compute("Firewall", "global/firewalls/f", network=VPC, sourceTags=["web"], targetTags=["db"], allowed=allowed),
    ]
    google.series = {("compute.googleapis.com/instance/cpu/utilization", number_of(1)): [0.1, 0.2]}
    cells, _ = scanned(connection)
    assets = cells[cells["entity"] != "dependency"]
    record = f"gcp:{PROJECT}:global.cloudasset.{number_of(1)}"
    assert set(assets["record_id"]) == {record, f"gcp:{PROJECT}:global.cloudasset.{number_of(2)}"}
    told = assets[assets["record_id"] == record].set_index("field")
    assert told.loc["asset_id", "value"] == number_of(1)
    assert (told.loc["cpu_cores", "number"], told.loc["memory_mb", "number"]) == (4, 16_384)
    assert told.loc["environment", "value"] == "production"
    assert told.loc["application_name", ["entity", "value"]].tolist() == ["application", "web-shop"]
    assert told.loc["cpu_util_pct"].set_index("statistic")["number"].to_dict() == {"avg": 15.0, "p95": 19.5}
    edge = cells[cells["entity"] == "dependency"].set_index("field")["value"].to_dict()
    ends = {"dep_source": number_of(1), "dep_target": number_of(2)}
    assert edge == {**ends, "dep_port": "5432", "dep_type": "firewall rule f"}


def test_coverage_names_what_was_called_and_what_would_fix_a_gap(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [database("orders")]
    google.metric_rules = [Rule(403)]
    _, coverage = scanned(connection)
    told = coverage.set_index(["service", "operation"])
    assert told["outcome"].to_dict() == {
        ("identity", "identity"): "called",
        ("cloudasset", "ListAssets"): "called",
        ("monitoring", "ListTimeSeries cpu_util_pct"): "denied",
        ("monitoring", "ListTimeSeries memory_util_pct"): "denied",
    }
    denied = told.loc[("monitoring", "ListTimeSeries cpu_util_pct")]
    assert denied["permission"] == "monitoring.timeSeries.list"
    assert denied["reason"] == (
        "the credentials may not read this, or it does not exist; allow monitoring.timeSeries.list"
    )


def test_an_api_that_is_off_needs_no_permission_but_a_command(google: GoogleServer, connection: Connection) -> None:
    off = error(
        403, "PERMISSION_DENIED", "SERVICE_DISABLED", service="cloudasset.googleapis.com", consumer="projects/42"
    )
    google.rules = [Rule(403, off)]
    _, coverage = scanned(connection)
    row = coverage.set_index("service").loc["cloudasset"]
    assert (row["outcome"], row["permission"]) == ("failed", "")
    assert row["reason"].endswith("run: gcloud services enable cloudasset.googleapis.com --project 42")
