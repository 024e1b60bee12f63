"""Group intake: uploaded files become rows, mapped columns and cleansed values; cloud accounts become cells."""

from aidiscover_pipelines.ops import intake as ops
from aidiscover_pipelines.ops import repositories
from assets.declare import Produced, stage


@stage("intake", kinds=["file"])
def source_files() -> Produced:
    """Uploads by content hash; the unusable ones lie in quarantine with their reason."""
    return ops.receive_uploads()


@stage("intake", kinds=["csv", "excel", "json"])
def source_records(source_files: None) -> Produced:
    """Every row of every accepted file, exactly as received."""
    return ops.read_records(source_files=source_files)


@stage("intake", kinds=["postgres", "crewai"])
def field_mappings(source_records: None) -> Produced:
    """What each source column means, with a confidence; doubtful ones went to the discovery crew."""
    answers = ops.ask_about_mappings(mapped=ops.map_fields(source_records=source_records))
    return ops.settle_mappings(answers)


@stage("intake")
def cleansed_records(source_records: None, field_mappings: None) -> Produced:
    """One normalised value for each mapped cell, the original beside it."""
    return ops.cleanse_records(source_records=source_records, field_mappings=field_mappings)


@stage("intake", kinds=["aws"])
def cloud_resources() -> Produced:
    """What the tenant's cloud accounts know; without credentials an empty result that says so."""
    return ops.scan_clouds()


@stage("intake", kinds=["git"])
def repository_facts() -> Produced:
    """What the tenant's repositories tell of applications; without declared ones an empty result."""
    return repositories.read_repositories()
