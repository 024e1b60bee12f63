"""All settings, read once from the environment at the roof and passed down. Defaults run offline with no key."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aidiscover_pipelines.domain.errors import ConfigError

OFFLINE_MODEL = "offline/analyst-v1"
OFFLINE_EMBEDDER = "offline/words-v1"


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
    Setting("AIDISCOVER_CLOUDS", "", "Comma-separated clouds to scan (aws); empty scans none"),
    Setting("AIDISCOVER_AWS_REGIONS", "eu-central-1", "Comma-separated AWS regions to scan"),
    Setting("AIDISCOVER_AWS_ENDPOINT", "", "Endpoint override for AWS, such as a local test server"),
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
    clouds: tuple[str, ...]
    aws_regions: tuple[str, ...]
    aws_endpoint: str

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
            clouds=_items(values["AIDISCOVER_CLOUDS"]),
            aws_regions=_items(values["AIDISCOVER_AWS_REGIONS"]),
            aws_endpoint=values["AIDISCOVER_AWS_ENDPOINT"],
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


def _items(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())
