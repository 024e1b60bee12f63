"""The policy as a list, and values of rules read from text."""

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.governance.policy import Budget, LlmPolicy, Retention
from aidiscover_pipelines.governance.rules import check_rule, rule_names, rules_of, typed_value


def test_every_rule_is_listed_with_its_meaning():
    rules = {rule.name: rule for rule in rules_of(LlmPolicy.model_validate({"budget": {"run_usd": 5}}))}
    assert len(rules) == len(LlmPolicy.model_fields) - 2 + len(Budget.model_fields) + len(Retention.model_fields)
    assert all(rule.description for rule in rules.values())
    assert (rules["budget.run_usd"].value, rules["budget.run_usd"].default) == (5, None)
    assert [name for name, rule in rules.items() if rule.is_set] == ["budget.run_usd"]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("budget.run_usd", "2.5", 2.5),
        ("budget.run_tokens", "200000", 200_000),
        ("offline_fallback", "true", True),
        ("models", "cost", "cost"),
        ("model_for.assessment", "openai/gpt-4.1", "openai/gpt-4.1"),
        ("model_for.assessment.recommend", "openai/gpt-4.1", "openai/gpt-4.1"),
        ("keep_days.answers", "0", 0),
    ],
)
def test_values_have_the_type_of_their_rule(name, text, value):
    assert typed_value(name, text) == value
    assert type(typed_value(name, text)) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("budget.run_eur", "1", "no such rule; the nearest are budget.run_usd"),
        ("budget", "1", "no such rule"),
        ("model_for", "x", r"no such rule; the nearest are model_for\.<crew>"),
        ("budget.run_usd", "-1", "input should be greater than or equal to 0"),
        ("budget.run_tokens", "many", "input should be a valid integer"),
        ("models", "cheap", "input should be 'cost', 'balanced' or 'accuracy'"),
    ],
)
def test_what_no_rule_takes_is_refused_in_one_line(name, text, message):
    with pytest.raises(ConfigError, match=message) as refused:
        typed_value(name, text)
    assert "\n" not in str(refused.value)


def test_every_listed_name_is_a_rule():
    for name in rule_names():
        check_rule(name.replace("<crew>", "assessment"))
