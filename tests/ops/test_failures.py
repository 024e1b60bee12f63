"""Our error tree in Dagster's words: what is tried again and what is not."""

import dagster as dg
import pytest

from aidiscover_pipelines.domain import errors
from aidiscover_pipelines.ops.failures import translated

TRIED_AGAIN = {
    errors.ConfigError("cannot start: no home; set AIDISCOVER_HOME"): False,
    errors.UnknownTenant("acme", "discover"): False,
    errors.UnreadableFile("a.xlsx", "cut off", "export it again"): False,
    errors.StaleWrite("cannot write: a newer run has; start a new run"): False,
    errors.MissingKey("cannot ask 'openai': OPENAI_API_KEY not set; set it"): False,
    errors.ProviderDown("cannot ask 'small': openai answered 500; try again later"): True,
    errors.BudgetExhausted("cannot ask a model: 10 tokens are left; raise the limit"): False,
    errors.Retriable("cannot reach the database; it is tried again"): True,
}


@pytest.mark.parametrize("error", TRIED_AGAIN, ids=lambda error: type(error).__name__)
def test_only_retriable_errors_are_tried_again(error):
    with pytest.raises(dg.Failure) as failure, translated():
        raise error
    assert failure.value.allow_retries is TRIED_AGAIN[error]
    assert failure.value.description == str(error)
    assert failure.value.metadata["error"].value == type(error).__name__


def test_every_branch_of_the_tree_but_skippable_is_mapped():
    branches = set(errors.DiscoveryError.__subclasses__()) - {errors.Skippable}
    assert {branch for branch in branches if any(isinstance(error, branch) for error in TRIED_AGAIN)} == branches


def test_a_bug_keeps_its_own_type():
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError
