"""`aidiscover memory` as a person and a script use it, on PostgreSQL; the examples of its page are run."""

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli, main
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import AgentMemory
from aidiscover_pipelines.governance.memory.memories import remember_answer
from tests.memory.conftest import EMBEDDER, answered, keep

PAGE = Path(__file__).resolve().parents[2] / "docs" / "memory.md"


@pytest.fixture
def run(database_home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))

    def invoke(*arguments, typed: str = ""):
        result = CliRunner().invoke(cli, ["memory", *map(str, arguments)], standalone_mode=False, input=typed)
        if result.exception is not None:
            raise result.exception
        assert result.return_value == 0, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return invoke


@pytest.fixture
def kept(store, tenant) -> list[str]:
    """Two memories of crm, one of the web shop; their ids."""
    return [
        *keep(store, tenant, "crm runs on Oracle 12c", scope="/entity/crm/", application_id="crm"),
        *keep(store, tenant, "[red]crm[/red] is quiet at night", scope="/short_term/r1/", application_id="crm"),
        *keep(store, tenant, "the shop runs on nginx", scope="/entity/shop/", application_id="shop"),
    ]


def test_search_finds_the_nearest_with_their_evidence(run, tenant, kept) -> None:
    told = run("search", "--tenant", tenant, "oracle database", "--limit", "2", "--json")
    assert (told["tenant"], told["embedder"]) == (tenant, "offline/words-v1")
    assert told["memories"][0]["id"] == kept[0]
    assert told["memories"][0]["details"] == {"evidence": ["f.1"]}
    assert run("search", "--tenant", tenant, "oracle", "--scope", "/entity/none", "--json")["memories"] == []
    assert "crm runs on Oracle 12c" in run("search", "--tenant", tenant, "oracle")
    assert "nothing near" in run("search", "--tenant", tenant, "oracle", "--scope", "/none")


def test_list_shows_text_as_it_is_in_pages(run, tenant, kept) -> None:
    told = run("list", "--tenant", tenant, "--limit", "2", "--json")
    assert (told["total"], len(told["memories"])) == (3, 2)
    assert run("list", "--tenant", tenant, "--offset", "2", "--json")["memories"][0]["id"] in kept
    shown = run("list", "--tenant", tenant, "--scope", "/short_term")
    assert "[red]crm[/red] is quiet at night" in shown
    assert "1 of 1 memories" in shown


def test_forget_says_how_many_went(run, tenant, kept) -> None:
    assert "forgot 1 memories" in run("forget", "--tenant", tenant, "--id", kept[2])
    assert run("forget", "--tenant", tenant, "--application", "crm", "--yes", "--json") == {
        "tenant": tenant, "forgotten": 2,
    }  # fmt: skip
    assert run("forget", "--tenant", tenant, "--all", "--yes", "--json")["forgotten"] == 0


def test_forget_asks_before_it_takes_many(run, store, tenant, kept) -> None:
    with pytest.raises(click.Abort):
        run("forget", "--tenant", tenant, "--all", typed="n\n")
    assert store.page(tenant, AgentMemory)[1] == 3
    assert "forgot 1 memories" in run("forget", "--tenant", tenant, "--scope", "/short_term", typed="y\n")


@pytest.mark.parametrize(
    "arguments", [(), ("--all", "--id", "x"), ("--scope", "/", "--yes"), ("--scope", "", "--yes"), ("--scope", "//")]
)
def test_forget_takes_exactly_one_kind_of_thing(run, store, tenant, kept, arguments) -> None:
    with pytest.raises(click.UsageError, match=r"exactly one of|give '--all'"):
        run("forget", "--tenant", tenant, *arguments)
    assert store.page(tenant, AgentMemory)[1] == 3


def test_an_unknown_id_is_one_clear_line(
    run, tenant, kept, database_home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConfigError, match=f"cannot forget memory 'x' of tenant '{tenant}': there is none"):
        run("forget", "--tenant", tenant, "--id", "x")
    with pytest.raises(SystemExit) as left:
        main(["memory", "forget", "--tenant", tenant, "--id", "x"])
    assert left.value.code == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    with pytest.raises(UnknownTenant):
        run("list", "--tenant", "nobody")


def test_clean_removes_what_the_policy_no_longer_keeps(run, store, tenant, kept) -> None:
    keep(store, tenant, "old", scope="/short_term/r0/", created_at=datetime.now(UTC) - timedelta(days=30))
    told = run("clean", "--tenant", tenant, "--json")
    assert told["keep_days"] == {"short_term": 7, "long_term": 365}
    assert told["gone"]["short_term"] >= 1
    assert "removed" in run("clean", "--tenant", tenant)


def test_the_worked_example_of_the_page_runs(run, store, tenant) -> None:
    """Its first block of Python writes, its commands read: each must do what the page says."""
    text = PAGE.read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    given = answered(tenant, subject="application:crm")
    names = {"store": store, "tenant": tenant, "answer": given, "run_id": "r1", "remember_answer": remember_answer}
    exec(example, names)  # noqa: S102 - the page's own example
    assert names["kept"].memories == 7
    assert names["found"][0]["details"]["evidence"] == ["f.1", "f.2"]
    assert names["embedder"].name == EMBEDDER.name
    for line in re.findall(r"^aidiscover memory (.*?)(?:\s+#.*)?$", text, re.MULTILINE):
        words = shlex.split(line.replace("acme", tenant))
        if "--id" not in words:
            run(*words)
    assert store.page(tenant, AgentMemory)[1] == 0, "the last command forgets everything"
