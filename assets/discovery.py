"""Group discovery: the 22 attributes, the automation tier, the patterns."""

from aidiscover_pipelines.ops import discovery as ops
from aidiscover_pipelines.ops import tenant_crews
from assets.declare import Produced, stage


@stage("discovery")
def validated_attributes(inventory: None, applications: None, dependencies: None) -> Produced:
    """The 22 critical attributes of every application: present, inferred or missing, with evidence."""
    named = ops.name_technologies(inventory=inventory, applications=applications, dependencies=dependencies)
    return ops.validate_attributes(technologies=named)


@stage("discovery", kinds=["postgres", "crewai"])
def platform_assessment(inventory: None, cloud_resources: None, validated_attributes: None) -> Produced:
    """Automation tier 1 to 4 of the tenant, explained by the platform detection crew."""
    asked = ops.ask_about_platform(
        inventory=inventory, cloud_resources=cloud_resources, validated_attributes=validated_attributes
    )
    return ops.settle_platform(asked)


@stage("discovery", kinds=["scikitlearn", "crewai"])
def pattern_clusters(validated_attributes: None, platform_assessment: None) -> Produced:
    """Groups of similar applications, named by the discovery crew, and the anomalies.

    The tier of the tenant decides by what the crew proposes to close gaps.
    """
    found = ops.find_patterns(validated_attributes=validated_attributes, platform_assessment=platform_assessment)
    answers = ops.ask_about_patterns(found=found)
    return ops.settle_patterns(answers)


@stage("discovery", kinds=["postgres", "crewai"])
def crew_results(recommendations: None) -> Produced:
    """What the crews that the tenant defined found out, each in a step of its own."""
    results = tenant_crews.plan_tenant_crews(recommendations=recommendations).map(tenant_crews.run_tenant_crew)
    return tenant_crews.settle_crew_results(results.collect())
