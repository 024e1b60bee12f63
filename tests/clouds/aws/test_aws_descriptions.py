"""What is left of botocore's descriptions: everything that a scan calls, and nothing that changes anything."""

import pytest
from botocore import xform_name

from resources.clouds.aws.account import inventory_listings
from resources.clouds.aws.policy import scan_permissions
from resources.clouds.aws.session import Session

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session("http://127.0.0.1:9", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="made-up")


def test_clients_have_every_call_of_a_scan(session: Session) -> None:
    missing = [
        (listing.client, listing.operation)
        for listing in inventory_listings(REGION)
        if not hasattr(session.client(listing.client, REGION), xform_name(listing.operation))
    ]
    assert missing == []
    clients = {"elasticloadbalancing": "elbv2", "tag": "resourcegroupstaggingapi"}
    for permission in scan_permissions() - {"s3:ListAllMyBuckets"}:
        service, operation = permission.split(":")
        assert hasattr(session.client(clients.get(service, service), REGION), xform_name(operation)), permission


def test_clients_have_no_call_that_changes_anything(session: Session) -> None:
    for service in ("ec2", "rds", "s3", "lambda", "sqs", "organizations", "sts"):
        operations = session.client(service, REGION).meta.service_model.operation_names
        assert operations
        changing = ("Create", "Delete", "Modify", "Put", "Run", "Send", "Terminate", "Update", "Stop", "Attach")
        assert [name for name in operations if name.startswith(changing)] == []


def test_shapes_of_answers_are_whole(session: Session) -> None:
    answer = session.client("ec2", REGION).meta.service_model.operation_model("DescribeInstances").output_shape
    instance = answer.members["Reservations"].member.members["Instances"].member
    assert {"InstanceId", "PlatformDetails", "NetworkInterfaces", "Tags"} <= set(instance.members)
    assert instance.documentation == ""
