"""All settings, read once from the environment at the roof and passed down. Defaults run offline with no key."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from aidiscover_pipelines.domain.errors import ConfigError

OFFLINE_MODEL = "offline/analyst-v1"
OFFLINE_EMBEDDER = "offline/words-v1"


class Executor(StrEnum):
    """Where runs that the daemon starts are executed."""

    IN_PROCESS = "in-process"
    CELERY_RUNS = "celery-runs"
    CELERY_STEPS = "celery-steps"


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, its default and what it does. docs/operations.md lists them all."""

    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "AIDISCOVER_HOME", ".aidiscover", "Project data directory: database, uploads, originals, quarantine, reports"
    ),
    Setting("AIDISCOVER_DATABASE_URL", "", "External PostgreSQL (postgresql://...); empty starts the embedded one"),
    Setting(
        "AIDISCOVER_MODEL",
        OFFLINE_MODEL,
        "Models the crews ask, in order: providers, or models as litellm spells them; the default needs no key",
    ),
    Setting("AIDISCOVER_MODEL_LIMITS", "", "What one process may ask of a provider: openai=4:500:200000, ollama=1"),
    Setting("AIDISCOVER_MODEL_SECONDS", "120", "Most time for one answer of a model"),
    Setting(
        "AIDISCOVER_MASTER_KEY",
        "",
        "Key that seals stored secrets, 32 bytes in base64, older ones after a comma; empty keeps a key ring in keys/",
    ),
    Setting(
        "AIDISCOVER_EMBEDDINGS",
        OFFLINE_EMBEDDER,
        "Model that compares memories, such as openai/text-embedding-3-small; the default needs no key",
    ),
    Setting("AIDISCOVER_KICKOFFS", "200", "Most crew kickoffs in one bulk run"),
    Setting("AIDISCOVER_SETTLE_SECONDS", "2", "An upload counts as complete when unchanged for this long"),
    Setting(
        "AIDISCOVER_EXECUTOR",
        Executor.IN_PROCESS,
        "Who executes runs: in-process, or workers that take whole runs (celery-runs) or steps of one (celery-steps)",
    ),
    Setting("AIDISCOVER_BROKER_URL", "", "Redis that hands work to workers (redis://:password@host:6379/0)"),
    Setting("AIDISCOVER_RUNS", "4", "Most runs at the same time; with celery-runs as many as there are workers"),
    Setting(
        "AIDISCOVER_CLOUDS",
        "",
        "Clouds (aws, azure, gcp; comma-separated) to scan with ambient credentials for tenants without connections",
    ),
    Setting("AIDISCOVER_AWS_REGIONS", "eu-central-1", "AWS regions (comma-separated) of connections that name none"),
    Setting(
        "AIDISCOVER_ADVISORIES",
        "",
        "Published vulnerabilities in the OSV format: a JSON file, a folder of them, or a ZIP; empty counts none",
    ),
    Setting("AIDISCOVER_AWS_ENDPOINT", "", "Endpoint of AWS for AIDISCOVER_CLOUDS, such as a local test server"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings as typed values. Paths are absolute."""

    home: Path
    database_url: str
    model: str
    model_limits: str
    model_timeout_s: float
    master_key: str = field(repr=False)
    embeddings: str
    kickoffs: int
    settle_s: float
    executor: Executor
    broker_url: str = field(repr=False)
    runs: int
    clouds: tuple[str, ...]
    aws_regions: tuple[str, ...]
    aws_endpoint: str
    advisories: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read every setting. Raises: ConfigError naming the variable."""
        source = os.environ if environment is None else environment
        values = {setting.name: source.get(setting.name, "").strip() or setting.default for setting in SETTINGS}
        return cls(
            home=Path(values["AIDISCOVER_HOME"]).expanduser().absolute(),
            database_url=values["AIDISCOVER_DATABASE_URL"],
            model=values["AIDISCOVER_MODEL"],
            model_limits=values["AIDISCOVER_MODEL_LIMITS"],
            model_timeout_s=_number("AIDISCOVER_MODEL_SECONDS", values),
            master_key=values["AIDISCOVER_MASTER_KEY"],
            embeddings=values["AIDISCOVER_EMBEDDINGS"],
            kickoffs=int(_number("AIDISCOVER_KICKOFFS", values)),
            settle_s=_number("AIDISCOVER_SETTLE_SECONDS", values),
            executor=_executor(values),
            broker_url=_broker_url(values),
            runs=int(_number("AIDISCOVER_RUNS", values)),
            clouds=_items(values["AIDISCOVER_CLOUDS"]),
            aws_regions=_items(values["AIDISCOVER_AWS_REGIONS"]),
            aws_endpoint=values["AIDISCOVER_AWS_ENDPOINT"],
            advisories=values["AIDISCOVER_ADVISORIES"],
        )


def _number(name: str, values: Mapping[str, str]) -> float:
    try:
        number = float(values[name])
    except ValueError:
        raise ConfigError(
            f"cannot read setting {name}={values[name]!r}: expected a number; correct or unset it"
        ) from None
    if number < 0:
        raise ConfigError(f"cannot use setting {name}={values[name]!r}: it must not be negative; correct or unset it")
    return number


def _executor(values: Mapping[str, str]) -> Executor:
    name = values["AIDISCOVER_EXECUTOR"]
    if name not in set(Executor):
        raise ConfigError(
            f"cannot use setting AIDISCOVER_EXECUTOR={name!r}: expected {', '.join(Executor)}; correct or unset it"
        )
    return Executor(name)


def _broker_url(values: Mapping[str, str]) -> str:
    """Checked only where it is used. Its value may hold a password and is not repeated."""
    url, executor = values["AIDISCOVER_BROKER_URL"], values["AIDISCOVER_EXECUTOR"]
    if executor != Executor.IN_PROCESS and not url.startswith(("redis://", "rediss://")):
        raise ConfigError(
            f"cannot use setting AIDISCOVER_EXECUTOR={executor!r}: AIDISCOVER_BROKER_URL names no Redis; set it to "
            "redis://:password@host:6379/0, or unset AIDISCOVER_EXECUTOR"
        )
    return url


def _items(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())
