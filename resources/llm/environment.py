"""What must stand in the environment before crewai or litellm is imported: no telemetry, no downloads, no prompts.

Both read these at import. Without them crewai 1.15 starts an exporter thread, replaces the process's signal handlers
and calls out; litellm fetches its price list (measured with a socket hook).
"""

import gc
import logging
import os
import warnings
from pathlib import Path

KILL_SWITCHES = {
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_TRACKING": "true",
    "CREWAI_DISABLE_VERSION_CHECK": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",  # anything else lets litellm load a .env file from the working directory
    "ANONYMIZED_TELEMETRY": "False",  # chromadb, which crewai imports
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


# They log a failed call with its error text, and a provider's error text may repeat the prompt.
LOGGERS = ("crewai", "LiteLLM", "instructor")


def prepare_environment(home: Path) -> None:
    """Set every switch, and keep crewai's files below `home`. Overrides what the environment says."""
    os.environ.update(KILL_SWITCHES)
    os.environ["CREWAI_STORAGE_DIR"] = str(home.absolute() / "crewai")


def import_crewai(home: Path) -> None:
    """Import crewai once, quietly; 3 to 4 s and 240 MB the first time, nothing afterwards."""
    prepare_environment(home)
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    # crewai reads its own deprecated fields at every kickoff; catch_warnings is not safe between threads.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"crewai(\.|$)")
    with warnings.catch_warnings():
        # ImportWarning from crewai.rag, deprecations inside its dependencies: nobody here can act on them.
        warnings.simplefilter("ignore")
        # A fifth of the import is the collector's, which looks again and again through what stays for good.
        is_collecting = gc.isenabled()
        gc.disable()
        try:
            import crewai  # noqa: F401  later imports find it loaded
        finally:
            if is_collecting:
                gc.enable()
