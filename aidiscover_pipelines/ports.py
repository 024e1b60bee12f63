"""The door: what the stages need from outside, as Protocols. `resources` implements them; tests may too."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pandas as pd

from aidiscover_pipelines.domain.crew import CaseAnswer, CaseFile
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison that rows must meet: `=`, `!=`, `<`, `<=`, `>`, `>=`; of a text, `~` contains or `^` begins with.

    `~` ignores case. A list after `=` means any of them. A missing value in a row meets no condition.
    """

    column: str
    operator: str
    value: Any


AnyRow = TypeVar("AnyRow", bound=Row)


class PortfolioStore(Protocol):
    """Everything that is remembered about tenants. No method answers across tenants but `tenants`."""

    def tenants(self) -> list[Tenant]:
        """The registry, by id."""

    def tenant(self, tenant: TenantId, attempted: str) -> Tenant:
        """One registered tenant. Raises: UnknownTenant, whose message says what was `attempted`."""

    def add_tenant(self, tenant: Tenant) -> bool:
        """Register or rename; False where it was registered already."""

    def read(
        self,
        tenant: TenantId,
        table: type[Row],
        *,
        columns: Sequence[str] | None = None,
        first: int | None = None,
        coded: Collection[str] = (),
        **where: Any,
    ) -> pd.DataFrame:
        """Rows of one table in key order; a list in `where` means any of them.

        All columns of the row model, or those asked for; all rows, or the first so many. Texts of the columns in
        `coded` come as categories, of which some may be in no row.
        """

    def read_in_parts(
        self,
        tenant: TenantId,
        table: type[Row],
        *,
        columns: Sequence[str] | None = None,
        **where: Any,
    ) -> Iterator[pd.DataFrame]:
        """What `read` gives, some thousands of rows at a time; what is written meanwhile changes nothing in it."""

    def replace(
        self,
        tenant: TenantId,
        run: RunRef,
        frames: Mapping[type[Row], pd.DataFrame],
        **scope: Any,
    ) -> None:
        """Make each table hold exactly the frame's rows (within `scope` where given), all in one transaction.

        `scope` narrows every table that has such a column, such as application_id="crm". Raises: StaleWrite.
        """

    def replace_in_parts(
        self,
        tenant: TenantId,
        run: RunRef,
        tables: Sequence[type[Row]],
        parts: Iterable[tuple[type[Row], pd.DataFrame]],
        **scope: Any,
    ) -> None:
        """`replace` for more rows than fit into memory: `parts` are taken one by one inside the transaction.

        No two rows of all parts have the same key. Parts that follow each other in key order are written as they come;
        others are merged into what is there.
        """

    def upsert(self, tenant: TenantId, run: RunRef, frames: Mapping[type[Row], pd.DataFrame]) -> None:
        """Insert or overwrite by key; other rows stay. One transaction. Raises: StaleWrite."""

    def put(
        self,
        tenant: TenantId,
        rows: Sequence[Row],
        *,
        instead_of: Mapping[type[Row], Sequence["Condition"]] | None = None,
    ) -> None:
        """A few rows of any tables as models, inserted or overwritten by key in one transaction; fences nobody out.

        What meets all conditions of its table in `instead_of` goes with the same transaction, new rows included.
        """

    def find(self, tenant: TenantId, table: type[AnyRow], **key: Any) -> AnyRow | None:
        """The row of that key as a model, without the cost of a frame."""

    def append(self, tenant: TenantId, frames: Mapping[type[Row], pd.DataFrame]) -> None:
        """`upsert` for rows that many runs write at the same time, such as a ledger: no run fences another out."""

    def add(self, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> int:
        """Insert the rows whose key is free; how many were. Of two writers of one key, one is told 0."""

    def last_writer(self, tenant: TenantId, table: type[Row]) -> RunRef | None:
        """The run that wrote the table last by `replace` or `upsert`; None where none has."""

    def delete(self, tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> int:
        """Delete the rows that meet all conditions; how many there were. No conditions delete all of the tenant's."""

    def page(
        self,
        tenant: TenantId,
        table: type[Row],
        conditions: Sequence[Condition] = (),
        *,
        order: Sequence[str] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[pd.DataFrame, int]:
        """One page of the rows that meet all conditions, and how many there are in all.

        `order` names columns, with a minus sign before those that descend; the key decides between equals.
        """

    def sums(
        self, tenant: TenantId, table: type[Row], columns: Sequence[str], conditions: Sequence[Condition] = ()
    ) -> dict[str, float]:
        """Sums over the rows that meet all conditions, and their number under `rows`; missing values count 0."""

    def nearest(
        self,
        tenant: TenantId,
        table: type[AnyRow],
        vector: Sequence[float],
        conditions: Sequence[Condition],
        limit: int,
    ) -> list[tuple[AnyRow, float]]:
        """The rows whose `embedding` is nearest, as models, best first, with their cosine (-1 to 1).

        Among those that meet all conditions; vectors of zeros are near nothing and left out.
        """


@dataclass(frozen=True, slots=True)
class EmbeddingCall:
    """One request of a provider that embeds. `cost_usd` is None where no price is known, `error` a class or empty."""

    provider: str
    model: str
    tokens: int
    cost_usd: float | None
    latency_ms: float
    error: str = ""


class Embedder(Protocol):
    """Turns texts into vectors. `name` says which model does; vectors of different models are never compared."""

    @property
    def name(self) -> str:
        """The model, such as offline/words-v1."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector of EMBEDDING_DIMENSIONS numbers for each text; zeros for one without words.

        Raises: ProviderDown, RefusedByProvider, MissingKey; never for what a text holds.
        """

    def through(self, redact: Callable[[str], str], record: Callable[[EmbeddingCall], None]) -> "Embedder":
        """This embedder with each text redacted so before it leaves, and each request recorded.

        Itself where nothing leaves this machine.
        """


@dataclass(frozen=True, slots=True)
class Upload:
    """A settled file in a tenant's landing folder. `name` is data; `path` is where the bytes are."""

    tenant: TenantId
    name: str
    path: Path
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class PutAside:
    """Something uploaded that is not used. `reason` says what is wrong and what to do; `path` is where it lies."""

    name: str
    reason: str
    path: Path


class TenantFiles(Protocol):
    """Landing folders, kept originals, quarantine and report folders, each below the tenant's own directory."""

    def tenants_with_uploads(self) -> list[str]:
        """Names of the landing folders that hold files, registered or not."""

    def settled_uploads(self, tenant: TenantId) -> list[Upload]:
        """Complete files by name; half-written ones (changing, *.part, *.tmp, hidden) wait."""

    def put_aside_special(self, tenant: TenantId) -> list[PutAside]:
        """Links, pipes, devices, folders and unreadable files of the landing folder, none of which is ever read."""

    def receive(self, tenant: TenantId, path: Path) -> Upload:
        """Copy a file into the landing folder in one step (temporary name, then rename)."""

    def keep_original(self, upload: Upload) -> Path:
        """Store the bytes under their hash, once; the copy is what is parsed. The upload stays where it is."""

    def original(self, tenant: TenantId, sha256: str) -> Path:
        """Where the kept bytes are."""

    def quarantine(self, upload: Upload, reason: str) -> Path:
        """Move an upload aside with a text file beside it that says why. Returns where it lies now."""

    def quarantined(self, tenant: TenantId) -> list[PutAside]:
        """What lies in quarantine, by name."""

    def report_path(self, tenant: TenantId, name: str) -> Path:
        """Where a report of that name belongs; its folder exists."""


class CrewRunner(Protocol):
    """Runs crews over cases. `model` names whom they ask; another model's answers are asked again."""

    model: str

    def answer(self, cases: Sequence[CaseFile], run: RunRef) -> Iterable[CaseAnswer]:
        """One answer for each case, as they finish, in any order. Never raises for a single case: it falls back.

        All cases are of one tenant. What they cost is in the tenant's ledger under `run`.
        """


@dataclass(frozen=True, slots=True)
class CloudScope:
    """What one service of one region of one account told, once all calls to it are over.

    cells: CloudCell columns, of all calls together; coverage: CloudCoverage columns, a row for each kind of call, with
    an empty digest and read_at: what is stored decides about them.
    """

    cells: pd.DataFrame
    coverage: pd.DataFrame


class CloudInventory(Protocol):
    """Reads a tenant's cloud accounts."""

    def scan(self, tenant: TenantId, clouds: Sequence[str] = ()) -> Iterator[CloudScope]:
        """Everything reachable, as it arrives; of these clouds only where some are named.

        A denied or failed call becomes a coverage row, never an exception. A second scope of the same calls adds to the
        first: its coverage counts both. Raises: ConfigError for a cloud that is not known, UnknownTenant.
        """

    def policy(self, cloud: str, permissions: Sequence[str]) -> str:
        """The least privilege that allows these permissions, in the cloud's own format."""


class Clock(Protocol):
    """Today, so that end-of-life at run date can be tested."""

    def today(self) -> date:
        """The date the run counts from."""


@dataclass(frozen=True, slots=True)
class RepositoryRef:
    """One repository of a tenant. `id` is host/path, such as github.com/acme/webshop; `kind` a key of HOSTS."""

    id: str
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class History:
    """How a repository changes: counts only, nobody's name. Months are `2026-11`; `complete` False where it is cut.

    `commits_90_days` counts back from the day of the scan.
    """

    last_commit: str
    commits_by_month: Mapping[str, int]
    commits_90_days: int
    authors: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Checkout:
    """Regular files of one commit on this disk, until their context ends. `left_out` maps a reason to a count."""

    root: Path
    history: History | None
    left_out: Mapping[str, int]


class RepositoryHosts(Protocol):
    """Code hosts and uploaded archives of tenants. A fault of one repository is raised as Skippable."""

    @property
    def advisories(self) -> Path | None:
        """Where published vulnerabilities in the OSV format lie; None where none are given."""

    def expand(self, tenant: TenantId, ref: RepositoryRef) -> Sequence[RepositoryRef]:
        """The repositories that a declaration means: itself, or all of an owner where it ends with `/*`."""

    def head(self, tenant: TenantId, ref: RepositoryRef) -> str:
        """Id of the newest commit of the default branch, without fetching anything else."""

    def checkout(
        self, tenant: TenantId, ref: RepositoryRef, commit: str, today: date
    ) -> AbstractContextManager[Checkout]:
        """The files of a commit; nothing of the repository is run while they are fetched."""
