"""The page about the model layer: its worked example runs, and the prediction meets what the sample run used."""

import re
import shlex
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "llm.md"
# How far a prediction may be off on the sample portfolio, as a share of what its offline run used. Offline runs are
# deterministic: a second model uses what the first one did (measured: 366,927 tokens twice).
FROM_PAST_RUNS, FROM_DECLARED_PROMPTS = 0.10, 0.35


def test_the_worked_example_runs(command_line, demo):
    (example,) = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    commands = [shlex.split(line)[1:] for line in example.splitlines()]
    assert commands[0] == ["demo"]
    for words in commands[1:]:
        result = command_line.run(*words)
        assert result.exception is None, (words, result.exception)
        assert result.return_value == 0, (words, result.output)
        assert result.stdout.strip()
    rules = command_line.json("llm", "policy", "--tenant", "demo")["rules"]
    assert not [rule for rule in rules if rule["is_set"]]


def test_an_unchanged_portfolio_is_expected_to_ask_nothing(command_line, demo):
    told = command_line.json("cost", "--tenant", "demo")
    assert told["total"]["kickoffs"][:2] == [0, 0]
    assert told["total"]["kickoffs"][2] == demo["crews"]["kickoffs"]


def test_the_prediction_for_a_model_that_was_never_asked_meets_what_the_run_used(command_line, demo):
    told = command_line.json("cost", "--tenant", "demo", "--model", "offline/analyst-v2")["total"]
    used = demo["crews"]
    tokens = told["prompt_tokens"][1] + told["completion_tokens"][1]
    assert told["kickoffs"][1] == used["kickoffs"]
    assert told["calls"][1] == pytest.approx(used["llm_calls"], rel=FROM_PAST_RUNS)
    assert tokens == pytest.approx(used["tokens"], rel=FROM_PAST_RUNS)


def test_declared_prompts_alone_come_near(command_line, demo):
    from datetime import date

    from aidiscover_pipelines.cli.runs import open_portfolio
    from aidiscover_pipelines.crews import CREWS
    from aidiscover_pipelines.domain.settings import Settings
    from aidiscover_pipelines.governance.cost import forecast
    from aidiscover_pipelines.governance.sizes import sizes_of
    from aidiscover_pipelines.ops.forecast import declared_amounts, planned_kickoffs

    settings = Settings.from_environment()
    plan = planned_kickoffs(open_portfolio(settings), "demo", "nobody/asked", settings.kickoffs, date.today(), 0)  # noqa: DTZ011
    declared = declared_amounts(CREWS)
    places = [(one.crew, one.kind, task) for one in plan.counts for crew, task in declared if crew == one.crew]
    told = forecast(plan.counts, sizes_of(places, {}, declared), lambda crew, task: "any", lambda *call: 0.0, 1)
    assert told.total[1].used.tokens == pytest.approx(demo["crews"]["tokens"], rel=FROM_DECLARED_PROMPTS)
