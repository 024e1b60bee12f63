"""AWS accounts: EC2 instances, RDS instances and S3 buckets of the configured regions.

Credentials are found as every AWS tool finds them (environment, profile, role). Where a profile `aidiscover-<tenant>`
exists it is used for that tenant, so that tenants need not share an account. Permissions: ec2:DescribeInstances,
ec2:DescribeInstanceTypes, rds:DescribeDBInstances, s3:ListAllMyBuckets, s3:GetBucketTagging.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import CloudScan
from resources.clouds.cells import Resource, ServiceScan, cloud_scan

CLOUD = "aws"
ATTEMPTS = 5  # botocore's standard mode: the only layer that retries
CONNECT_S = 5
READ_S = 30

NO_CREDENTIALS = (
    "no AWS credentials were found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run under a "
    "role; a profile named aidiscover-<tenant> is used for that tenant alone"
)

DENIED = frozenset(
    {
        *(
            "AccessDenied",
            "AccessDeniedException",
            "AllAccessDisabled",
            "UnauthorizedOperation",
            "OptInRequired",
            "403",
        ),
        *("AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "SignatureDoesNotMatch"),
        *("ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnrecognizedClientException"),
    }
)
THROTTLED = frozenset(
    {"RequestLimitExceeded", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException", "503"}
)
# Where the permission is not named like the operation.
PERMISSIONS = {"ListBuckets": "s3:ListAllMyBuckets"}

POWER_STATES = {"running": "running", "available": "running", "stopped": "stopped", "stopping": "stopped"}
GONE = frozenset({"terminated", "shutting-down"})
APPLICATION_TAGS = ("application", "app", "service")
ENVIRONMENT_TAGS = ("environment", "env", "stage")

_logger = logging.getLogger(__name__)

Client = Any  # boto3 makes its client classes at run time
Gap = tuple[str, str]


def aws_inventory(settings: Settings) -> "AwsInventory":
    """The inventory of the regions that the settings name."""
    return AwsInventory(settings.aws_regions, settings.aws_endpoint)


class AwsInventory:
    """CloudInventory over boto3, which loads at the first scan. `endpoint` replaces AWS's own, for test servers."""

    def __init__(self, regions: Iterable[str], endpoint: str = "") -> None:
        self._regions = tuple(regions)
        self._endpoint = endpoint

    def scan(self, tenant: TenantId) -> CloudScan:
        import boto3
        from botocore.exceptions import BotoCoreError

        profile = f"aidiscover-{tenant}"
        session = boto3.Session()
        if profile in session.available_profiles:
            session = boto3.Session(profile_name=profile)
        try:
            found = session.get_credentials()
        except BotoCoreError as error:
            return cloud_scan(CLOUD, [ServiceScan("global", "sts", "failed", _without_values(error))])
        if found is None:
            return cloud_scan(CLOUD, [ServiceScan("global", "sts", "skipped", NO_CREDENTIALS)])
        return cloud_scan(CLOUD, [scan for region in self._regions for scan in self._region(session, region)])

    def _region(self, session: Any, region: str) -> Iterator[ServiceScan]:
        from botocore.config import Config

        config = Config(
            retries={"mode": "standard", "max_attempts": ATTEMPTS}, connect_timeout=CONNECT_S, read_timeout=READ_S
        )
        for service, readers in SERVICES.items():
            client = session.client(service, region_name=region, endpoint_url=self._endpoint or None, config=config)
            yield from readers(client, region)
            client.close()


def read_ec2(client: Client, region: str) -> Iterator[ServiceScan]:
    """Instances that still exist; sizes come from their types, in a call of its own that may be denied alone."""
    instances, gap = _all(client, "describe_instances", "Reservations[].Instances[]")
    instances = [instance for instance in instances if instance["State"]["Name"] not in GONE]
    types = sorted({instance["InstanceType"] for instance in instances})
    sizes, size_gap = _sizes(client, types) if types else ({}, None)
    yield _service_scan(region, "ec2", [_instance(instance, sizes) for instance in instances], gap)
    if size_gap:
        yield _service_scan(region, "ec2 instance types", [], size_gap)


def read_rds(client: Client, region: str) -> Iterator[ServiceScan]:
    """Database instances."""
    databases, gap = _all(client, "describe_db_instances", "DBInstances[]")
    yield _service_scan(region, "rds", [_database(database) for database in databases], gap)


def read_s3(client: Client, region: str) -> Iterator[ServiceScan]:
    """Buckets that lie in the region, with their tags."""
    buckets, gap = _all(client, "list_buckets", "Buckets[]", BucketRegion=region)
    tags: dict[str, Mapping[str, str]] = {}
    tag_gap: Gap | None = None
    for bucket in buckets:
        tags[bucket["Name"]], denied = _bucket_tags(client, bucket["Name"])
        tag_gap = tag_gap or denied
        if denied:  # the next bucket would fare no better
            break
    yield _service_scan(region, "s3", [_bucket(each, region, tags.get(each["Name"], {})) for each in buckets], gap)
    if tag_gap:
        yield _service_scan(region, "s3 tagging", [], tag_gap)


SERVICES: dict[str, Callable[[Client, str], Iterator[ServiceScan]]] = {"ec2": read_ec2, "rds": read_rds, "s3": read_s3}


def _instance(instance: Mapping[str, Any], sizes: Mapping[str, Mapping[str, str]]) -> Resource:
    tags = _tags(instance.get("Tags", []))
    cards = instance.get("NetworkInterfaces", [])
    addresses = [each["PrivateIpAddress"] for card in cards for each in card.get("PrivateIpAddresses", [])]
    state = instance["State"]["Name"]
    return Resource(
        instance["InstanceId"],
        {
            "asset_id": instance["InstanceId"],
            "asset_name": tags.get("Name", ""),
            "hostname": instance.get("PrivateDnsName", ""),
            "ip_address": ", ".join(addresses) or instance.get("PrivateIpAddress", ""),
            "asset_type": "cloud",
            "virtualization_platform": "AWS EC2",
            "hardware_model": instance["InstanceType"],
            "os_name": instance.get("PlatformDetails", ""),
            "location": instance.get("Placement", {}).get("AvailabilityZone", ""),
            "power_state": POWER_STATES.get(state, state),
            **sizes.get(instance["InstanceType"], {}),
            **_from_tags(tags),
        },
    )


def _database(database: Mapping[str, Any]) -> Resource:
    tags = _tags(database.get("TagList", []))
    state = database.get("DBInstanceStatus", "")
    return Resource(
        database["DBInstanceIdentifier"],
        {
            "asset_id": database.get("DbiResourceId") or database["DBInstanceArn"],
            "asset_name": database["DBInstanceIdentifier"],
            "hostname": database.get("Endpoint", {}).get("Address", ""),
            "asset_type": "database",
            "virtualization_platform": "AWS RDS",
            "hardware_model": database.get("DBInstanceClass", ""),
            "database_engine": f"{database.get('Engine', '')} {database.get('EngineVersion', '')}",
            "storage_total_gb": str(database.get("AllocatedStorage", "")),
            "location": database.get("AvailabilityZone", ""),
            "power_state": POWER_STATES.get(state, ""),
            **_from_tags(tags),
        },
    )


def _bucket(bucket: Mapping[str, Any], region: str, tags: Mapping[str, str]) -> Resource:
    return Resource(
        bucket["Name"],
        {
            "asset_id": f"arn:aws:s3:::{bucket['Name']}",
            "asset_name": bucket["Name"],
            "asset_type": "cloud",
            "virtualization_platform": "AWS S3",
            "location": region,
            **_from_tags(tags),
        },
    )


def _sizes(client: Client, types: list[str]) -> tuple[dict[str, Mapping[str, str]], Gap | None]:
    """Cores and memory of each instance type; MiB, as AWS counts."""
    described, gap = _all(
        client, "describe_instance_types", "InstanceTypes[]", Filters=[{"Name": "instance-type", "Values": types}]
    )
    sizes: dict[str, Mapping[str, str]] = {
        each["InstanceType"]: {
            "cpu_cores": str(each["VCpuInfo"]["DefaultVCpus"]),
            "memory_mb": str(each["MemoryInfo"]["SizeInMiB"]),
        }
        for each in described
    }
    return sizes, gap


def _bucket_tags(client: Client, name: str) -> tuple[Mapping[str, str], Gap | None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return _tags(client.get_bucket_tagging(Bucket=name)["TagSet"]), None
    except ClientError as error:
        without_tags = error.response["Error"]["Code"] == "NoSuchTagSet"
        return {}, None if without_tags else _gap(client, error)
    except BotoCoreError as error:
        return {}, _gap(client, error)


def _all(client: Client, operation: str, path: str, **arguments: Any) -> tuple[list[Any], Gap | None]:
    """Every page's items. A fault ends the listing: what came before stays, and the gap says why there is no more."""
    from botocore.exceptions import BotoCoreError, ClientError

    items: list[Any] = []
    try:
        for item in client.get_paginator(operation).paginate(**arguments).search(path):
            if item is not None:
                items.append(item)
    except (ClientError, BotoCoreError) as error:
        return items, _gap(client, error)
    return items, None


def _gap(client: Client, error: Exception) -> Gap:
    """Outcome and reason of a failed call; the reason names the permission where one is missing."""
    from botocore.exceptions import ClientError

    if not isinstance(error, ClientError):
        return "failed", _without_values(error)
    code = str(error.response.get("Error", {}).get("Code", ""))
    operation = error.operation_name
    permission = PERMISSIONS.get(operation, f"{client.meta.service_model.service_name}:{operation}")
    _logger.warning("AWS refused %s: %s", operation, code)
    if code in DENIED:
        return "denied", f"{operation} was denied ({code}); allow {permission} to the credentials in use"
    if code in THROTTLED:
        return "throttled", f"{operation} was throttled {ATTEMPTS} times ({code}); scan again later"
    return "failed", f"{operation} failed ({code}); see the AWS service health page, then scan again"


def _without_values(error: Exception) -> str:
    """The kind of fault: messages of botocore can hold URLs and key ids."""
    return f"the call did not reach AWS ({type(error).__name__}); check network, profile and region"


def _service_scan(region: str, service: str, resources: list[Resource], gap: Gap | None) -> ServiceScan:
    outcome, reason = gap or ("called" if resources else "empty", "")
    return ServiceScan(region, service, outcome, reason, resources)


def _tags(pairs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs}


def _from_tags(tags: Mapping[str, str]) -> dict[str, str]:
    lowered = {key.casefold(): value for key, value in tags.items()}

    def first(keys: tuple[str, ...]) -> str:
        return next((lowered[key] for key in keys if lowered.get(key)), "")

    return {
        "tags": "; ".join(f"{key}={value}" for key, value in sorted(tags.items())),
        "environment": first(ENVIRONMENT_TAGS),
        "application_name": first(APPLICATION_TAGS),
    }
