import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.crews.tools import TOOLS
from aidiscover_pipelines.domain.errors import ConfigError

ASSESSMENT = CREWS["assessment"]


def test_importing_the_crews_imports_no_agent_library():
    code = (
        "import sys, aidiscover_pipelines.crews, resources.crews.runner, aidiscover_pipelines.crews.stage;"
        "print([name for name in sys.modules if name.split('.')[0] in ('crewai', 'litellm', 'chromadb')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_seven_distinct_agents_work_in_three_crews():
    roles = {agent.role for crew in CREWS.values() for agent in crew.agents.values()}
    assert len(roles) == 7
    assert [len(crew.agents) for crew in CREWS.values()] == [3, 3, 3]


@pytest.mark.parametrize("crew", CREWS.values(), ids=lambda crew: crew.name)
def test_every_task_has_its_own_agent_a_composer_and_known_tools(crew):
    assert sorted(task.agent for task in crew.tasks) == sorted(crew.agents) == sorted(crew.tools)
    assert [task.key for task in crew.tasks] == list(crew.composers)
    assert crew.answer is crew.tasks[-1].contract
    assert {tool for tools in crew.tools.values() for tool in tools} <= set(TOOLS)


@pytest.mark.parametrize("crew", CREWS.values(), ids=lambda crew: crew.name)
def test_every_task_tells_its_limits_and_names_the_keys_of_its_contract(crew):
    for task in crew.tasks:
        assert "never" in task.description and "Cite" in task.description
        assert all(name in task.expected_output for name in task.contract.model_fields)


def _changed(tmp_path: Path, file: str, old: str, new: str) -> CrewSpec:
    folder = tmp_path / "crew"
    shutil.copytree(ASSESSMENT.folder, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    return CrewSpec(
        ASSESSMENT.name, folder, ASSESSMENT.contracts, ASSESSMENT.tools, ASSESSMENT.composers, ASSESSMENT.limits
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("tasks.yaml", "recommend:", "advise:", "in that order"),
        ("tasks.yaml", "agent: recommendation", "agent: nobody", "agents.yaml lacks"),
        ("tasks.yaml", "context: [weigh_options]", "context: [recommend]", "no earlier task"),
        ("tasks.yaml", "Weigh the six", "Weigh {name} the six", "braces"),
        ("agents.yaml", "role: Recommendation", "role: ''", "needs a text 'role'"),
        ("agents.yaml", "recommendation:\n", "recommendation: text\nother:\n", "map each key"),
    ],
)
def test_a_broken_text_file_is_refused_with_what_to_correct(tmp_path, file, old, new, problem):
    crew = _changed(tmp_path, file, old, new)
    with pytest.raises(ConfigError, match=problem) as caught:
        assert crew.tasks and crew.agents
    assert file in str(caught.value)


def test_changing_a_prompt_changes_the_fingerprint(tmp_path):
    changed = _changed(tmp_path, "agents.yaml", "two minutes", "three minutes")
    assert changed.fingerprint != ASSESSMENT.fingerprint
