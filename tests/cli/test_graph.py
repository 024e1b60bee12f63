"""`graph` as a person and a script ask it, on PostgreSQL."""

import json
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import Application, Dependency
from aidiscover_pipelines.domain.tenancy import RunRef

# shop needs pay, pay and bank need each other, wiki stands alone; crm only goes with shop.
EDGES = [("shop", "pay", True), ("pay", "bank", True), ("bank", "pay", True), ("crm", "shop", False)]


@pytest.fixture
def run(database_home: Path, monkeypatch, store, tenant):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    names = ["shop", "pay", "bank", "crm", "wiki"]
    applications = [(name, name.title(), [], 1, "recorded", 1.0, "single") for name in names]
    edges = [
        (f"d{n}", one, other, None, None, one, other, "relation", None, f"f.1.{n}.1", directed, 0.8, 1, [f"f.1.{n}.1"])
        for n, (one, other, directed) in enumerate(EDGES)
    ]
    frames = {
        Application: pd.DataFrame(applications, columns=Application.columns()),
        Dependency: pd.DataFrame(edges, columns=Dependency.columns()),
    }
    store.upsert(tenant, RunRef("r1"), frames)

    def invoke(*words, who=tenant):
        result = CliRunner().invoke(cli, ["graph", "--tenant", who, *words], standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        assert result.return_value == 0
        return json.loads(result.stdout) if "--json" in words else result.stdout

    return invoke


def test_the_portfolio_shows_circles_hubs_and_islands(run):
    document = run("--json")
    assert document["cycles"] == [["bank", "pay"]]
    assert document["hubs"][0] == {"application": "pay", "name": "Pay", "needed_by": 2}
    assert document["islands"] == [["bank", "crm", "pay", "shop"], ["wiki"]]
    assert document["figures"]["applications_without_edges"] == 1
    assert set(run("--hubs", "--json")) == {"tenant", "figures", "hubs"}
    assert "bank, pay" in run("--cycles")


@pytest.mark.parametrize(
    ("words", "reached"),
    [
        (("--application", "shop"), {"pay": 1, "bank": 2}),
        (("--application", "shop", "--depth", "1"), {"pay": 1}),
        (("--application", "bank", "--direction", "needed-by"), {"pay": 1, "shop": 2}),
        (("--application", "pay", "--direction", "both"), {"bank": 1, "shop": 1, "crm": 2}),
        (("--application", "wiki", "--direction", "both"), {}),
    ],
)
def test_an_application_shows_what_it_reaches_and_its_edges(run, words, reached):
    document = run(*words, "--json")
    assert {found["application"]: found["depth"] for found in document["reached"]} == reached
    assert all(edge["evidence"] for edge in document["edges"])
    assert "applications" in run(*words)


def test_a_wrong_question_is_refused_in_one_line(run):
    with pytest.raises(ConfigError, match=r"cannot walk from application 'nobody'.* no such name or id"):
        run("--application", "nobody")
    with pytest.raises(click.ClickException, match="leave one out"):
        run("--application", "shop", "--hubs")
    with pytest.raises(UnknownTenant):
        run(who="nobody-here")
