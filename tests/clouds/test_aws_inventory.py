"""AWS scans against moto on loopback, and against an endpoint that refuses everything."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import CloudCell, CloudCoverage
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ports import CloudScan
from resources.clouds import CLOUDS, aws
from resources.clouds.aws import AwsInventory
from resources.clouds.combined import CombinedInventory
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
REGION = "eu-central-1"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.fixture(scope="module")
def filled_account(endpoint: str) -> str:
    """Two instances, one of them stopped, a terminated one, a database and two buckets. Id of the running instance."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    ec2, rds, s3 = client("ec2"), client("rds"), client("s3")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    tags = [
        {"Key": "Name", "Value": "web-1"},
        {"Key": "Application", "Value": "Web Shop"},
        {"Key": "Environment", "Value": "prod"},
    ]
    started = ec2.run_instances(
        ImageId=image,
        MinCount=3,
        MaxCount=3,
        InstanceType="m5.large",
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )["Instances"]
    ec2.stop_instances(InstanceIds=[started[1]["InstanceId"]])
    ec2.terminate_instances(InstanceIds=[started[2]["InstanceId"]])
    rds.create_db_instance(
        DBInstanceIdentifier="shop-db",
        DBInstanceClass="db.m5.large",
        Engine="postgres",
        EngineVersion="15.3",
        AllocatedStorage=200,
        MasterUsername="root",
        MasterUserPassword="password",
        Tags=[{"Key": "app", "Value": "Web Shop"}],
    )
    for name in ("shop.assets", "plain-bucket"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket="shop.assets", Tagging={"TagSet": [{"Key": "Service", "Value": "Web Shop"}]})
    for each in (ec2, rds, s3):
        each.close()
    return str(started[0]["InstanceId"])


@pytest.fixture
def account(filled_account: str, credentials: None) -> str:
    """The filled account, with credentials to read it."""
    return filled_account


def scan_of(endpoint: str, *regions: str) -> CloudScan:
    return AwsInventory(regions or [REGION], endpoint).scan(ACME)


def values_of(scan: CloudScan, record_id: str) -> dict[str, str]:
    held = scan.cells[scan.cells["record_id"] == record_id]
    return dict(zip(held["field"], held["value"], strict=True))


def outcomes(scan: CloudScan) -> dict[tuple[str, str], str]:
    held = scan.coverage
    return dict(zip(zip(held["region"], held["service"], strict=True), held["outcome"], strict=True))


def test_an_instance_tells_its_size_address_state_and_tags(endpoint: str, account: str) -> None:
    scan = scan_of(endpoint)
    told = values_of(scan, f"aws:{REGION}.ec2.{account}")
    assert told.pop("hostname").startswith("ip-")
    assert told.pop("ip_address").count(".") == 3
    assert told == {
        "asset_id": account,
        "asset_name": "web-1",
        "asset_type": "cloud",
        "virtualization_platform": "AWS EC2",
        "hardware_model": "m5.large",
        "location": f"{REGION}a",
        "power_state": "running",
        "cpu_cores": "2",
        "memory_mb": "8192",
        "tags": "Application=Web Shop; Environment=prod; Name=web-1",
        "environment": "production",
        "application_name": "Web Shop",
    }
    numbers = scan.cells[scan.cells["number"].notna()]
    assert set(numbers["field"]) == {"cpu_cores", "memory_mb", "storage_total_gb"}
    environment = scan.cells[scan.cells["field"] == "environment"].iloc[0]
    assert (environment["original"], environment["transform"]) == ("prod", "to vocabulary")


def test_stopped_instances_count_and_terminated_ones_do_not(endpoint: str, account: str) -> None:
    cells = scan_of(endpoint).cells
    states = cells[(cells["field"] == "power_state") & cells["record_id"].str.contains(".ec2.", regex=False)]
    assert sorted(states["value"]) == ["running", "stopped"]


def test_a_database_tells_its_engine_and_a_bucket_its_tags(endpoint: str, account: str) -> None:
    scan = scan_of(endpoint)
    database = values_of(scan, f"aws:{REGION}.rds.shop-db")
    assert database["database_engine"] == "postgres 15.3"
    assert (database["asset_type"], database["storage_total_gb"]) == ("database", "200")
    bucket = values_of(scan, f"aws:{REGION}.s3.shop_assets")
    assert (bucket["asset_name"], bucket["application_name"]) == ("shop.assets", "Web Shop")
    assert "tags" not in values_of(scan, f"aws:{REGION}.s3.plain-bucket")


def test_only_application_names_describe_the_application(endpoint: str, account: str) -> None:
    cells = scan_of(endpoint).cells
    assert set(cells.loc[cells["entity"] == "application", "field"]) == {"application_name"}
    assert set(cells["entity"]) == {"asset", "application"}


def test_regions_are_told_apart_and_an_empty_one_says_so(endpoint: str, account: str) -> None:
    scan = scan_of(endpoint, REGION, "us-west-2")
    assert outcomes(scan) == {
        **{(REGION, service): "called" for service in ("ec2", "rds", "s3")},
        **{("us-west-2", service): "empty" for service in ("ec2", "rds", "s3")},
    }
    assert set(scan.cells["file_id"]) == {f"aws:{REGION}"}


def test_a_scan_is_stored_as_it_is(endpoint: str, account: str) -> None:
    store = ScratchStore(Tenant(ACME, "Acme"))
    scan = scan_of(endpoint)
    store.replace(ACME, RunRef("r"), {CloudCell: scan.cells, CloudCoverage: scan.coverage})
    assert len(store.read(ACME, CloudCell)) == len(scan.cells), "cell addresses are unique"


class Refusing(BaseHTTPRequestHandler):
    """Answers as AWS does to credentials without rights; EC2 lists one instance when `lists` is set."""

    lists = False

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.lists and "Action=DescribeInstances&" in asked + "&":
            return self._answer(200, INSTANCES)
        code = "AccessDenied" if "DBInstances" in asked else "UnauthorizedOperation"
        wrapped = f"<Errors><Error><Code>{code}</Code><Message>arn:secret</Message></Error></Errors>"
        if "DBInstances" in asked:
            wrapped = f"<Error><Code>{code}</Code><Message>arn:secret</Message></Error>"
        return self._answer(403, f"<Response>{wrapped}</Response>")

    def do_GET(self) -> None:
        if self.lists and "tagging" not in self.path:
            return self._answer(200, BUCKETS)
        return self._answer(403, "<Error><Code>AccessDenied</Code><Message>arn:secret</Message></Error>")

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None: ...


class Listing(Refusing):
    lists = True


INSTANCES = """<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item>
<instancesSet><item><instanceId>i-1</instanceId><instanceType>m5.large</instanceType>
<instanceState><name>running</name></instanceState></item></instancesSet></item></reservationSet></DescribeInstancesResponse>"""
BUCKETS = """<ListAllMyBucketsResult><Buckets>
<Bucket><Name>one</Name></Bucket><Bucket><Name>two</Name></Bucket></Buckets>
</ListAllMyBucketsResult>"""


@pytest.fixture
def refusing(request: pytest.FixtureRequest, credentials: None) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), request.param) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("refusing", [Refusing], indirect=True)
def test_a_denied_call_is_a_coverage_row_that_names_the_permission(refusing: str) -> None:
    scan = scan_of(refusing)
    assert len(scan.cells) == 0
    assert set(scan.coverage["outcome"]) == {"denied"}
    reasons = dict(zip(scan.coverage["service"], scan.coverage["reason"], strict=True))
    assert "allow ec2:DescribeInstances" in reasons["ec2"]
    assert "allow rds:DescribeDBInstances" in reasons["rds"]
    assert "allow s3:ListAllMyBuckets" in reasons["s3"]
    assert "arn:secret" not in str(reasons)


@pytest.mark.parametrize("refusing", [Listing], indirect=True)
def test_details_that_are_denied_do_not_cost_the_resource(refusing: str) -> None:
    scan = scan_of(refusing)
    assert outcomes(scan) == {
        (REGION, "ec2"): "called",
        (REGION, "ec2 instance types"): "denied",
        (REGION, "rds"): "denied",
        (REGION, "s3"): "called",
        (REGION, "s3 tagging"): "denied",
    }
    assert values_of(scan, f"aws:{REGION}.ec2.i-1")["power_state"] == "running"


def test_an_endpoint_that_is_not_there_is_a_failed_call(credentials: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    scan = scan_of("http://127.0.0.1:9")
    assert set(scan.coverage["outcome"]) == {"failed"}
    assert scan.coverage["reason"].str.contains("EndpointConnectionError").all()


@pytest.mark.parametrize(
    ("code", "outcome"), [("ThrottlingException", "throttled"), ("ExpiredToken", "denied"), ("InternalError", "failed")]
)
def test_faults_are_told_apart_by_their_code(code: str, outcome: str, credentials: None) -> None:
    client = boto3.client("ec2", region_name=REGION)
    told, reason = aws._gap(client, ClientError({"Error": {"Code": code}}, "DescribeInstances"))
    assert told == outcome
    assert code in reason
    client.close()


def test_without_credentials_the_reason_says_how_to_give_them() -> None:
    scan = AwsInventory([REGION]).scan(ACME)
    assert len(scan.cells) == 0
    assert scan.coverage["outcome"].tolist() == ["skipped"]
    reason = scan.coverage["reason"].iloc[0]
    assert all(word in reason for word in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "role", "aidiscover-<tenant>"))


def test_half_a_credential_is_a_failed_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "only-the-id")
    scan = AwsInventory([REGION]).scan(ACME)
    assert scan.coverage["outcome"].tolist() == ["failed"]
    assert "only-the-id" not in str(scan.coverage.to_dict())


def test_a_tenants_own_profile_is_used_for_it_alone(
    endpoint: str, account: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    file = tmp_path / "credentials"
    file.write_text("[aidiscover-acme]\naws_access_key_id = testing\naws_secret_access_key = testing\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    inventory = AwsInventory([REGION], endpoint)
    assert set(inventory.scan(ACME).coverage["outcome"]) == {"called"}
    assert inventory.scan(TenantId("globex")).coverage["outcome"].tolist() == ["skipped"]


def settings(**environment: str) -> Settings:
    return Settings.from_environment(environment)


def test_no_cloud_configured_is_one_row_that_says_so() -> None:
    scan = CombinedInventory(settings()).scan(ACME)
    assert len(scan.cells) == 0
    assert list(scan.cells.columns) == CloudCell.columns()
    assert scan.coverage["outcome"].tolist() == ["skipped"]
    assert "AIDISCOVER_CLOUDS is empty" in scan.coverage["reason"].iloc[0]


def test_the_configured_clouds_are_scanned_with_their_settings(endpoint: str, account: str) -> None:
    chosen = settings(AIDISCOVER_CLOUDS="aws, aws", AIDISCOVER_AWS_ENDPOINT=endpoint)
    scan = CombinedInventory(chosen).scan(ACME)
    assert scan.coverage["region"].tolist() == [REGION] * 3
    assert f"aws:{REGION}.ec2.{account}" in set(scan.cells["record_id"])


def test_an_unknown_cloud_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigError, match="cannot scan cloud 'nimbus' of AIDISCOVER_CLOUDS: known are aws"):
        CombinedInventory(settings(AIDISCOVER_CLOUDS="nimbus"))


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_cloud_in_the_table_loads(cloud: str) -> None:
    CombinedInventory(settings(AIDISCOVER_CLOUDS=cloud))
