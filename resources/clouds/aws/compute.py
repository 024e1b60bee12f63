"""EC2: instances and their sizes, EBS volumes, own images, auto scaling groups."""

from collections.abc import Iterator, Sequence
from typing import Any

from resources.clouds.account import Resource
from resources.clouds.aws.listing import Item, Listing, Scope, Size, Told, chunks, each, tags_of

INSTANCE = "ec2:instance"
_TYPES_AT_ONCE = 100  # values of one filter: AWS takes 200; one page of types holds 100

# Kept: what exists. Terminated instances are shown for an hour and are nobody's.
_EXISTING = {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}
_POWER_STATES = {"stopping": "stopped"}


def _instances(items: Sequence[Any], scope: Scope) -> Iterator[Told]:
    """Instances, and one listing of the types that this page names: sizes are told by type only."""
    by_type: dict[str, list[str]] = {}
    for item in items:
        by_type.setdefault(item["InstanceType"], []).append(item["InstanceId"])
        yield _instance(item, scope)
    for types in chunks(sorted(by_type), _TYPES_AT_ONCE):
        yield _sizes({name: by_type[name] for name in types})


def _instance(item: Item, scope: Scope) -> Resource:
    tags = tags_of(item.get("Tags"))
    cards = item.get("NetworkInterfaces", [])
    addresses = [address["PrivateIpAddress"] for card in cards for address in card.get("PrivateIpAddresses", [])]
    addresses = addresses or [item[key] for key in ("PrivateIpAddress",) if key in item]
    state = item["State"]["Name"]
    return Resource(
        item["InstanceId"],
        {
            "asset_name": tags.get("Name", ""),
            "hostname": item.get("PrivateDnsName", ""),
            "ip_address": ", ".join(addresses),
            "mac_address": ", ".join(card["MacAddress"] for card in cards if card.get("MacAddress")),
            "asset_type": "cloud",
            "virtualization_platform": "AWS EC2",
            "hardware_model": item["InstanceType"],
            "os_name": item.get("PlatformDetails", ""),
            "location": item.get("Placement", {}).get("AvailabilityZone", ""),
            "network_name": item.get("SubnetId", ""),
            "power_state": _POWER_STATES.get(state, state),
        },
        kind=INSTANCE,
        tags=tags,
        arn=scope.arn("ec2", f"instance/{item['InstanceId']}"),
        links={
            "addresses": addresses,
            "security_groups": [group["GroupId"] for group in item.get("SecurityGroups", [])],
            # Detailed monitoring measures each minute, else each five: metrics of amounts are per sample.
            "sample_s": ["60" if item.get("Monitoring", {}).get("State") == "enabled" else "300"],
        },
    )


def _sizes(instances_by_type: dict[str, list[str]]) -> Listing:
    """Cores and memory of each type, as texts of the instances that have it."""

    def tell(items: Sequence[Any], scope: Scope) -> Iterator[Told]:
        for item in items:
            size = {
                "cpu_cores": str(item["VCpuInfo"]["DefaultVCpus"]),
                "memory_mb": str(item["MemoryInfo"]["SizeInMiB"]),
            }
            for instance in instances_by_type.get(item["InstanceType"], ()):
                yield Resource(instance, size)

    return Listing(
        "ec2-types",
        "ec2",
        "DescribeInstanceTypes",
        "InstanceTypes",
        tell,
        Size("MaxResults", 5, 100),
        arguments={"Filters": [{"Name": "instance-type", "Values": list(instances_by_type)}]},
    )


def _volume(item: Item, scope: Scope) -> Resource:
    """A disk of its instance; one that is attached nowhere is a thing of its own."""
    instances = [attachment["InstanceId"] for attachment in item.get("Attachments", [])]
    tags = tags_of(item.get("Tags"))
    arn = scope.arn("ec2", f"volume/{item['VolumeId']}")
    size = str(item.get("Size", ""))
    if instances:
        return Resource(item["VolumeId"], {"asset_id": instances[0], "disk_size_gb": size}, "ec2:volume", arn=arn)
    unattached = {
        "asset_name": tags.get("Name", item["VolumeId"]),
        "asset_type": "cloud",
        "virtualization_platform": "AWS EBS",
        "location": item.get("AvailabilityZone", ""),
        "storage_total_gb": size,
        "power_state": "stopped",
        "description": "volume that is attached to no instance",
    }
    return Resource(item["VolumeId"], unattached, "ec2:volume", tags, arn)


def _image(item: Item, scope: Scope) -> Resource:
    return Resource(item["ImageId"], {}, "ec2:image", arn=scope.arn("ec2", f"image/{item['ImageId']}"))


def _scaling_groups(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
    """Groups, and their name as the cluster of their instances."""
    for item in items:
        yield Resource(item["AutoScalingGroupARN"], {}, "autoscaling:group")
        for instance in item.get("Instances", []):
            yield Resource(instance["InstanceId"], {"cluster_name": item["AutoScalingGroupName"]})


LISTINGS = (
    Listing(
        "ec2",
        "ec2",
        "DescribeInstances",
        "Reservations.Instances",
        _instances,
        Size("MaxResults", 5, 1000),
        arguments={"Filters": [_EXISTING]},
    ),
    Listing("ebs", "ec2", "DescribeVolumes", "Volumes", each(_volume), Size("MaxResults", 5, 500)),
    # Without Owners the answer holds the hundred thousand public images.
    Listing(
        "ami",
        "ec2",
        "DescribeImages",
        "Images",
        each(_image),
        Size("MaxResults", 5, 1000),
        arguments={"Owners": ["self"]},
    ),
    Listing(
        "autoscaling",
        "autoscaling",
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        _scaling_groups,
        Size("MaxRecords", 1, 100),
    ),
)
