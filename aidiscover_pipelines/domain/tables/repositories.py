"""Tables of repositories: which ones a tenant declared, what a scan found, whose they are, what pushes asked for."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.intake import CleansedCell
from aidiscover_pipelines.domain.tables.row import JsonMap, Row


class RepositorySource(Row):
    """A repository, or all repositories of an owner, that a tenant declared. Tokens are sealed under repositories/."""

    table: ClassVar[str] = "repository_sources"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str = Field(description="host/path, such as github.com/acme/webshop, github.com/acme/* or archive/shop.zip")
    kind: str = Field(description="github, gitlab, git or archive: a key of resources.repositories.HOSTS")
    url: str = Field(description="Where it is cloned from, the owner's page, or the SHA-256 of an uploaded archive")
    application: str = Field(description="Application that it is declared to build, by id or name; else empty")
    by: str = Field(description="Who declared it")
    at: datetime = Field(description="When, UTC")


class RepositoryScan(Row):
    """What the last scan made of one repository. A failed scan keeps the facts of the last good one."""

    table: ClassVar[str] = "repository_scans"
    key: ClassVar[tuple[str, ...]] = ("repository_id",)

    repository_id: str = Field(description="host/path, such as github.com/acme/webshop")
    source: str = Field(description="Declaration that it comes from (repository_sources.name)")
    url: str = Field(description="Where it is cloned from, or the SHA-256 of an uploaded archive")
    application: str = Field(description="Application that it is declared to build, by id or name; else empty")
    commit: str = Field(description="Commit that the facts are of; empty where none was ever read")
    basis: str = Field(description="Digest of commit, scanner and advisories: equal means that nothing is read again")
    outcome: str = Field(description="scanned, unchanged or failed")
    reason: str = Field(description="Why it failed and what would change that; else what was left out, or empty")
    scanned_at: datetime = Field(description="When it was last asked, UTC")
    facts: JsonMap = Field(description="What repositories.facts.read_facts tells; empty where none was ever read")


class RepositoryCell(CleansedCell):
    """One value that a repository gave; file_id is repository:<host/path>@<commit>, with its dots as underscores."""

    table: ClassVar[str] = "repository_cells"

    repository_id: str = Field(description="host/path, such as github.com/acme/webshop")


class ApplicationRepository(Row):
    """Which application a repository builds, and what shows it."""

    table: ClassVar[str] = "application_repositories"
    key: ClassVar[tuple[str, ...]] = ("repository_id",)

    repository_id: str = Field(description="host/path, such as github.com/acme/webshop")
    application_id: str | None = Field(description="The application; empty where none is known to be built by it")
    how: str = Field(description="declared, address in a source, name, or why none is known")
    record_id: str = Field(description="Row that names the repository's address; empty where none does")


class ReassessmentRequest(Row):
    """A signed push that asks to look again at the application that a repository builds."""

    table: ClassVar[str] = "reassessment_requests"
    key: ClassVar[tuple[str, ...]] = ("delivery_id",)

    delivery_id: str = Field(description="Id that the code host gave the delivery")
    body_sha256: str = Field(description="SHA-256 of the body: the same push under another id is a replay")
    repository_id: str = Field(description="host/path of the repository that was pushed to")
    commit: str = Field(description="Commit after the push")
    received_at: datetime = Field(description="When, UTC")
