"""What agents decide: cases, contracts, tools and the crew plan. No SDK; resources.crews runs them."""

from collections.abc import Mapping

from aidiscover_pipelines.crews.assessment.crew import crew as assessment_crew
from aidiscover_pipelines.crews.discovery.crew import crew as discovery_crew
from aidiscover_pipelines.crews.platform_detection.crew import crew as platform_detection_crew
from aidiscover_pipelines.crews.spec import CrewSpec, LoadedCrews

CREWS: Mapping[str, CrewSpec] = LoadedCrews(
    {
        "platform_detection": platform_detection_crew,
        "discovery": discovery_crew,
        "assessment": assessment_crew,
    }
)
