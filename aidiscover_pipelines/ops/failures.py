"""How our error tree reads in Dagster's words; the only module that knows its retry rules.

Dagster has three ways to try again: an op's RetryPolicy, a raised RetryRequested, and run retries. `Failure` with
allow_retries=False stops the first; the others are not used here.

    ConfigError, InputError, Permanent   fail now: the same again cannot help
    Retriable                            the op's policy tries again
    Skippable                            a gap: recorded, the run goes on
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from aidiscover_pipelines.domain.errors import ConfigError, DiscoveryError, InputError, Permanent, Retriable

# A dropped connection is back within seconds; jitter keeps parallel tenants from returning together.
RETRY = dg.RetryPolicy(max_retries=2, delay=1, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


@contextmanager
def translated() -> Iterator[None]:
    """Raise what Dagster understands in place of our errors. Other exceptions pass: they are bugs, with their trace."""
    try:
        yield
    except (ConfigError, InputError, Permanent) as error:
        raise dg.Failure(description=str(error), metadata=_facts(error), allow_retries=False) from error
    except Retriable as error:
        raise dg.Failure(description=str(error), metadata=_facts(error), allow_retries=True) from error


def _facts(error: DiscoveryError) -> dict[str, str]:
    return {"error": type(error).__name__, "what to do": str(error).rpartition("; ")[2]}
