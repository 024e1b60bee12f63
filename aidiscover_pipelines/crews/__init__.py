"""What agents decide: cases, contracts, tools and the crew plan. No SDK; resources.crews runs them."""

from collections.abc import Mapping

from aidiscover_pipelines.crews.assessment.crew import CREW as ASSESSMENT
from aidiscover_pipelines.crews.discovery.crew import CREW as DISCOVERY
from aidiscover_pipelines.crews.platform_detection.crew import CREW as PLATFORM_DETECTION
from aidiscover_pipelines.crews.spec import CrewSpec

CREWS: Mapping[str, CrewSpec] = {crew.name: crew for crew in (PLATFORM_DETECTION, DISCOVERY, ASSESSMENT)}
