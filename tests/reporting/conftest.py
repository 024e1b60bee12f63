# ruff: noqa: E501  (rows of a table read better on one line)
"""A store filled by hand with a small, complete portfolio; every table of the report has rows."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    Asset,
    AttributeValue,
    CleansedCell,
    CloudCell,
    CloudCoverage,
    ClusterMember,
    CrewAnswer,
    Dependency,
    EntityValue,
    FieldMapping,
    PatternCluster,
    PlatformAssessment,
    Recommendation,
    Row,
    SkippedRow,
    SourceFile,
    SourceSheet,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.scratch_store import ScratchStore

CHROMIUM = Path("/usr/bin/chromium")
ACME = TenantId("acme")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
RUN = RunRef("run-1", NOW)
STRATEGIES = ("rehost", "replatform", "refactor", "repurchase", "retire", "retain")
# A subset of the 22, with keys as the attributes room writes them; the report takes whatever is stored.
ATTRIBUTES = ("os_and_version", "technology_stack", "business_criticality", "compliance_constraints")
NAMES = ("Customer Portal", "SAP ERP", "Fax Server", "Plant Control")


@dataclass(frozen=True)
class Case:
    """A filled store and the words that go with it."""

    store: ScratchStore
    tenant: TenantId
    run: RunRef
    now: datetime


class Files:
    """Report paths below a folder; the other methods of TenantFiles have nothing to do with reports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def report_path(self, tenant: TenantId, name: str) -> Path:
        folder = self.folder / tenant / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name


EDGE = (True, 0.9, 1, ["f1.1.4.2"])  # directed, strength, observations, evidence
JUDGED = ("recorded", 1.0, 1.0, 1.0, 1.0, 1.0, "")  # rule, presence, validity, freshness, agreement, trust, problem


def frame(table: type[Row], rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=table.columns())


def file_frames() -> dict[type[Row], pd.DataFrame]:
    cell = ("f1.1.{row}", "f1", "application", "technology_stack", "Java 8", None, None, "Java 8 / Tomcat 7", "", "")
    return {
        SourceFile: frame(
            SourceFile,
            [
                ("f1", "apps.xlsx", "aa", 100, "xlsx", "accepted", "", NOW, []),
                ("f2", "cmdb.csv", "bb", 200, "csv", "accepted", "", NOW, []),
                ("f3", "broken.xlsx", "cc", 10, "", "quarantined", "password protected", NOW, []),
            ],
        ),
        SourceSheet: frame(
            SourceSheet,
            [
                ("f1", 1, "Apps", 3, ["Name", "Tech"], 5, False),
                ("f2", 1, "cmdb.csv", 1, ["name", "ram"], 10, False),
                ("f3", 1, "x", 0, [], 7, False),
            ],
        ),
        SkippedRow: frame(
            SkippedRow,
            [
                ("f1.1.9", "f1", "Apps", 9, "reading", "totals row", ["Total"]),
                ("f2.1.4", "f2", "cmdb.csv", 4, "inventory", "template", []),
                ("f2.1.4", "f2", "cmdb.csv", 4, "applications", "no application named", []),
            ],
        ),
        FieldMapping: frame(
            FieldMapping,
            [
                ("f1", 1, "Apps", "application", 1, "Name", "application_name", None, None, 0.99, "accept", [], "alias"),
                ("f1", 1, "Apps", "application", 2, "Tech", "technology_stack", None, None, 0.71, "review",
                 [{"field": "database_engine", "confidence": 0.2}], "values"),
                ("f2", 1, "cmdb.csv", "asset", 2, "ram", "memory_mb", "MB", None, 0.97, "accept", [], "alias"),
                ("f2", 1, "cmdb.csv", "asset", 3, "junk", None, None, None, 0.0, "ignore", [], "no field fits"),
            ],
        ),
        CleansedCell: frame(
            CleansedCell,
            [
                (f"f1.1.{row}.2", cell[0].format(row=row), *cell[1:]) for row in range(4, 8)
            ]
            + [("f2.1.2.2", "f2.1.2", "f2", "asset", "memory_mb", "32768", 32768.0, None, "32,768", "MiB to MB", "unit")],
        ),
        CloudCell: frame(
            CloudCell,
            [
                (
                    *("aws:1:eu.ec2.i-0abc.os_name", "aws:1:eu.ec2.i-0abc", "aws:1:eu", "asset", "os_name", "Linux"),
                    *(None, None, "Linux/UNIX", "", "", "aws", "1", "eu", "ec2", "DescribeInstances"),
                )
            ],
        ),
        CloudCoverage: frame(
            CloudCoverage,
            [
                (
                    *("aws", "1", "eu-central-1", "ec2", "DescribeInstances", "denied", 0, 1, "ec2:DescribeInstances"),
                    *("allow ec2:DescribeInstances", NOW, None, ""),
                )
            ],
        ),
    }  # fmt: skip


def recommendation(number: int, identity: str, run: RunRef) -> tuple[object, ...]:
    strategy = STRATEGIES[(number * 5) % 6]
    ranking = [
        {
            "strategy": r,
            "score": round(0.9 - 0.13 * place, 2),
            "allowed": place < 5,
            "reasons": [f"reason for {r}", {"text": f"for: {r}", "points": 0.5, "evidence": ["f2.1.2.2"]}],
        }
        for place, r in enumerate([strategy, *(r for r in STRATEGIES if r != strategy)])
    ]
    risk = ("low", "medium", "high")[number % 3]
    risks = [
        {"kind": "technology", "level": risk, "risk": "Tomcat 7 is out of support", "mitigation": "Move to Tomcat 10",
         "evidence": [f"f1.1.{4 + number % 4}.2"]}
    ]  # fmt: skip
    evidence = [f"f1.1.{4 + number % 4}.2", "f2.1.2.2", "aws:1:eu.ec2.i-0abc.os_name", "f1.1.99.1"]
    return (
        identity, strategy, 0.55 + 0.4 * ((number * 7) % 10) / 10, ("policy", "crew")[number % 2], ranking, risk, risks,
        f"The facts speak for {strategy}.", ["Confirm the owner", "Plan a pilot"], evidence, 1 + number % 5,
        f"c0{number % 2}", "offline/analyst-v1" if number % 2 else "", f"digest{number}", run.run_id,
        "disagreement: the crew would choose retain" if number == 0 else "",
        "virtual machine", "It runs as it is", [], {}, {}, "Who owns it?" if number == 0 else "", "2026.11 balanced",
        0.55 + 0.4 * ((number * 7) % 10) / 10,
    )  # fmt: skip


def plan_frames(names: Sequence[str], run: RunRef) -> dict[type[Row], pd.DataFrame]:
    ids = [f"app-{number:05d}" for number in range(len(names))]
    numbered = list(enumerate(ids))
    states = ("present", "inferred", "missing", "present")
    recommendations = [recommendation(number, identity, run) for number, identity in numbered]
    stays = {row[0] for row in recommendations if row[1] in ("retain", "retire")}
    return {
        Asset: frame(Asset, [(f"s{n}", f"srv{n:03d}", "virtual", ["f2"], 1, "single", 1.0) for n, _ in numbered]
                     + [("s-lost", "lost", "virtual", ["f2"], 1, "single", 1.0)]),
        Application: frame(
            Application, [(i, name, ["f1"], 1, "recorded", 0.9, "single") for i, name in zip(ids, names, strict=True)]
        ),
        ApplicationAsset: frame(ApplicationAsset, [(i, f"s{n}", "f2.1.2.1", "asset row") for n, i in numbered]),
        Dependency: frame(
            Dependency,
            [(f"d{n}", i, ids[0], None, None, "a", "b", "relation", 443, "f1.1.4.2", *EDGE) for n, i in numbered[1:]]
            + [("d-x", ids[0], None, None, None, "Portal", "Unknown thing", "mention", None, "f1.1.4.2", *EDGE)],
        ),
        EntityValue: frame(
            EntityValue,
            [
                ("asset", "s0", "memory_mb", "32768", 32768.0, None, "f2.1.2.2", True, True, "newest source"),
                ("asset", "s0", "memory_mb", "16384", 16384.0, None, "f2.1.3.2", False, True, "older"),
                ("application", ids[0], "business_criticality", "high", None, None, "f1.1.4.3", True, True, "owner's list"),
                ("application", ids[0], "business_criticality", "low", None, None, "f2.1.4.3", False, True, "lost"),
                ("asset", "s0", "hostname", "srv000", None, None, "f2.1.2.1", True, False, "single"),
            ],
        ),
        AttributeValue: frame(
            AttributeValue,
            [
                (i, key, states[(n + k) % 4], "" if states[(n + k) % 4] == "missing" else f"value {n}", 0.8,
                 [] if states[(n + k) % 4] == "missing" else [f"f1.1.{4 + n % 4}.2"],
                 f"What is the {key}?" if states[(n + k) % 4] == "missing" else "", *JUDGED)
                for n, i in numbered for k, key in enumerate(ATTRIBUTES)
            ],
        ),
        PatternCluster: frame(
            PatternCluster,
            [(f"c0{c}", ("Java web", "Packaged")[c], "Three tiers on Linux", (len(ids) + 1 - c) // 2, ids[0], {},
              ("Not known: <compliance> constraints.", "")[c],
              [{"attribute": "business_criticality", "method": "questionnaire", "why": "cheapest"},
               {"attribute": "data_volume", "method": "questionnaire", "why": "nobody lacks it"}][: 2 - 2 * c])
             for c in range(2)],
        ),
        ClusterMember: frame(
            ClusterMember, [(i, f"c0{n % 2}", 1.0, n == 1, ["data_volume"] if n == 1 else [], [], 0.0, 0.0) for n, i in numbered]
        ),
        PlatformAssessment: frame(
            PlatformAssessment, [("tenant", 2, 64.0, ["files"], "Exports from two tools.", "Ask for an API.", {}, "policy", [])]
        ),
        Recommendation: frame(Recommendation, recommendations),
        WaveAssignment: frame(
            WaveAssignment,
            [(i, 0 if i in stays else 1 + n % 3, "few dependencies", [ids[1]] if n == 0 else []) for n, i in numbered],
        ),
        CrewAnswer: frame(
            CrewAnswer,
            [
                ("assessment", "cluster:c00", "d1", "answered", "", {}, "offline/analyst-v1", 3, 900, 120, 0.0, 0.1, "run-1"),
                ("assessment", "cluster:c01", "d2", "fallback", "no evidence cited", {}, "openai/gpt-x", 2, 500, 80, 0.02,
                 2.0, "run-0"),
            ],
        ),
    }  # fmt: skip


def filled_case(names: Sequence[str]) -> Case:
    store = ScratchStore(Tenant(ACME, "Acme Example Ltd"))
    for frames in (file_frames(), plan_frames(names, RUN)):
        store.replace(ACME, RUN, frames)
    return Case(store, ACME, RUN, NOW)


@pytest.fixture
def case() -> Case:
    return filled_case(NAMES)


@pytest.fixture
def case_of() -> Callable[[Sequence[str]], Case]:
    """For portfolios with other names or of other sizes."""
    return filled_case


@pytest.fixture
def empty_case() -> Case:
    return Case(ScratchStore(Tenant(ACME, "Acme Example Ltd")), ACME, RUN, NOW)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def dump(tmp_path):
    """The DOM as headless Chromium has it after the page's script ran, and what it logged."""
    if not CHROMIUM.exists() or shutil.which(str(CHROMIUM)) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing, and CI must not skip the look at the page")
        pytest.skip(f"{CHROMIUM} is not installed")

    def run(html: str, fragment: str = "", options: tuple[str, ...] = ()) -> tuple[str, str]:
        page = tmp_path / "page.html"
        page.write_text(html, encoding="utf-8")
        log = tmp_path / "net.json"
        done = subprocess.run(
            [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--enable-logging=stderr", "--virtual-time-budget=5000", *options,
             "--host-resolver-rules=MAP * ~NOTFOUND",
             f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", "--dump-dom",
             f"{page.as_uri()}{fragment}"],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        return done.stdout, done.stderr + log.read_text(encoding="utf-8")

    return run
