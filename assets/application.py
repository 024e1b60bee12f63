"""Group application: one application looked at alone, on its own partition key tenant/application."""

from aidiscover_pipelines.ops import application as ops
from aidiscover_pipelines.ops import repositories
from aidiscover_pipelines.ops.partitions import APPLICATIONS
from assets.declare import Produced, stage


@stage("application", kinds=["postgres", "crewai"], partitions=APPLICATIONS, drawn=["validated_attributes"])
def application_attributes(validated_attributes: None) -> Produced:
    """The 22 attributes of one application; the discovery crew words its open questions."""
    refreshed = repositories.refresh_repositories(validated_attributes=validated_attributes)
    return ops.examine_application(refreshed=refreshed)


@stage("application", kinds=["postgres", "crewai"], partitions=APPLICATIONS, drawn=["recommendations"])
def application_recommendation(application_attributes: None, recommendations: None) -> Produced:
    """The disposition of one application, argued by the assessment crew."""
    return ops.decide_application(application_attributes=application_attributes, recommendations=recommendations)
