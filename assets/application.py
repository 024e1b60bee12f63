"""Group application: one application looked at alone, on its own partition key tenant/application."""

import dagster as dg

from aidiscover_pipelines.ops import application as ops
from aidiscover_pipelines.ops.partitions import APPLICATIONS
from assets.declare import Produced, stage


@dg.graph_asset(
    **stage(
        "application_attributes",
        "application",
        drawn_after=["validated_attributes"],
        kinds=["postgres", "crewai"],
        partitions=APPLICATIONS,
    )
)
def application_attributes(validated_attributes: None) -> Produced:
    """The 22 attributes of one application; the discovery crew words its open questions."""
    return ops.examine_application(after=validated_attributes)


@dg.graph_asset(
    **stage(
        "application_recommendation",
        "application",
        after=["application_attributes"],
        drawn_after=["recommendations"],
        kinds=["postgres", "crewai"],
        partitions=APPLICATIONS,
    )
)
def application_recommendation(application_attributes: None, recommendations: None) -> Produced:
    """The disposition of one application, argued by the assessment crew."""
    return ops.reassess_application(after=[application_attributes, recommendations])
