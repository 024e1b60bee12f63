"""Training on a few small sheets: repeatable, blind where asked, and able to learn."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.mapping.model import TRUST_NAMES, Model, model_from, trained
from aidiscover_pipelines.mapping.templates import Template, TemplateColumn
from aidiscover_pipelines.mapping.training import Example, examples, fit, train, without_families, write
from aidiscover_pipelines.mapping.wordings import INDEX

COLUMNS = (
    ("Server", "asset_name", ("srv1", "srv2")),
    ("OS", "os_name", ("RHEL 8", "Windows Server 2019")),
    ("IP", "ip_address", ("10.0.0.1", "10.0.0.2")),
    ("RAM (GB)", "memory_mb", ("16", "64")),
    ("Cores", "cpu_cores", ("4", "8")),
    ("Widget", "ignore", ("a", "b")),
)


def small_sheet(product: str, columns: Sequence[tuple[str, str, tuple[str, ...]]] = COLUMNS) -> Template:
    listed = tuple(TemplateColumn(header, field, samples, None, None, ()) for header, field, samples in columns)
    return Template(product.lower(), product, "en", "Servers", EntityKind.ASSET, listed)


@pytest.fixture(scope="module")
def labelled() -> list[Example]:
    """Eight sheets of eight invented products; every other one asks for something to be left out under another name."""
    products = ("Aldex", "Borvo", "Cimtra", "Dorpa", "Eltix", "Fimbo", "Garlo", "Hexum")
    return examples(
        [
            small_sheet(
                product, (*COLUMNS[:-1], (f"{product} widget" if place % 2 else "Widget", "ignore", ("a", "b")))
            )
            for place, product in enumerate(products)
        ]
    )


@pytest.fixture(scope="module")
def puzzling(labelled: list[Example]) -> list[Example]:
    """The same and a ninth that nobody guesses, as the confidence is fitted on hits and misses."""
    odd = (("OS", "vendor", ("RHEL 8",)), ("IP", "tags", ("10.0.0.1",)), ("Server", "annual_cost", ("srv1",)))
    return [*labelled, *examples([small_sheet("Oddity", odd)])]


def right_share(model: Model, labelled: Sequence[Example]) -> float:
    hits = [
        example.right[np.arange(len(example.right)), model.probabilities(example.features).argmax(axis=1)]
        for example in labelled
    ]
    return float(np.concatenate(hits).mean())


@pytest.fixture(scope="module")
def held(puzzling: list[Example]) -> dict[str, Any]:
    return train(puzzling)


def test_training_twice_gives_the_same_bytes(puzzling: list[Example], held: dict[str, Any]) -> None:
    assert write(train(puzzling)) == write(held)
    assert write(held).endswith("}\n")


def test_an_example_is_right_for_its_field_and_for_second_opinions() -> None:
    column = TemplateColumn("Server", "asset_name", (), None, None, ("hostname",))
    (example,) = examples([Template("t", "Tool", "en", "s", EntityKind.ASSET, (column,))])
    assert example.family == "tool"
    assert np.flatnonzero(example.right[0]).tolist() == sorted((INDEX["asset_name"], INDEX["hostname"]))


def test_what_few_sheets_say_is_learnt(labelled: list[Example]) -> None:
    assert right_share(fit(labelled), labelled) == 1.0


def test_the_written_model_reads_back_as_it_was_fitted(labelled: list[Example], held: dict[str, Any]) -> None:
    restored = model_from(held)
    assert held["sheets"] == 9
    assert held["labelled columns"] == 8 * len(COLUMNS) + 3
    assert right_share(restored, labelled) == 1.0
    assert len(restored.trust) == len(TRUST_NAMES)


def test_an_unusual_meaning_is_learnt_only_from_sheets_that_say_it() -> None:
    unusual = ("OS", "code_quality_score", ("RHEL 8", "Windows Server 2019"))
    taught = examples([small_sheet(f"Tool{n}", (*COLUMNS[:1], unusual, *COLUMNS[2:])) for n in range(6)])
    usual = examples([small_sheet("Plain")])
    assert right_share(fit(taught), taught) == 1.0
    assert right_share(fit(usual), taught) < 1.0


def test_leaving_families_out_excludes_them_and_keeps_the_confidence(labelled: list[Example]) -> None:
    shipped = trained()
    blind = without_families(labelled, frozenset({"aldex", "borvo"}), shipped)
    rest = [example for example in labelled if example.family not in {"aldex", "borvo"}]
    alone = without_families(rest, frozenset(), shipped)
    np.testing.assert_array_equal(blind.pairs, alone.pairs)
    np.testing.assert_array_equal(blind.columns, alone.columns)
    np.testing.assert_array_equal(blind.trust, shipped.trust)
    assert blind.trust_bias == shipped.trust_bias


def test_a_start_near_the_answer_leads_to_the_same_model(labelled: list[Example]) -> None:
    cold = fit(labelled)
    warm = fit(labelled, start=cold)
    for example in labelled:
        np.testing.assert_allclose(
            warm.probabilities(example.features), cold.probabilities(example.features), atol=0.02
        )
