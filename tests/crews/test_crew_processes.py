import dataclasses

import pytest

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.processes import at_the_same_time
from aidiscover_pipelines.crews.spec import CrewSpec

TASK = CREWS["assessment"].tasks[0]


def crew(process: str, **tasks: tuple[str, list[str]]) -> CrewSpec:
    """Tasks by key: (agent, context)."""
    made = [
        dataclasses.replace(TASK, key=key, agent=agent, context=tuple(context))
        for key, (agent, context) in tasks.items()
    ]
    return dataclasses.replace(CREWS["assessment"], tasks=tuple(made), process=process)


@pytest.mark.parametrize("process", ["sequential", "hierarchical"])
def test_only_a_parallel_crew_does_two_things_at_a_time(process):
    assert at_the_same_time(crew(process, a=("x", []), b=("y", []), c=("z", ["a", "b"]))) == set()


@pytest.mark.parametrize(
    ("tasks", "started"),
    [
        ({"a": ("x", []), "b": ("y", []), "c": ("z", ["a", "b"])}, {"a", "b"}),
        ({"a": ("x", []), "b": ("y", []), "c": ("z", [])}, {"a", "b"}),  # the last one joins although it needs nothing
        ({"a": ("x", []), "b": ("y", ["a"]), "c": ("z", ["b"])}, {"a"}),
        ({"a": ("x", []), "b": ("x", []), "c": ("z", [])}, {"a"}),  # one agent does one thing at a time
        ({"a": ("x", []), "b": ("y", []), "c": ("z", ["a"]), "d": ("x", ["b"]), "e": ("y", [])}, {"a", "b", "d"}),
        ({"a": ("x", [])}, set()),
    ],
    ids=["join", "nothing needed", "chain", "same agent", "two waves", "one task"],
)
def test_tasks_start_together_unless_they_need_each_other_or_share_an_agent(tasks, started):
    assert at_the_same_time(crew("parallel", **tasks)) == started
