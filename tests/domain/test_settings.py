"""Settings are read once, typed, and named in the message when wrong."""

from pathlib import Path

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL, SETTINGS, Settings


def test_defaults_run_offline_on_the_embedded_database():
    settings = Settings.from_environment({})
    assert settings.model == OFFLINE_MODEL
    assert settings.database_url == ""
    assert settings.clouds == ()
    assert settings.home == Path(".aidiscover").absolute()


def test_values_are_typed():
    settings = Settings.from_environment(
        {"AIDISCOVER_KICKOFFS": "12", "AIDISCOVER_CLOUDS": "aws, ", "AIDISCOVER_SETTLE_SECONDS": " 0.5 "}
    )
    assert (settings.kickoffs, settings.clouds, settings.settle_s) == (12, ("aws",), 0.5)


@pytest.mark.parametrize("value", ["many", "-1"])
def test_a_wrong_number_names_its_variable(value):
    with pytest.raises(ConfigError, match="AIDISCOVER_KICKOFFS"):
        Settings.from_environment({"AIDISCOVER_KICKOFFS": value})


def test_every_setting_says_what_it_does():
    assert all(setting.help and setting.name.startswith("AIDISCOVER_") for setting in SETTINGS)


def test_workers_need_a_known_executor_and_a_redis():
    with pytest.raises(ConfigError, match=r"AIDISCOVER_EXECUTOR='cluster'.*celery-runs"):
        Settings.from_environment({"AIDISCOVER_EXECUTOR": "cluster"})
    with pytest.raises(ConfigError, match="AIDISCOVER_BROKER_URL") as raised:
        Settings.from_environment({"AIDISCOVER_EXECUTOR": "celery-steps", "AIDISCOVER_BROKER_URL": "amqp://:secret@x"})
    assert "secret" not in str(raised.value)
