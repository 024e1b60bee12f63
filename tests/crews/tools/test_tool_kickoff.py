"""A tenant's own crew at work on the demo portfolio: real kickoffs, the offline analyst, tools of the portfolio."""

import os

import pytest

from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.generic.stage import run_crew
from aidiscover_pipelines.crews.tenant_crews import create_crew
from aidiscover_pipelines.crews.tools import TOOLS
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import ToolCall
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from resources.crews.open import open_runner

ACME = TenantId("acme")
LOOKS = {
    "Asset Intelligence": ["service_discovery", "cloud_scanner", "environment_analyser"],
    "Pattern Recognition": ["similarity_detector", "pattern_analyser", "anomaly_identifier"],
    "Data Quality": ["gap_analyser", "quality_scorer", "data_validator"],
}


@pytest.fixture(autouse=True)
def environment():
    """The runner sets switches for the whole process; other tests get theirs back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_a_tenants_crew_reads_the_portfolio_through_its_tools_and_cites_what_they_showed(portfolio, tmp_path):
    text = {"goal": "Report what is recorded.", "backstory": "You read facts."}
    keys = {role: role.lower().replace(" ", "_") for role in LOOKS}
    definition = read_definition(
        {
            "name": "readiness",
            "description": "What is known about an application.",
            "agents": {keys[role]: {"role": role, **text, "tools": tools} for role, tools in LOOKS.items()},
            "tasks": [
                {"name": f"look_{place}", "description": "Look.", "expected_output": "Facts.", "agent": key}
                for place, key in enumerate(keys.values())
            ],
        }
    )
    create_crew(portfolio, ACME, definition, "ann")
    runner = open_runner(Settings.from_environment({"AIDISCOVER_HOME": str(tmp_path)}), portfolio)
    (result,) = run_crew(portfolio, runner, ACME, RunRef("run-2"), "readiness", ["auftragsportal"])
    assert (result["status"], result["reason"]) == ("answered", "")
    used = portfolio.read(ACME, ToolCall, run_id="run-2")
    # The portfolio comes from files, tier 3: nobody is given a tool over accounts.
    offered = [tool for tools in LOOKS.values() for tool in tools if 3 in TOOLS[tool].tiers]
    assert sorted(used["tool"]) == sorted(offered) and "cloud_scanner" not in offered
    assert set(used["status"]) == {"returned"} and set(used["application_id"]) == {"auftragsportal"}
    shown = {cell for cells in used["evidence"] for cell in cells}
    cited = {cell for finding in result["findings"] for cell in finding["evidence"]}
    assert cited and cited <= shown
