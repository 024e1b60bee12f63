import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.assessment import crew as assessment
from aidiscover_pipelines.crews.spec import CrewSpec, load_crew
from aidiscover_pipelines.crews.tools import TOOLS
from aidiscover_pipelines.domain.errors import ConfigError

ASSESSMENT = CREWS["assessment"]
FOLDER = Path(assessment.__file__).parent


def test_importing_the_crews_imports_no_agent_library():
    code = (
        "import sys, aidiscover_pipelines.crews, resources.crews.runner, aidiscover_pipelines.crews.stage;"
        "print([name for name in sys.modules if name.split('.')[0] in ('crewai', 'litellm', 'chromadb')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_texts_of_a_crew_are_read_when_it_is_first_used():
    code = (
        "import pathlib, aidiscover_pipelines.crews as crews;"
        "read = []; plain = pathlib.Path.read_text;"
        "pathlib.Path.read_text = lambda path, *a, **k: read.append(path.name) or plain(path, *a, **k);"
        "list(crews.CREWS); print(read); crews.CREWS['assessment']; crews.CREWS['assessment']; print(read)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['agents.yaml', 'tasks.yaml']"]


def test_each_crew_thinks_hard_where_something_is_decided():
    hard = {name: [task.key for task in crew.tasks if task.effort == "high"] for name, crew in CREWS.items()}
    assert hard == {
        "platform_detection": ["judge_access"],
        "discovery": ["review_sources"],
        "assessment": ["weigh_options", "register_risks"],
    }


def test_seven_distinct_agents_work_in_three_crews():
    roles = {agent.role for crew in CREWS.values() for agent in crew.agents.values()}
    assert len(roles) == 7
    assert [len(crew.agents) for crew in CREWS.values()] == [3, 3, 3]


@pytest.mark.parametrize("crew", CREWS.values(), ids=lambda crew: crew.name)
def test_every_task_has_its_own_agent_a_composer_and_known_tools(crew):
    assert sorted(task.agent for task in crew.tasks) == sorted(crew.agents) == sorted(crew.tools)
    assert [task.key for task in crew.tasks] == list(crew.composers)
    assert crew.join is not None or crew.answer is crew.tasks[-1].contract
    assert {tool for tools in crew.tools.values() for tool in tools} <= set(TOOLS)


@pytest.mark.parametrize("crew", CREWS.values(), ids=lambda crew: crew.name)
def test_every_task_tells_its_limits_and_names_the_keys_of_its_contract(crew):
    for task in crew.tasks:
        assert "never" in task.description and "Cite" in task.description
        assert all(name in task.expected_output for name in task.contract.model_fields)


def _changed(tmp_path: Path, file: str, old: str, new: str) -> CrewSpec:
    folder = tmp_path / "assessment"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    return load_crew(
        folder,
        contracts={task.key: task.contract for task in ASSESSMENT.tasks},
        tools=ASSESSMENT.tools,
        composers=ASSESSMENT.composers,
        limits=ASSESSMENT.limits,
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("tasks.yaml", "recommend:", "advise:", "in that order"),
        ("tasks.yaml", "agent: recommendation", "agent: nobody", "agents.yaml lacks"),
        ("tasks.yaml", "effort: high", "effort: heroic", "must be low or high"),
        ("tasks.yaml", "context: [weigh_options]", "context: [recommend]", "no earlier task"),
        ("tasks.yaml", "Weigh the six", "Weigh {name} the six", "braces"),
        ("agents.yaml", "role: Recommendation", "role: ''", "needs a text 'role'"),
        ("agents.yaml", "recommendation:\n", "recommendation: text\nother:\n", "map each key"),
    ],
)
def test_a_broken_text_file_is_refused_with_what_to_correct(tmp_path, file, old, new, problem):
    with pytest.raises(ConfigError, match=problem) as caught:
        _changed(tmp_path, file, old, new)
    assert file in str(caught.value)


def test_changing_a_prompt_changes_the_fingerprint(tmp_path):
    changed = _changed(tmp_path, "agents.yaml", "two minutes", "three minutes")
    assert changed.fingerprint != ASSESSMENT.fingerprint
