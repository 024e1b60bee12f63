"""Group strategy: one of six Rs for each application, the waves, the report."""

from aidiscover_pipelines.ops import strategy as ops
from assets.declare import Produced, stage


@stage("strategy", kinds=["postgres", "crewai"])
def recommendations(validated_attributes: None, pattern_clusters: None, dependencies: None) -> Produced:
    """A disposition for every application: policy within hard constraints, crews for patterns and exceptions."""
    parts = ops.plan_drafts(
        validated_attributes=validated_attributes, pattern_clusters=pattern_clusters, dependencies=dependencies
    )
    drafted = parts.map(ops.draft_chunk).collect()
    answers = ops.plan_assessments(drafted).map(ops.assess_chunk)
    settled = ops.settle_recommendations(drafted, answers.collect())
    return ops.publish_recommendations(settled)


@stage("strategy", drawn=["application_recommendation"])
def migration_waves(recommendations: None, dependencies: None, application_recommendation: None) -> Produced:
    """When each application moves; nothing before what it needs."""
    return ops.plan_waves(
        recommendations=recommendations,
        dependencies=dependencies,
        application_recommendation=application_recommendation,
    )


@stage("strategy", kinds=["html", "excel"])
def portfolio_report(migration_waves: None, platform_assessment: None) -> Produced:
    """The plan as one HTML file and one workbook, every claim with its source cells."""
    return ops.write_report(migration_waves=migration_waves, platform_assessment=platform_assessment)
