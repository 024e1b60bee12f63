"""What a person said of a column decides it, holds where it was meant, and helps similar columns elsewhere."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.odds import MOST_SHIFT, shifted
from aidiscover_pipelines.mapping.answers import Answer
from aidiscover_pipelines.mapping.columns import fingerprint, header_words, name_pattern
from aidiscover_pipelines.mapping.corrections import apply_corrections, in_force
from aidiscover_pipelines.mapping.rank import ACCEPT_FROM
from aidiscover_pipelines.mapping.trust import trust_of

OWNERS = ["Ann Lee", "Bo Chen"]
ADDRESSES = ["10.0.0.1", "10.0.0.2"]


def rows(mappings, names, corrections, values=None):
    out = apply_corrections(mappings, names, values or [[] for _ in range(len(mappings))], corrections)
    assert out["reason"].str.len().min() > 0, "why this field is always answered"
    return out.to_dict("records")


def test_without_corrections_the_frame_is_left_alone(mapped, taught, names):
    before = mapped("Owner")
    assert apply_corrections(before, names, [[]], None) is before
    assert apply_corrections(before, names, [[]], taught()) is before


def test_a_corrected_header_has_its_field_and_says_who_said_so(mapped, taught, said, names):
    first, second = rows(mapped("OWNER_", "Notes"), names, taught(said("Owner", "business_owner")))
    assert (first["field"], first["decision"], first["confidence"]) == ("business_owner", "accept", 0.98)
    assert first["reason"] == (
        "corrected by ann on 2026-11-21: 'Owner' is business_owner; the mapper read description (0.60)"
    )
    assert first["alternatives"][0] == {"field": "description", "confidence": 0.6}
    assert second["field"] == "description"


def test_a_header_can_be_said_to_carry_nothing(mapped, taught, said, names):
    (row,) = rows(mapped("Sort key"), names, taught(said("Sort key", "ignore")))
    assert pd.isna(row["field"]) and row["decision"] == "ignore"
    assert row["reason"].startswith("corrected by ann on 2026-11-21: 'Sort key' carries no field")


def test_unit_and_statistic_are_the_persons_or_read_anew(mapped, taught, said, names):
    corrections = taught(
        said("Mem", "memory_mb", unit="GiB"), said("CPU peak %", "cpu_util_pct"), said("Use", "cpu_util_pct")
    )
    mem, cpu, use = rows(mapped("Mem", "CPU peak %", "Use", unit="bytes"), names, corrections, [["8"], ["90"], []])
    assert (mem["unit"], cpu["unit"], cpu["statistic"]) == ("GiB", "%", "max")
    assert pd.isna(use["unit"])


def test_a_later_contrary_correction_wins_and_the_earlier_one_stays_as_history(mapped, taught, said, names):
    corrections = taught(said("Owner", "technical_owner", 5), said("Owner", "business_owner", 1))
    assert in_force(corrections)["field"].tolist() == ["technical_owner"]
    assert len(corrections) == 2
    (row,) = rows(mapped("Owner"), names, corrections)
    assert row["field"] == "technical_owner"


def test_the_correction_of_this_source_comes_before_that_of_every_source(mapped, taught, said, names):
    corrections = taught(said("Owner", "technical_owner", 1, source="assets_*.csv"), said("Owner", "business_owner", 9))
    here, there = mapped("Owner", file_id="f2"), mapped("Owner")
    assert rows(here, names, corrections)[0]["field"] == "technical_owner"
    assert rows(there, names, corrections)[0]["field"] == "business_owner"


def test_a_correction_of_one_sheet_decides_that_sheet_only(mapped, taught, said, names):
    corrections = taught(said("Name", "asset_name", sheet="vInfo"))
    both = pd.concat(
        [mapped("Name", sheet="vInfo"), mapped("Name", sheet="vDatastore", sheet_index=2, confidence=0.95)]
    )
    first, second = rows(both, names, corrections)
    assert (first["field"], second["field"]) == ("asset_name", "description")


def test_the_next_export_of_a_source_is_known_by_its_pattern_or_its_headers():
    assert name_pattern("RVTools_2026-03-01_10.15.xlsx") == "RVTools_*.xlsx"
    assert name_pattern("my*.csv") == "my*.csv"
    assert name_pattern("2026.csv") == "2026.csv", "a pattern without a letter would fit every file"
    assert name_pattern("a[1]_20260301.csv") == "a[[]1]_*.csv"
    assert fingerprint(["Owner", "OS name"]) == fingerprint(["os_name", "OWNER"]) != fingerprint(["Owner"])
    assert header_words("Custom 1") != header_words("Custom 2")
    assert header_words("***") == "***"


def test_a_renamed_file_with_the_same_headers_is_the_same_source(mapped, taught, said, names):
    correction = said("Owner", "technical_owner", values=OWNERS, source="export.csv")
    (row,) = rows(mapped("Owner"), names, taught(correction))
    assert row["decision"] == "accept" and row["confidence"] == 0.99


def test_a_similar_column_elsewhere_is_raised_and_says_by_what(mapped, taught, said, names):
    corrections = taught(said("Technical Owner Name", "technical_owner", values=OWNERS, source="old.csv"))
    row, _ = rows(mapped("Technical Owner Names", "Size"), names, corrections, [OWNERS, []])
    assert row["field"] == "technical_owner"
    assert row["confidence"] > 0.6
    assert "like 'Technical Owner Name' (" in row["reason"] and "ann on 2026-11-21" in row["reason"]


def test_values_that_contradict_stop_a_similar_correction(mapped, taught, said, names):
    corrections = taught(said("Owner", "technical_owner", values=OWNERS, source="old.csv"))
    row, _ = rows(mapped("Owner", "Size", file_id="f2"), names, corrections, [ADDRESSES, []])
    assert (row["field"], row["confidence"]) == ("description", 0.6)


def test_without_values_on_both_sides_a_person_is_asked(mapped, taught, said, names):
    corrections = taught(said("Owner", "technical_owner", source="old.csv"))
    (row,) = rows(mapped("Owner"), names, corrections, [OWNERS])
    assert (row["field"], row["decision"]) == ("technical_owner", "review")


def test_agreement_with_a_similar_correction_makes_a_doubtful_column_sure(mapped, taught, said, names):
    corrections = taught(said("Owner", "technical_owner", source="old.csv"))
    (row,) = rows(mapped("Owner", field="technical_owner"), names, corrections)
    assert row["decision"] == "accept" and 0.9 <= row["confidence"] < 0.99


def test_a_surer_choice_of_the_mapper_keeps_its_field_and_gains_an_alternative(mapped, taught, said, names):
    corrections = taught(said("Owner", "technical_owner", source="old.csv"))
    (row,) = rows(mapped("Owner", confidence=0.97, decision="accept"), names, corrections)
    assert (row["field"], row["decision"]) == ("description", "accept")
    assert {other["field"] for other in row["alternatives"]} == {"technical_owner", "tags"}


def test_contrary_corrections_elsewhere_decide_nothing_and_one_here_beats_them(mapped, taught, said, names):
    elsewhere = [said("Owner", "technical_owner", source="a.csv"), said("Owner", "business_owner", 1, source="b.csv")]
    (row,) = rows(mapped("Owner"), names, taught(*elsewhere))
    assert (row["field"], row["decision"]) == ("description", "review")
    (row,) = rows(mapped("Owner"), names, taught(*elsewhere, said("Owner", "vendor", 2, source="cmdb.csv")))
    assert (row["field"], row["decision"]) == ("vendor", "accept")


def test_a_corrected_key_takes_the_only_place_and_no_crew_can_offer_it_again(mapped, taught, said, names):
    before = mapped(
        "VM", "Label", "Other", field=["asset_name", "description", "tags"], confidence=[0.95, 0.6, 0.6],
        alternatives=[[{"field": "hostname", "confidence": 0.03}], [], [{"field": "asset_name", "confidence": 0.3}]],
    )  # fmt: skip
    vm, label, other = rows(before, names, taught(said("Label", "asset_name")))
    assert label["field"] == "asset_name"
    assert (vm["field"], vm["decision"]) == ("hostname", "review")
    assert "column 'Label' is the sheet's asset_name" in vm["reason"]
    assert other["alternatives"] == []


def test_a_column_that_loses_its_field_and_has_no_other_is_ignored(mapped, taught, said, names):
    before = mapped("VM", "Label", field="asset_name", alternatives=[[], []])
    vm, _ = rows(before, names, taught(said("Label", "asset_name")))
    assert pd.isna(vm["field"]) and vm["decision"] == "ignore"


def test_naming_the_key_of_a_left_out_sheet_brings_the_sheet_back(mapped, taught, said, names):
    before = mapped(
        "Ding", "OS", entity=None, reason="sheet left out: it has no key; resembles", confidence=[0.6, 0.95]
    )
    ding, os = rows(before, names, taught(said("Ding", "asset_name", source="cmdb.csv")))
    assert ding["entity"] == os["entity"] == "asset"
    assert os["decision"] == "accept"
    assert os["reason"] == "sheet used since 'Ding' is asset_name; resembles"


def test_a_sheet_stays_left_out_without_a_key_or_without_an_answer_about_its_source(mapped, taught, said, names):
    before = mapped("Ding", "OS", entity=None, reason="sheet left out: it has no key; resembles")
    for correction in (said("Ding", "asset_name"), said("Ding", "vendor", source="cmdb.csv")):
        after = rows(before, names, taught(correction))
        assert all(pd.isna(row["entity"]) for row in after)
        assert all(row["reason"].startswith("sheet left out: it has no key") for row in after)


def test_both_ends_make_a_sheet_of_dependencies(mapped, taught, said, names):
    before = mapped("Von", "Nach", entity=None, reason="sheet left out: it has no key; resembles")
    ends = taught(said("Von", "dep_source", source="cmdb.csv"), said("Nach", "dep_target", source="cmdb.csv"))
    assert {row["entity"] for row in rows(before, names, ends)} == {"dependency"}


def test_trust_follows_how_often_the_mapper_was_upheld(mapped, taught, said, names):
    def answers(field):
        about = {"source": "cmdb.csv", "mapping": {"field": "vendor", "confidence": 0.8}}
        return [said(f"Column {letter}", field, n, **about) for n, letter in enumerate("abcdefghij")]

    upheld, corrected = taught(*answers("vendor")), taught(*answers("description"))
    by_kind = {each.kind: each for each in trust_of(upheld)}
    assert (by_kind["source"].upheld, by_kind["field"].name) == (10, "vendor")
    assert by_kind["field"].posterior == pytest.approx((20 * 0.8 + 10) / 30)
    doubtful = mapped("Unlike anything", field="vendor", confidence=ACCEPT_FROM - 0.02)
    sure = mapped("Unlike anything", field="vendor", confidence=ACCEPT_FROM + 0.02, decision="accept")
    (row,) = rows(doubtful, names, upheld)
    assert row["decision"] == "accept" and "raise the confidence" in row["reason"]
    (row,) = rows(sure, names, corrected)
    assert row["decision"] == "review" and "lower the confidence" in row["reason"]
    assert shifted(0.5, 100) == shifted(0.5, MOST_SHIFT)


def test_an_answer_that_was_foretold_changes_no_trust(taught, said):
    rows_ = [
        said(f"Column {n}", "vendor" if n < 8 else "tags", n, mapping={"field": "vendor", "confidence": 0.8})
        for n in range(10)
    ]
    assert [each.shift for each in trust_of(taught(*rows_))] == [pytest.approx(0)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"field": "os_nam"}, "'os_nam' is no canonical field.*os_name"),
        ({"field": "os_name", "unit": "Gibs"}, "unit 'Gibs' is no known unit; the nearest are GiB"),
        ({"field": "os_name", "statistic": "avrg"}, "statistic 'avrg'.*avg"),
        ({"field": "vendor", "header": " "}, "header without text"),
        ({"field": "vendor", "header": "a\0b"}, "characters that no file can have"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_ones(answer, words):
    with pytest.raises(ConfigError, match=words) as raised:
        Answer(**{"header": "OS", **answer})
    assert "\n" not in str(raised.value)
