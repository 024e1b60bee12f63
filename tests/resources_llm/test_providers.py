"""PROVIDERS, the chain that AIDISCOVER_MODEL names, keys, limits, and which model a task asks."""

import subprocess
import sys

import pytest

from aidiscover_pipelines.domain.errors import ConfigError, MissingKey
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL
from aidiscover_pipelines.governance.models import TIERS as CHOICES
from aidiscover_pipelines.governance.models import chosen_model
from aidiscover_pipelines.governance.policy import LlmPolicy
from resources.llm.providers import (
    PROVIDERS,
    Limits,
    Link,
    connection_of,
    is_offline,
    read_chain,
    read_limits,
    read_link,
)


def no_secret(name):
    return None


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda row: row.name)
def test_every_provider_has_models_a_window_a_price_source_and_limits(provider):
    assert provider.window > 0 and provider.prices in ("litellm price list", "free", "none")
    assert bool(provider.small) == bool(provider.large)
    assert provider.is_offline or provider.limits.concurrency > 0
    assert read_link(f"{provider.prefix}/m").provider.prefix == provider.prefix


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda row: row.name)
def test_default_models_are_on_litellms_price_list_where_the_row_says_so(provider):
    if provider.prices != "litellm price list":
        return
    from resources.llm import prices

    for model in (provider.small, provider.large):
        assert prices.cost_usd(provider, model, 1000, 1000) > 0
        assert prices.window(provider, model) >= 100_000
        assert prices.longest_answer(provider, model, 4096) == 4096


def test_prices_know_cached_tokens_and_say_when_they_know_nothing():
    from resources.llm import prices

    openai = PROVIDERS["openai"]
    whole, cached = (prices.cost_usd(openai, "gpt-4.1-mini", 1000, 0, part) for part in (0, 1000))
    assert whole == pytest.approx(0.0004) and cached == pytest.approx(0.0001)
    assert prices.cost_usd(openai, "unheard-of", 1000, 1000) is None
    assert prices.window(openai, "unheard-of") == openai.window
    assert prices.cost_usd(PROVIDERS["ollama"], "unheard-of", 1000, 1000) == 0.0
    assert prices.cost_usd(PROVIDERS["openai_compatible"], "gpt-4.1", 1000, 1000) is None
    assert prices.longest_answer(openai, "gpt-4.1", 10**9) == 32_768


def test_a_chain_keeps_its_order_and_takes_providers_and_models():
    chain = read_chain("openai, anthropic/claude-opus-4-6 ,ollama_chat/qwen3:8b,")
    assert [link.provider.name for link in chain] == ["openai", "anthropic", "ollama"]
    assert [link.model_for("small") for link in chain] == [
        "openai/gpt-4.1-mini",
        "anthropic/claude-opus-4-6",
        "ollama/qwen3:8b",
    ]
    assert chain[0].model_for("large") == "openai/gpt-4.1"
    assert read_link("openai_compatible/org/model") == Link(PROVIDERS["openai_compatible"], "org/model")


def test_nothing_set_and_the_default_are_the_offline_analyst():
    assert is_offline("") and is_offline(OFFLINE_MODEL) and is_offline("offline") and not is_offline("ollama")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gpt-4o", "'gpt-4o' is no provider; AIDISCOVER_MODEL takes offline, openai, azure, anthropic, bedrock"),
        ("openai, mistral/large", "'mistral' is no provider"),
        ("openai_compatible", "has no default model; name one"),
        ("openai, offline", "policy llm.offline_fallback"),
    ],
)
def test_a_wrong_chain_says_what_is_wrong_and_what_to_write(text, words):
    with pytest.raises(ConfigError, match=words):
        read_chain(text)


def test_a_missing_key_names_every_variable_and_the_way_without():
    with pytest.raises(MissingKey) as caught:
        connection_of(PROVIDERS["azure"], {"AZURE_API_BASE": "https://x"}, no_secret)
    assert "AZURE_API_VERSION" in str(caught.value) and "AZURE_API_KEY" in str(caught.value)
    assert "AZURE_API_BASE" not in str(caught.value)
    assert "or unset AIDISCOVER_MODEL to work offline" in str(caught.value)
    assert "'aidiscover llm key set azure'" in str(caught.value)


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda row: row.name)
def test_what_a_provider_needs_is_what_its_row_says(provider):
    everything = {variable: f"value of {variable}" for variable in provider.needs.values()}
    assert connection_of(provider, everything, no_secret) == {
        name: f"value of {variable}" for name, variable in provider.needs.items()
    }
    for variable in everything:
        with pytest.raises(MissingKey, match=variable):
            connection_of(provider, {**everything, variable: ""}, no_secret)


def test_a_stored_key_wins_over_the_environment():
    stored = {"llm/openai": "of the tenant"}.get
    assert connection_of(PROVIDERS["openai"], {"OPENAI_API_KEY": "of all"}, stored)["api_key"] == "of the tenant"
    assert connection_of(PROVIDERS["openai"], {}, stored)["api_key"] == "of the tenant"
    assert connection_of(PROVIDERS["openai"], {"OPENAI_API_KEY": "of all"}, no_secret)["api_key"] == "of all"


def test_limits_are_the_rows_own_until_a_setting_changes_them():
    limits = read_limits("openai=4:60, ollama=2:0:9000")
    assert limits["openai"] == Limits(4, 60, PROVIDERS["openai"].limits.tokens_per_minute)
    assert limits["ollama"] == Limits(2, 0, 9000)
    assert limits["anthropic"] == PROVIDERS["anthropic"].limits


@pytest.mark.parametrize("text", ["openai", "openai=0", "openai=x", "openai=1:2:3:4", "mistral=3", "openai=-1"])
def test_a_wrong_limit_is_quoted_with_the_form_it_should_have(text):
    with pytest.raises(ConfigError, match=f"AIDISCOVER_MODEL_LIMITS item '{text}'.*openai=4:500:200000"):
        read_limits(text)


@pytest.mark.parametrize(
    ("favours", "effort", "tier"),
    [
        ("cost", "low", "small"),
        ("cost", "high", "small"),
        ("balanced", "low", "small"),
        ("balanced", "high", "large"),
        ("accuracy", "low", "large"),
        ("accuracy", "high", "large"),
    ],
)
def test_the_policy_chooses_a_tier(favours, effort, tier):
    assert chosen_model(LlmPolicy(models=favours), "discovery", "read", effort) == tier


def test_a_named_model_wins_over_the_tier_and_a_task_over_its_crew():
    policy = LlmPolicy(models="cost", model_for={"discovery": "openai/a", "discovery.group": "openai/b"})
    assert chosen_model(policy, "discovery", "group", "low") == "openai/b"
    assert chosen_model(policy, "discovery", "read", "high") == "openai/a"
    assert chosen_model(policy, "assessment", "group", "high") == "small"


def test_every_policy_has_a_tier_for_every_effort():
    favours = LlmPolicy.model_json_schema()["properties"]["models"]["enum"]
    assert set(CHOICES) == set(favours) and all(set(row) == {"low", "high"} for row in CHOICES.values())


def test_the_table_is_read_without_any_sdk():
    code = "import sys, resources.llm.providers; sys.exit(bool({'litellm', 'openai', 'httpx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
