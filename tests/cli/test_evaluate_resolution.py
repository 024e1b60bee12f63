"""`evaluate resolution`: labels are never features, every row has a cluster, and what is wrong is one clear line."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.evaluate import evaluate
from aidiscover_pipelines.demo.noisy_estate import noisy_estate
from aidiscover_pipelines.domain.errors import EmptyFile, InputError, MissingFile


def evaluated(tmp_path: Path, frame: pd.DataFrame, name: str = "gold.csv", sep: str = ",") -> dict:
    frame.to_csv(tmp_path / name, index=False, sep=sep)
    result = CliRunner().invoke(evaluate, ["resolution", "--gold", str(tmp_path / name), "--json"])
    assert result.exception is None, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def estate() -> pd.DataFrame:
    return noisy_estate(900, 21)


@pytest.mark.parametrize("without", [[], ["source"]])
def test_a_file_of_labelled_records_is_measured_with_and_without_a_source_column(tmp_path, estate, without) -> None:
    document = evaluated(tmp_path, estate.drop(columns=without))
    assert document["f1"] >= 0.99 and document["precision"] >= 0.995
    assert len(document["clusters"]) == document["rows"] == len(estate)
    assert document["sources"] == (1 if without else 3)
    assert document["seconds"] > 0


def test_labels_are_no_features_and_may_be_blank(tmp_path, estate) -> None:
    """Labels that say the opposite, that are blank, or that look like a key change no cluster."""
    plain = evaluated(tmp_path, estate)
    for number, labels in enumerate((range(len(estate)), [""] * len(estate), ["10.0.0.1"] * len(estate))):
        relabelled = estate.assign(true_id=pd.Series(labels, index=estate.index).astype("str"))
        document = evaluated(tmp_path, relabelled, f"gold{number}.csv")
        assert document["clusters"] == plain["clusters"]
    assert evaluated(tmp_path, estate.assign(true_id=""), "blank.csv")["f1"] is None


def test_clusters_stand_in_the_order_of_the_file(tmp_path, estate) -> None:
    reversed_rows = evaluated(tmp_path, estate.iloc[::-1], "reversed.csv")
    plain = evaluated(tmp_path, estate)
    together = pd.Series(plain["clusters"]).groupby(reversed_rows["clusters"][::-1]).nunique()
    assert (together == 1).all() and reversed_rows["f1"] == plain["f1"]


def test_rows_that_nothing_can_be_read_from_have_clusters_of_their_own(tmp_path) -> None:
    frame = pd.DataFrame(
        {
            "hostname": ["web01", "", "WEB01.corp.example.com", "mail\nserver", "", "web01"],
            "ip": ["10.0.0.1", "", "10.0.0.1", "10.0.0.2", "", "10.0.0.1"],
            "true_id": ["a", "b", "a", "c", "d", "a"],
        }
    )
    document = evaluated(tmp_path, frame, sep=";")
    clusters = document["clusters"]
    assert clusters[0] == clusters[2] == clusters[5]
    assert len(set(clusters)) == 4 and document["rows_left_out"] == 2
    assert document["f1"] == 1.0


def test_applications_are_resolved_too(tmp_path) -> None:
    names = ["Web Shop", "web shop", "Billing", "Billing (Prod)", "Payroll", "HR Portal"]
    frame = pd.DataFrame(
        {
            "Application Name": names * 3,
            "Business Criticality": ["High", "Low"] * 9,
            "Business Owner": ["A. Novak", "B. Hansen", "C. Moreau"] * 6,
            "Technology Stack": ["Java; Spring", "PHP", ".NET"] * 6,
            "true_id": ["shop", "shop", "bill", "bill", "pay", "hr"] * 3,
        }
    )
    document = evaluated(tmp_path, frame)
    assert (document["entity"], document["f1"]) == ("application", 1.0)


def test_generated_records_are_measured_as_a_table_for_people() -> None:
    result = CliRunner().invoke(evaluate, ["resolution", "--records", "400", "--seed", "3"])
    assert "precision" in result.output and "400 generated records" in result.output


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (None, MissingFile, "no such file"),
        ("", EmptyFile, "it is empty"),
        ("hostname,true_id\n", EmptyFile, "no rows"),
        ("hostname,ip\nweb01,10.0.0.1\n", InputError, "no column 'true_id'"),
        ("true_id\n1\n", InputError, "no column beside"),
        (b"\xff\xfe\x00h\x00", InputError, "no CSV in UTF-8"),
        ('a,true_id\n"x,1\n1,2,3,4\n', InputError, "no CSV in UTF-8"),
    ],
)
def test_what_is_no_gold_file_is_one_clear_line(tmp_path, text, kind, message) -> None:
    gold = tmp_path / "gold.csv"
    if text is not None:
        gold.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = CliRunner().invoke(evaluate, ["resolution", "--gold", str(gold), "--json"])
    assert isinstance(result.exception, kind), result.exception
    assert message in str(result.exception) and "\n" not in str(result.exception)


@pytest.mark.parametrize("arguments", [[], ["--gold", "x.csv", "--records", "10"]])
def test_it_takes_a_file_or_a_number(arguments) -> None:
    assert CliRunner().invoke(evaluate, ["resolution", *arguments]).exit_code == 2
