"""The custom role that a scan needs, as `gcloud iam roles create` takes it."""

from collections.abc import Sequence

LIST_ASSETS = "cloudasset.assets.listResource"
LIST_TIME_SERIES = "monitoring.timeSeries.list"

_HEAD = """\
# gcloud iam roles create aidiscoverReader --project=PROJECT --file=aidiscover-role.yaml
# gcloud projects add-iam-policy-binding PROJECT --member=serviceAccount:READER --role=projects/PROJECT/roles/aidiscoverReader
# Of an organization: --organization=ORGANIZATION and 'gcloud organizations add-iam-policy-binding'.
title: AI-Discover reader
description: Lists resources and their measurements; reads no data and changes nothing.
stage: GA
includedPermissions:
"""  # noqa: E501 - commands to be copied


def scan_permissions() -> tuple[str, ...]:
    """What the reads of a whole scan say that they need."""
    return LIST_ASSETS, LIST_TIME_SERIES


def policy_document(permissions: Sequence[str]) -> str:
    """YAML of a custom role with exactly these permissions, each once, sorted."""
    return _HEAD + "".join(f"- {permission}\n" for permission in sorted(set(permissions)))
