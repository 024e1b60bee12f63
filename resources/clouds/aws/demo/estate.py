"""What the demonstration organization holds: applications over accounts and regions, the same each time.

Each application has its security groups, servers, a load balancer, a database and what else its kind uses, all tagged.
Written through boto3, as an owner of the accounts would.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
_NAMES = (
    *(
        "webshop",
        "billing",
        "catalogue",
        "customer-portal",
        "data-warehouse",
        "dispatch",
        "document-archive",
        "freight",
    ),
    *("identity", "inventory", "ledger", "loyalty", "maintenance", "mobile-api", "orders", "payments", "payroll"),
    *(
        "planning",
        "pricing",
        "procurement",
        "quality",
        "reporting",
        "returns",
        "scheduling",
        "search",
        "supplier-portal",
    ),
    *("telemetry", "timesheets", "tracking", "warehouse"),
)
_ENVIRONMENTS = ("production", "production", "test", "development")
_OWNERS = ("a.berger@example.com", "c.diaz@example.com", "e.fischer@example.com", "g.haddad@example.com")
_WEB_TYPES = ("t3.medium", "m5.large", "c5.large")
_APP_TYPES = ("m5.xlarge", "r5.large", "m5.2xlarge")
_ENGINES = (("postgres", "15.3"), ("mysql", "8.0.35"), ("oracle-se2", "19.0.0.0.ru-2023-10.rur-2023-10.r1"))
_RUNTIMES = ("python3.9", "nodejs18.x", "java11")
_TRUST = '{"Version":"2012-10-17","Statement":[]}'

Clients = Callable[[str], Any]
Pairs = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Site:
    """The network of one region of one account."""

    region: str
    account: str
    client: Clients
    vpc: str
    subnets: tuple[str, ...]
    image: str
    role: str


@dataclass(frozen=True, slots=True)
class Application:
    """The `number`-th application. Every third name comes back in another environment."""

    number: int

    @property
    def name(self) -> str:
        round = self.number // len(_NAMES)
        return _NAMES[self.number % len(_NAMES)] + (f"-{round + 1}" if round else "")

    @property
    def tags(self) -> dict[str, str]:
        return {
            "Application": self.name,
            "Environment": _ENVIRONMENTS[self.number % len(_ENVIRONMENTS)],
            "Owner": _OWNERS[self.number % len(_OWNERS)],
        }


def fill(clients: Callable[[str, str], Clients], accounts: list[str], applications: int, servers: int) -> None:
    """Put applications of that many servers each into the regions of the accounts, one after the other.

    `clients(account, region)(service)` gives boto3's client.
    """
    sites = [_site(clients(account, region), account, region) for region in REGIONS for account in accounts]
    for number in range(applications):
        _place(Application(number), sites[number % len(sites)], servers)


def _site(client: Clients, account: str, region: str) -> Site:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{64 * place}.0/18", AvailabilityZone=region + zone)["Subnet"]
        for place, zone in enumerate("ab")
    ]
    image = ec2.register_image(Name="golden-linux", Architecture="x86_64")["ImageId"]
    role = f"arn:aws:iam::{account}:role/service"
    if region == REGIONS[0]:
        client("iam").create_role(RoleName="service", AssumeRolePolicyDocument=_TRUST)
    return Site(region, account, client, vpc, tuple(subnet["SubnetId"] for subnet in subnets), image, role)


def _place(application: Application, site: Site, servers: int) -> None:
    groups = _security_groups(application, site)
    web = _servers(application, site, "web", groups["web"], servers // 3, _WEB_TYPES)
    app = _servers(application, site, "app", groups["app"], servers - servers // 3, _APP_TYPES)
    _load_balancer(application, site, groups["web"], web)
    _database(application, site, groups["db"])
    _serverless(application, site)
    if application.number % 4 == 0:
        _cache(application, site, groups["db"])
        _containers(application, site)
    if application.number % 3 == 0:
        _measurements(application, site, [*web[:2], *app[:2]])  # moto looks at each sample for each question
    if application.number < 8:
        _conversations(application, site, web, app)


def _security_groups(application: Application, site: Site) -> dict[str, str]:
    """Web servers are let in by everybody, the application by them, the database by the application."""
    ec2 = site.client("ec2")
    groups: dict[str, str] = {}
    for tier, port, source in (("web", 443, ""), ("app", 8080, "web"), ("db", 5432, "app")):
        group = ec2.create_security_group(
            GroupName=f"{application.name}-{tier}",
            Description=tier,
            VpcId=site.vpc,
            TagSpecifications=[{"ResourceType": "security-group", "Tags": _pairs(application.tags)}],
        )["GroupId"]
        rule: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        rule |= (
            {"UserIdGroupPairs": [{"GroupId": groups[source]}]} if source else {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        )
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
        groups[tier] = group
    return groups


def _servers(
    application: Application, site: Site, tier: str, group: str, count: int, types: tuple[str, ...]
) -> list[Mapping[str, Any]]:
    tags = application.tags | {"Name": f"{application.name}-{tier}"}
    started = site.client("ec2").run_instances(
        ImageId=site.image,
        MinCount=count,
        MaxCount=count,
        InstanceType=types[application.number % len(types)],
        SubnetId=site.subnets[application.number % len(site.subnets)],
        SecurityGroupIds=[group],
        TagSpecifications=[{"ResourceType": "instance", "Tags": _pairs(tags)}],
    )
    instances: list[Mapping[str, Any]] = started["Instances"]
    return instances


def _load_balancer(application: Application, site: Site, group: str, targets: list[Mapping[str, Any]]) -> None:
    elb = site.client("elbv2")
    balancer = elb.create_load_balancer(
        Name=f"{application.name}-lb"[:32],
        Subnets=list(site.subnets),
        SecurityGroups=[group],
        Tags=_pairs(application.tags),
    )["LoadBalancers"][0]["LoadBalancerArn"]
    target_group = elb.create_target_group(
        Name=f"{application.name}-web"[:32], Protocol="HTTP", Port=443, VpcId=site.vpc, TargetType="instance"
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=target_group, Targets=[{"Id": each["InstanceId"]} for each in targets])
    forward = {"Type": "forward", "TargetGroupArn": target_group}
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=443, DefaultActions=[forward])


def _database(application: Application, site: Site, group: str) -> None:
    engine, version = _ENGINES[application.number % len(_ENGINES)]
    site.client("rds").create_db_instance(
        DBInstanceIdentifier=f"{application.name}-db",
        DBInstanceClass="db.m5.large",
        Engine=engine,
        EngineVersion=version,
        AllocatedStorage=100 + 50 * (application.number % 8),
        MasterUsername="admin1",
        MasterUserPassword="not-a-secret",
        VpcSecurityGroupIds=[group],
        Tags=_pairs(application.tags),
    )


def _serverless(application: Application, site: Site) -> None:
    """A bucket, a table, and a function that reads a queue that hears a topic."""
    name, tags = application.name, application.tags
    bucket = f"{name}-{site.account}-{site.region}"
    place = {} if site.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": site.region}}
    s3, sqs, sns = site.client("s3"), site.client("sqs"), site.client("sns")
    s3.create_bucket(Bucket=bucket, **place)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": _pairs(tags)})
    site.client("dynamodb").create_table(
        TableName=f"{name}-sessions",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=_pairs(tags),
    )
    sqs.create_queue(QueueName=f"{name}-events", tags=tags)
    queue = f"arn:aws:sqs:{site.region}:{site.account}:{name}-events"
    topic = sns.create_topic(Name=f"{name}-changes", Tags=_pairs(tags))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    functions = site.client("lambda")
    functions.create_function(
        FunctionName=f"{name}-worker",
        Runtime=_RUNTIMES[application.number % len(_RUNTIMES)],
        Role=site.role,
        Handler="main.handler",
        Code={"ZipFile": _CODE},
        MemorySize=256,
        Tags=tags,
    )
    functions.create_event_source_mapping(FunctionName=f"{name}-worker", EventSourceArn=queue)


def _cache(application: Application, site: Site, group: str) -> None:
    site.client("elasticache").create_cache_cluster(
        CacheClusterId=f"{application.name}-cache"[:40],
        Engine="redis",
        CacheNodeType="cache.m5.large",
        NumCacheNodes=1,
        SecurityGroupIds=[group],
        Tags=_pairs(application.tags),
    )


def _containers(application: Application, site: Site) -> None:
    ecs, name = site.client("ecs"), application.name
    ecs.create_cluster(clusterName=name)
    container = {"name": "main", "image": f"{name}:1.0", "memory": 512}
    ecs.register_task_definition(family=name, containerDefinitions=[container])
    tags = [{"key": key, "value": value} for key, value in application.tags.items()]
    ecs.create_service(cluster=name, serviceName=f"{name}-api", taskDefinition=name, desiredCount=2, tags=tags)
    if application.number % 8 == 0:
        site.client("eks").create_cluster(
            name=f"{name}-eks",
            version="1.29",
            roleArn=site.role,
            resourcesVpcConfig={"subnetIds": list(site.subnets)},
            tags=application.tags,
        )


def _measurements(application: Application, site: Site, instances: list[Mapping[str, Any]]) -> None:
    """A few samples of the last hours; memory by the agent, which knows the image and the type too."""
    now = datetime.now(UTC)
    samples = [
        (namespace, name, dimensions, value + 3 * hour, now - timedelta(hours=hour))
        for place, instance in enumerate(instances)
        for namespace, name, value, dimensions in _metrics(instance, 5.0 + (7 * application.number + 11 * place) % 60)
        for hour in (1, 2, 3)
    ]
    cloudwatch = site.client("cloudwatch")
    for namespace in ("AWS/EC2", "CWAgent"):
        data = [
            {"MetricName": name, "Dimensions": dimensions, "Value": value, "Timestamp": at}
            for of, name, dimensions, value, at in samples
            if of == namespace
        ]
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


def _metrics(instance: Mapping[str, Any], level: float) -> list[tuple[str, str, float, Pairs]]:
    own = [{"Name": "InstanceId", "Value": instance["InstanceId"]}]
    agents = [
        *own,
        {"Name": "ImageId", "Value": instance["ImageId"]},
        {"Name": "InstanceType", "Value": instance["InstanceType"]},
    ]
    return [
        ("AWS/EC2", "CPUUtilization", level, own),
        ("AWS/EC2", "NetworkIn", level * 3e6, own),
        ("AWS/EC2", "NetworkOut", level * 6e6, own),
        ("CWAgent", "mem_used_percent", min(95.0, level + 20), agents),
    ]


def _conversations(
    application: Application, site: Site, web: list[Mapping[str, Any]], app: list[Mapping[str, Any]]
) -> None:
    """Flow log records of an hour ago, in the default format; each application has its log group."""
    logs, group, stream = site.client("logs"), f"/vpc/{application.name}", "eni-all"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    at = datetime.now(UTC) - timedelta(hours=1)
    seconds = int(at.timestamp())
    records = [
        f"2 {site.account} eni-1 {source['PrivateIpAddress']} {target['PrivateIpAddress']} 49152 8080 6 10 8400 "
        f"{seconds} {seconds + 60} ACCEPT OK"
        for source in web
        for target in app
    ]
    events = [{"timestamp": 1000 * seconds, "message": record} for record in records]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    site.client("ec2").create_flow_logs(
        ResourceIds=[app[0]["NetworkInterfaces"][0]["NetworkInterfaceId"]],
        ResourceType="NetworkInterface",
        TrafficType="ALL",
        LogGroupName=group,
        DeliverLogsPermissionArn=site.role,
    )


def _pairs(tags: Mapping[str, str]) -> Pairs:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _code() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): ...")
    return file.getvalue()


_CODE = _code()
