"""Of several values the best stands by declared rules, the others stay with a reason, and spelling is no dispute."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.inventory.survivorship.agreement import agree
from aidiscover_pipelines.inventory.survivorship.rules import (
    ANSWERED_AS_A_WHOLE,
    BY_KIND,
    SURVIVORSHIP,
    UNION_FIELDS,
    Agreement,
    Criterion,
)
from aidiscover_pipelines.inventory.survivorship.survive import IMPOSSIBLE, OTHER_SYSTEM, survive

UUID = "1aa31158-8fb5-58be-b3a8-262aeb134b37"


def said(field, value, evidence_id, kind="list", day=0, number=None, statistic=None, near=0.0, note=""):
    """One value; a number is read where the text is one."""
    try:
        number = float(value) if number is None else number
    except ValueError:
        number = np.nan
    return {
        "entity": "asset", "entity_id": "e", "field": field, "value": value, "number": number, "statistic": statistic,
        "evidence_id": evidence_id, "preference": near, "note": note, "source_kind": kind, "day": day,
    }  # fmt: skip


def survived(*values):
    return survive(pd.DataFrame(list(values))).set_index("evidence_id")


def winner(*values):
    held = survived(*values)
    return held[held["chosen"]].iloc[0]


def test_every_field_has_one_row_of_the_table_and_every_row_names_fields_that_exist():
    named = [field for rule in SURVIVORSHIP for field in rule.fields]
    assert len(named) == len(set(named))
    assert set(named) | UNION_FIELDS <= set(BY_NAME)
    assert ANSWERED_AS_A_WHOLE <= UNION_FIELDS
    for rule in SURVIVORSHIP:
        assert set(rule.sources) == set(BY_KIND) - {"person"}
        assert set(rule.criteria) == set(Criterion) - {Criterion.VALID, Criterion.PERSON}
        assert rule.criteria[-1] == Criterion.ADDRESS


@pytest.mark.parametrize(
    ("field", "best", "other", "why"),
    [
        ("memory_mb", {"value": "32768", "kind": "platform"}, {"value": "16384", "kind": "registry"},
         "a hypervisor's export before a registry"),
        ("business_owner", {"value": "Ann", "kind": "registry"}, {"value": "Bo", "kind": "platform"},
         "a registry before a hypervisor's export"),
        ("cpu_util_pct", {"value": "20", "statistic": "avg"}, {"value": "90", "statistic": "max", "kind": "cloud"},
         "average before peak"),
        ("location", {"value": "Paris", "day": 2}, {"value": "Berlin", "day": 1}, "the more recent statement"),
        ("location", {"value": "Paris, 3rd floor"}, {"value": "Berlin"}, "the more complete value"),
        ("cpu_cores", {"value": "2"}, {"value": "4"}, "the first by address, as nothing else sets them apart"),
        ("business_criticality", {"value": "high"}, {"value": "low", "kind": "registry", "near": 1},
         "a statement about the thing itself before a mention, a detail or a sum"),
        ("cpu_cores", {"value": "8"}, {"value": "1000000000", "kind": "platform"},
         "a value that can be right before one that cannot"),
        ("memory_mb", {"value": "8192"}, {"value": "plenty", "kind": "platform"},
         "a value that can be right before one that cannot"),
        ("support_end_date", {"value": "2027-01-01"}, {"value": "9999-12-31", "kind": "registry"},
         "a value that can be right before one that cannot"),
        ("os_name", {"value": "AIX", "kind": "person"}, {"value": "Solaris", "kind": "platform", "day": 30_000},
         "a person's answer before all sources"),
        ("user_count", {"value": NOT_APPLICABLE, "kind": "person"}, {"value": "40", "kind": "registry"},
         "a person's answer before all sources"),
    ],
)  # fmt: skip
def test_the_first_criterion_that_separates_decides_and_is_named(field, best, other, why):
    for order in (("a.1.2.1", "b.1.2.1"), ("b.1.2.1", "a.1.2.1")):
        if order[0][0] == "b" and why.startswith("the first by address"):
            continue
        held = survived(said(field, evidence_id=order[0], **best), said(field, evidence_id=order[1], **other))
        assert held.loc[order[0], ["chosen", "rule"]].tolist() == [True, why]
        assert held.loc[order[1], ["chosen", "rule"]].tolist() == [False, f"lost to {order[0]}: {why}"]


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        (Agreement.SYSTEM, "Windows Server 2012", "Windows Server 2012 R2 Standard", True),
        (Agreement.SYSTEM, "Windows Server 2016", "Windows Server 2012 R2 Standard", False),
        (Agreement.SYSTEM, "RHEL8", "Red Hat Enterprise Linux 8.6 (64-bit)", True),
        (Agreement.SYSTEM, "Red Hat Enterprise Linux 8", "Red Hat Enterprise Linux 7.9", False),
        (Agreement.SYSTEM, "CentOS 4/5/6/7 (64-bit)", "CentOS 7", True),
        (Agreement.SYSTEM, "Oracle Linux 7", "Red Hat Enterprise Linux 7", False),
        (Agreement.VERSION, "7", "7.9.2009", True),
        (Agreement.VERSION, "7.1", "7.2", False),
        (Agreement.VERSION, "10.0.14393", "10.0.17763", False),
        (Agreement.VERSION, "2012 R2", "6.3.9600", True),
        (Agreement.IDENTIFIER, "VMware-1a a3 11 58 8f b5 58 be-b3 a8 26 2a eb 13 4b 37", UUID, True),
        (Agreement.IDENTIFIER, "5811a31a-b58f-be58-b3a8-262aeb134b37", UUID, True),
        (Agreement.IDENTIFIER, "CZJ0420M", UUID, True),
        (Agreement.IDENTIFIER, "CZJ0420M", "CZJ0420N", False),
        (Agreement.PRODUCT, "VMware vCenter Server 7.0.3", "vcenter01.example.com", True),
        (Agreement.PRODUCT, "Microsoft Hyper-V", "Microsoft Azure", False),
        (Agreement.NAME, "esx07.example.com", "ESX07", True),
        (Agreement.NAME, "10.1.1.7", "10.1.1.8", False),
        (Agreement.WORDS, "Jörg Petersen", "petersen, joerg", True),
        (Agreement.WORDS, "joerg.petersen@example.com", "Jörg Petersen", True),
        (Agreement.WORDS, "SAP-ERP", "SAP ERP", True),
        (Agreement.WORDS, "Sales", "Marketing", False),
        (Agreement.TERM, "high", "very high", False),
        (Agreement.DAY, "2016-02-01", "2016-02-20", True),
        (Agreement.DAY, "2016-02-01", "2016-04-20", False),
        (Agreement.DAY, "2016", "2016-04-20", True),
        (Agreement.DAY, "2016-02-31", "2016-02-30", False),
    ],
)
def test_what_agrees_is_what_a_consultant_would_call_the_same(kind, one, other, same):
    frames = [pd.DataFrame({"value": [text], "number": [np.nan]}) for text in (one, other)]
    kinds, days = np.array([kind], dtype=object), np.array([31.0])
    assert agree(kinds, *frames, days).tolist() == [same]
    assert agree(kinds, *reversed(frames), days).tolist() == [same]


def test_numbers_within_the_tolerance_of_their_field_agree():
    for field, one, other, disputed in (
        ("memory_mb", "16384", "16000", False),
        ("memory_mb", "16384", "8192", True),
        ("storage_used_gb", "100", "80", False),
        ("user_count", "1000", "950", False),
        ("user_count", "1000", "430", True),
        ("cpu_util_pct", "5", "80", False),
    ):
        held = survived(said(field, one, "a.1.2.1"), said(field, other, "b.1.2.1"))
        assert held["conflict"].tolist() == [disputed] * 2, field


def test_a_row_speaks_with_its_best_reading_and_a_detail_tab_never_against_its_own_list():
    list_row = said("storage_total_gb", "124", "a.1.2.1"), said("storage_total_gb", "80", "a.1.2.2")
    assert not survived(*list_row, said("storage_total_gb", "80", "b.1.2.1"))["conflict"].any()
    assert survived(*list_row, said("storage_total_gb", "500", "b.1.2.1"))["conflict"].all()
    assert not survived(*list_row, said("storage_total_gb", "500", "a.2.2.1", near=0.1))["conflict"].any()


def test_the_more_precise_of_agreeing_values_stands_but_a_persons_words_stay():
    held = survived(
        said("os_name", "Windows Server 2012", "a.1.2.1", "platform"),
        said("os_name", "Windows Server 2012 R2 Standard", "b.1.2.1", "registry"),
    )
    assert held["chosen"].to_dict() == {"a.1.2.1": False, "b.1.2.1": True}
    assert held["rule"].tolist() == [
        "agrees with the chosen value, which tells more",
        "agrees with the best source and tells more",
    ]
    assert not held["conflict"].any()
    told = said("os_name", "RHEL 8", "q.1.2.1", "person"), said("os_name", "RHEL 8.6 Server", "b.1.2.1", "registry")
    assert winner(*told)["value"] == "RHEL 8"


def test_a_version_goes_with_the_operating_system_of_its_row():
    held = survived(
        said("os_name", "Red Hat Enterprise Linux 8", "a.1.2.1", "platform"),
        said("os_name", "Red Hat Enterprise Linux", "b.1.2.1", "registry"),
        said("os_version", "7.9", "b.1.2.2", "registry"),
        said("os_version", "8.6", "c.1.2.2"),
    )
    assert held.loc["a.1.2.1", ["chosen", "conflict"]].tolist() == [True, True]
    assert held.loc["b.1.2.2", ["chosen", "rule"]].tolist() == [False, OTHER_SYSTEM]
    assert held.loc["c.1.2.2", ["chosen", "rule"]].tolist() == [True, "only value"]


def test_a_persons_answer_settles_a_dispute_and_is_the_whole_answer_where_people_answer():
    values = [said("business_criticality", "high", "a.1.2.1"), said("business_criticality", "low", "b.1.2.1")]
    assert survived(*values)["conflict"].all()
    settled = survived(*values, said("business_criticality", "medium", "q.1.2.1", "person"))
    assert settled["chosen"].to_dict() == {"a.1.2.1": False, "b.1.2.1": False, "q.1.2.1": True}
    assert not settled["conflict"].any()
    for field, kept in (("compliance_requirements", ["q.1.2.1"]), ("ip_address", ["a.1.2.1", "q.1.2.1"])):
        both = survived(said(field, "PCI", "a.1.2.1"), said(field, "GDPR", "q.1.2.1", "person"))
        assert sorted(both.index[both["chosen"]]) == kept


def test_lists_are_unions_and_repeats_do_not_count_twice():
    held = survived(
        said("ip_address", "10.0.0.1", "a.1.2.1"),
        said("ip_address", "10.0.0.2", "b.1.2.1"),
        said("ip_address", "10.0.0.2", "c.1.2.1"),
    )
    assert held["chosen"].tolist() == [True, True, False]
    assert held["rule"].tolist() == ["all values stand", "all values stand", "repeats another value"]
    assert not held["conflict"].any()


def test_a_lone_value_that_cannot_be_right_stands_and_says_so():
    held = survived(said("cpu_cores", "1000000000", "a.1.2.1"), said("memory_mb", "1024", "a.1.2.2"))
    assert held["rule"].to_dict() == {"a.1.2.1": IMPOSSIBLE, "a.1.2.2": "only value"}
    assert held["chosen"].all()


def test_no_values_give_an_empty_frame():
    assert survive(pd.DataFrame(columns=["field"])).empty


VALUES = st.builds(
    said,
    st.sampled_from(["memory_mb", "os_name", "os_version", "location", "ip_address", "last_seen"]),
    st.sampled_from(["8", "8.6", "16384", "RHEL 8", "RHEL", "2026-01-01", "0000-01-01", "Berlin"]),
    st.builds("{}.1.{}.{}".format, st.sampled_from("abc"), st.integers(2, 4), st.integers(1, 9)),
    st.sampled_from(list(BY_KIND)),
    st.integers(0, 20_000),
    near=st.sampled_from([0.0, 0.1, 1.0]),
)


@given(st.lists(VALUES, min_size=1, max_size=12, unique_by=lambda value: value["evidence_id"]), st.randoms())
def test_the_order_of_rows_changes_nothing_and_no_value_is_lost(values, random):
    straight = survive(pd.DataFrame(values))
    shuffled = list(values)
    random.shuffle(shuffled)
    again = survive(pd.DataFrame(shuffled))
    pd.testing.assert_frame_equal(*(told.sort_values("evidence_id", ignore_index=True) for told in (straight, again)))
    assert sorted(straight["evidence_id"]) == sorted(value["evidence_id"] for value in values)
    single = straight[~straight["field"].isin(UNION_FIELDS)]
    standing = single.groupby("field")["chosen"].sum()
    assert standing.drop("os_version", errors="ignore").eq(1).all()
    assert standing.reindex(["os_version"]).fillna(1).le(1).all()
