"""Accuracy on labelled cases, as a table and as a document."""

import json

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.evaluate import evaluate
from aidiscover_pipelines.domain.errors import InputError, MissingFile

HEADERS = """source,file,header,sample_values,canonical_field,also_accept
acme,servers,Hostname,srv01|srv02,hostname,
acme,servers,RAM (MB),4096|8192,memory_mb,
acme,servers,Betriebssystem,RHEL 8|Windows Server 2019,os_name,
acme,servers,Zeilenfarbe,rot|blau,ignore,
"""
CASES = """case_id,application,technology_stack,database,business_criticality,facts,gold_6r,also_accept,second_opinion
c1,Fax server,Fax software,,Low,enough,retire,,retire
c2,Web shop,Java Spring Boot,PostgreSQL,High,enough,replatform,rehost,replatform
"""


def run(tmp_path, name, text, *arguments):
    gold = tmp_path / "gold.csv"
    gold.write_text(text)
    return CliRunner().invoke(evaluate, [name, "--gold", str(gold), *arguments])


def test_mapping_accuracy_is_a_document(tmp_path):
    document = json.loads(run(tmp_path, "mapping", HEADERS, "--json").stdout)
    assert 0 <= document["macro_accuracy"] <= 1


def test_strategy_agreement_is_a_document_with_raw_predictions(tmp_path):
    document = json.loads(run(tmp_path, "strategy", CASES, "--json").stdout)
    assert {prediction["case_id"] for prediction in document["predictions"]} == {"c1", "c2"}
    assert {"strategy", "confidence", "ranking"} <= set(document["predictions"][0])


def test_people_see_the_figures(tmp_path):
    assert "accuracy" in run(tmp_path, "mapping", HEADERS).output


def test_a_missing_or_foreign_file_is_refused(tmp_path):
    missing = CliRunner().invoke(evaluate, ["mapping", "--gold", str(tmp_path / "none.csv")])
    assert isinstance(missing.exception, MissingFile)
    assert isinstance(run(tmp_path, "strategy", "a,b\n1,2\n").exception, InputError)


@pytest.mark.parametrize("name", ["mapping", "strategy"])
def test_the_gold_file_must_be_named(name):
    assert CliRunner().invoke(evaluate, [name]).exit_code == 2


def test_labels_may_be_blank_and_then_there_are_predictions_alone_in_file_order(tmp_path):
    blank = "".join(f"{','.join(line.split(',')[:4])},,\n" for line in HEADERS.splitlines()[1:])
    document = json.loads(run(tmp_path, "mapping", HEADERS.splitlines()[0] + "\n" + blank, "--json").stdout)
    assert set(document) == {"headers", "predictions"}
    assert [row["header"] for row in document["predictions"]] == [
        "Hostname",
        "RAM (MB)",
        "Betriebssystem",
        "Zeilenfarbe",
    ]
    assert set(document["predictions"][0]) == {"source", "header", "field", "confidence", "decision"}


def test_a_file_that_is_no_csv_gets_one_line(tmp_path):
    gold = tmp_path / "gold.xlsx"
    gold.write_bytes(b"PK\x03\x04" + bytes(range(128, 256)) * 4)
    result = CliRunner().invoke(evaluate, ["mapping", "--gold", str(gold)])
    assert isinstance(result.exception, InputError)
    assert "it is no CSV in UTF-8" in str(result.exception)


@pytest.mark.parametrize("ids", ["a,a", "a,"])
def test_cases_without_an_id_of_their_own_are_refused_with_their_row(tmp_path, ids):
    gold = tmp_path / "gold.csv"
    gold.write_text("case_id,application\n" + "".join(f"{key},CRM\n" for key in ids.split(",")))
    done = CliRunner().invoke(evaluate, ["strategy", "--gold", str(gold)])
    assert "row 3 has no case_id, or that of a row before" in str(done.exception)
