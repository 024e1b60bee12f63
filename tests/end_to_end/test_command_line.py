"""The command line as a public contract: documents, exit codes, and one clear line for what is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from aidiscover_pipelines.cli.main import main
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.cli.single_file import TOLD
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import Recommendation
from aidiscover_pipelines.domain.tenancy import tenant_id
from aidiscover_pipelines.domain.vocabulary import Strategy

TURN = {"text", "fact", "from", "to", "becomes"}
APPLICATIONS = """\
Application Name,Criticality,Technology Stack,Database,Users,Compliance
Customer Portal,High,Java Spring Boot,PostgreSQL,5000,PCI-DSS
Fax Server,Low,Windows Server 2008,,3,
CRM,Medium,Vendor CRM package,Oracle 11g,200,GDPR
"""


@pytest.fixture
def portfolio(tmp_path) -> Path:
    path = tmp_path / "applications.csv"
    path.write_text(APPLICATIONS)
    return path


@pytest.fixture
def acme(command_line) -> str:
    command_line.json("tenant", "add", "acme", "--title", "Acme GmbH", "--cron", "30 1 * * 1-5")
    return "acme"


def shell(command_line, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The console script in a process of its own: exit code, stdout and stderr as a script sees them."""
    return subprocess.run(
        [sys.executable, "-m", "aidiscover_pipelines.cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**__import__("os").environ, "AIDISCOVER_HOME": str(command_line.home)},
    )


def test_tenants_are_listed_with_their_cron(acme, command_line):
    listed = {tenant["tenant"]: tenant for tenant in command_line.json("tenant", "list")["tenants"]}
    assert listed["acme"] == {"tenant": "acme", "name": "Acme GmbH", "cron": "30 1 * * 1-5"}


def test_map_follows_its_contract_and_stores_nothing(portfolio, command_line):
    (sheet,) = command_line.json("map", portfolio)["sheets"]
    assert sheet["sheet"] == "applications.csv"
    columns = {column["header"]: column for column in sheet["columns"]}
    assert columns["Application Name"]["field"] == "application_name"
    assert columns["Criticality"]["field"] == "business_criticality"
    for column in columns.values():
        assert set(column) == {
            "header",
            "field",
            "unit",
            "statistic",
            "confidence",
            "decision",
            "alternatives",
            "reason",
        }
        assert column["decision"] in {"accept", "review", "ignore"}
        assert 0 <= column["confidence"] <= 1
        assert all(set(alternative) == {"field", "confidence"} for alternative in column["alternatives"])
    assert "scratch" not in {tenant["tenant"] for tenant in command_line.json("tenant", "list")["tenants"]}


def test_assess_follows_its_contract(portfolio, command_line):
    applications = command_line.json("assess", portfolio)["applications"]
    assert [a["application"] for a in applications] == ["CRM", "Customer Portal", "Fax Server"]
    for application in applications:
        assert set(application) == {"application", "evidence", "why_not", *TOLD}
        assert {"strategy", "confidence", "decided_by", "ranking", "risk"} < set(TOLD)
        assert {entry["strategy"] for entry in application["ranking"]} == set(Strategy)
        assert application["ranking"][0]["strategy"] == application["strategy"]
        assert all(set(entry) == {"strategy", "score", "allowed", "reasons"} for entry in application["ranking"])
        others = [entry["strategy"] for entry in application["ranking"][1:]]
        assert [entry["strategy"] for entry in application["why_not"]] == others
        assert all(entry["why"] for entry in application["why_not"])
        assert application["target"] and application["target_why"] and application["next_steps"]
        assert all(set(turn) == TURN for turn in application["counterfactuals"])
        assert all(risk["mitigation"] for risk in application["risks"])
        assert set(application["effort"]) == {"band", "days_low", "days_high", "basis"}
        assert set(application["cost"]) == {"low", "high", "currency", "basis"}
        assert application["evidence"]
        assert all(2 <= cell["row"] <= 4 for cell in application["evidence"])


def test_assess_scores_a_file_as_discovery_does(acme, tmp_path, command_line):
    servers = tmp_path / "servers.csv"
    servers.write_text(
        "Server Name,Application,Operating System,CPU,RAM (GB),Environment\n"
        "srv001,Payroll,Windows Server 2008 R2,4,16,Production\n"
        "srv002,CRM,Red Hat Enterprise Linux 9,8,32,Production\n"
    )
    alone = {
        each["application"]: sorted_by_strategy(each["ranking"])
        for each in command_line.json("assess", servers)["applications"]
    }
    told = {reason["text"] for entry in alone["CRM"] for reason in entry["reasons"]}
    assert "for: its platform is supported" in told  # a technology that the catalogue knows, not a word of the file
    command_line.json("ingest", "--tenant", acme, servers)
    command_line.json("discover", "--tenant", acme)
    store = open_portfolio(Settings.from_environment())
    stored = store.read(tenant_id(acme), Recommendation).set_index("application_id")["ranking"]
    store.close()
    assert {"Payroll": sorted_by_strategy(stored["payroll"]), "CRM": sorted_by_strategy(stored["crm"])} == alone


def sorted_by_strategy(ranking):
    return sorted(ranking, key=lambda entry: entry["strategy"])


def test_one_bad_file_does_not_stop_the_batch(acme, portfolio, tmp_path, command_line):
    empty, broken, photo = tmp_path / "empty.csv", tmp_path / "broken.xlsx", tmp_path / "photo.png"
    empty.write_bytes(b"")
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    paths = (portfolio, empty, broken, photo, tmp_path / "missing.csv")
    document = command_line.json("ingest", "--tenant", acme, *paths, code=3)
    status = {Path(file["path"]).name: file for file in document["files"]}
    assert {name: file["status"] for name, file in status.items()} == {
        "applications.csv": "accepted",
        "empty.csv": "quarantined",
        "broken.xlsx": "quarantined",
        "photo.png": "quarantined",
        "missing.csv": "missing",
    }
    for name, file in status.items():
        if name != "applications.csv":
            assert name in file["reason"] and "; " in file["reason"] and "\n" not in file["reason"]
    (note,) = (command_line.home / "quarantine" / acme).glob("broken-*.xlsx.reason.txt")
    assert note.read_text().startswith("cannot read 'broken.xlsx'")
    again = command_line.json("ingest", "--tenant", acme, portfolio)
    assert again["files"][0]["status"] == "duplicate"


def test_a_folder_stands_for_the_files_in_it(command_line, tmp_path):
    command_line.json("tenant", "add", "folders")
    (tmp_path / "deeper").mkdir()
    (tmp_path / ".hidden.csv").write_text(APPLICATIONS)
    (tmp_path / "a.csv").write_text(APPLICATIONS)
    document = command_line.json("ingest", "--tenant", "folders", tmp_path)
    assert [Path(file["path"]).name for file in document["files"]] == ["a.csv"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ingest", "--tenant", "nobody", "x.csv"), 2, ("nobody", "aidiscover tenant add nobody")),
        (("discover", "--tenant", "nobody"), 2, ("nobody", "tenant add")),
        (("map", "no-such-file.csv"), 1, ("no-such-file.csv", "; ")),
        (("assess", "no-such-file.csv"), 1, ("no-such-file.csv", "; ")),
        (("tenant", "add", "Not A Tenant"), 1, ("Not A Tenant", "lower-case")),
        (("tenant", "add", "ok", "--cron", "soon"), 1, ("soon", "0 2 * * *")),
        (("discover",), 2, ("--tenant",)),
        (("no-such-command",), 2, ("no-such-command",)),
    ],
)
def test_wrong_input_gets_one_clear_line(arguments, code, words, command_line, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    told = capsys.readouterr()
    assert ended.value.code == code, told.err
    assert all(word in told.err for word in words)
    assert "Traceback" not in told.err
    assert told.out == ""


def test_a_failure_is_a_json_document_too(command_line):
    done = shell(command_line, "discover", "--tenant", "nobody", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["kind"] == "UnknownTenant"
    assert done.stderr.count("\n") == 1


def test_a_tenant_without_files_gets_an_empty_plan(command_line):
    command_line.json("tenant", "add", "hollow")
    document = command_line.json("discover", "--tenant", "hollow")
    assert (document["status"], document["applications"], document["records"]) == ("succeeded", 0, 0)


def test_doctor_finds_this_installation_well(acme, command_line):
    checks = {check["subject"]: check for check in command_line.json("doctor")["checks"]}
    assert checks["package resources"]["well"] and checks["database"]["well"]
    assert "offline" in checks["model"]["detail"]


def test_doctor_names_folders_of_unregistered_tenants(acme, command_line):
    (command_line.home / "uploads" / "nobody").mkdir()
    try:
        checks = {check["subject"]: check for check in command_line.json("doctor", code=1)["checks"]}
    finally:
        (command_line.home / "uploads" / "nobody").rmdir()
    assert "nobody" in checks["landing folders"]["remedy"]


def test_people_see_tables(acme, portfolio, command_line):
    assert "Customer Portal" in command_line.run("assess", portfolio).output
    assert "business_criticality" in command_line.run("map", portfolio).output
    assert "Acme GmbH" in command_line.run("tenant", "list").output
    assert "database" in command_line.run("doctor").output
