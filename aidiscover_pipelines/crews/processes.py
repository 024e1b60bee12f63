"""How the work of a crew is shared: which tasks run at the same time, and by which tool a manager hands work on."""

from aidiscover_pipelines.crews.spec import CrewSpec

# The tool of a manager, as crewai calls it.
DELEGATE = "delegate_work_to_coworker"


def at_the_same_time(crew: CrewSpec) -> frozenset[str]:
    """Keys of the tasks that are started without waiting; every other one waits for those before it.

    A task waits where it needs the answer of one that is still at work, and where its agent is still at work: an agent
    does one thing at a time. The last task always waits, since its answer is the crew's.
    """
    if crew.process != "parallel":
        return frozenset()
    started: set[str] = set()
    at_work: set[str] = set()
    busy: set[str] = set()
    for task in crew.tasks[:-1]:
        if task.agent in busy or at_work.intersection(task.context):
            at_work, busy = set(), set()
        else:
            started.add(task.key)
            at_work.add(task.key)
            busy.add(task.agent)
    return frozenset(started)
