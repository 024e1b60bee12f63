"""Which names are spellings of one application, in small and in large blocks, and what a text in a file means."""

import pandas as pd
import pytest

from aidiscover_pipelines.inventory.applications.names import name_applications
from aidiscover_pipelines.inventory.references import casefolded, find, find_assets
from aidiscover_pipelines.inventory.resolution.identity import decision_rows

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "islet", "jetty")


def cells(*lists: list[str]) -> pd.DataFrame:
    """Each list of names as the records of a file of its own."""
    rows = [
        (f"f{number}.1.{row}.1", f"f{number}.1.{row}", f"f{number}", "application", "application_name", name, name)
        for number, names in enumerate(lists)
        for row, name in enumerate(names, start=2)
    ]
    columns = ["evidence_id", "record_id", "file_id", "entity", "field", "value", "original"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def groups(*lists: list[str]) -> set[frozenset[str]]:
    naming = name_applications(cells(*lists), decision_rows())
    group = pd.Series(naming.merge.group[naming.named["node"].to_numpy()])
    together = naming.named.groupby(group.to_numpy())["text"].agg(frozenset)
    return {names for names in together if len(names) > 1}


@pytest.mark.parametrize("others", [0, 60])
def test_a_slip_of_the_pen_is_found_however_many_names_begin_alike(others: int) -> None:
    names = [f"Customer {one} {two} ledger" for one in WORDS for two in WORDS][:others]
    right, wrong = "Customer complaint registry", "Customer complaint registri"
    assert groups([right, *names], [wrong]) == {frozenset((right, wrong))}
    assert groups([right, wrong, *names]) == set()  # one list knows what it lists


def test_names_with_other_digits_are_two_whatever_else_they_share() -> None:
    assert groups(["Customer complaint registry 14"], ["Customer complaint registry 15"]) == set()


def test_a_text_means_what_its_own_file_calls_so_then_what_anyone_does() -> None:
    names = pd.DataFrame(
        [("a", "web", "f"), ("b", "web", "g"), ("c", "db", "g"), ("d", "app", "f"), ("e", "app", "f"), ("x", "", "f")],
        columns=["entity_id", "key", "file"],
        dtype="str",
    )
    asked = [("web", "f"), ("web", "g"), ("web", "h"), ("db", "f"), ("app", "f"), ("", "f"), ("no", "f")]
    keys, files = (pd.Series(column, dtype="str", index=range(5, 12)) for column in zip(*asked, strict=True))
    found = find(names, keys, files)
    assert found.index.equals(keys.index)
    assert found.fillna("?").tolist() == ["a", "b", "?", "c", "?", "?", "?"]
    assert find(names[:0], keys, files).isna().all()
    assert find(names, keys[:0], files[:0]).empty


def test_assets_are_found_by_short_names_and_by_each_of_several_addresses() -> None:
    values = pd.DataFrame(
        [
            ("s1", "hostname", "Web1.Corp.Example", "f.1.2.1"),
            ("s1", "ip_address", "10.0.0.1; 10.0.0.2", "f.1.2.2"),
            ("s2", "asset_name", "10.0.0.9", "f.1.3.1"),
            ("s3", "asset_name", "STRASSE", "f.1.4.1"),
        ],
        columns=["entity_id", "field", "value", "evidence_id"],
        dtype="str",
    )
    asked = pd.Series(["web1", " WEB1.corp.example ", "10.0.0.2", "10", "straße"], dtype="str")
    found = find_assets(values, asked, pd.Series("f", index=asked.index, dtype="str"))
    assert found.fillna("?").tolist() == ["s1", "s1", "s1", "?", "s3"]


def test_folding_is_that_of_python_and_keeps_what_is_missing() -> None:
    texts = pd.Series(["ABC", None, "Straße", "İx"], dtype="str", index=[3, 1, 2, 0])
    folded = casefolded(texts)
    assert folded.index.equals(texts.index)
    assert folded.isna().tolist() == [False, True, False, False]
    assert folded.dropna().tolist() == [text.casefold() for text in ("ABC", "Straße", "İx")]
