"""Group inventory: one asset for each real server, one application, the edges between them."""

from aidiscover_pipelines.ops import inventory as ops
from assets.declare import Produced, stage


@stage("inventory")
def inventory(cleansed_records: None, cloud_resources: None, repository_facts: None) -> Produced:
    """Servers without duplicates, merged across files and clouds; the values that lost stay visible."""
    return ops.resolve_assets(
        cleansed_records=cleansed_records, cloud_resources=cloud_resources, repository_facts=repository_facts
    )


@stage("inventory")
def applications(cleansed_records: None, cloud_resources: None, inventory: None) -> Produced:
    """Business applications, recorded or only mentioned, with the servers they run on."""
    return ops.resolve_applications(
        cleansed_records=cleansed_records, cloud_resources=cloud_resources, inventory=inventory
    )


@stage("inventory")
def dependencies(cleansed_records: None, inventory: None, applications: None) -> Produced:
    """Which application needs which, from relations, flows and mentions."""
    return ops.resolve_dependencies(cleansed_records=cleansed_records, inventory=inventory, applications=applications)
