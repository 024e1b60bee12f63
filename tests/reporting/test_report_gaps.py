"""Gap reports of patterns in the report and the workbook."""

import io

import pandas as pd

from aidiscover_pipelines.domain.collection import COLLECTION
from aidiscover_pipelines.domain.tables import AttributeValue, ClusterMember, OpenQuestion, PatternCluster
from aidiscover_pipelines.reporting.gaps import gap_rows, lacking_rows
from aidiscover_pipelines.reporting.html import portfolio_html
from aidiscover_pipelines.reporting.view import portfolio_view
from aidiscover_pipelines.reporting.xlsx import portfolio_xlsx


def test_each_gap_says_of_how_many_applications_it_is_and_what_closing_it_takes(case):
    clusters, members = (case.store.read(case.tenant, table) for table in (PatternCluster, ClusterMember))
    open_ones = case.store.read(case.tenant, AttributeValue)
    open_ones = open_ones[(open_ones["attribute"] == "business_criticality") & (open_ones["question"] != "")]
    placed = open_ones["application_id"].map(members.set_index("application_id")["cluster_id"])
    lacking = open_ones.loc[placed == "c00", "application_id"].tolist()
    assert lacking, "the sample must have a gap"
    questions = pd.DataFrame(
        [{"application_id": name, "attribute": "business_criticality", "change": 0.25} for name in lacking],
        columns=OpenQuestion.columns(),
    )
    (gap,) = gap_rows(clusters, members, lacking_rows(case.store, case.tenant), questions)
    minutes = next(each for each in COLLECTION["business_criticality"].methods if each.name == "questionnaire")
    assert gap["report"] == "Not known: <compliance> constraints."
    assert gap["steps"] == [
        {
            "attribute": "Business criticality",
            "method": "questionnaire",
            "applications": len(lacking),
            "minutes": round(minutes.minutes(len(lacking)) * len(lacking)),
            "changes": round(0.25 * len(lacking), 1),
        }
    ], "what nobody lacks needs no work"


def test_the_report_and_the_workbook_show_the_gap_reports_as_text(case):
    view = portfolio_view(case.store, case.tenant)
    page = portfolio_html(view, case.run, case.now)
    assert "What is not known, and how to close it" in page
    assert "Not known: &lt;compliance&gt; constraints." in page
    assert "Business criticality: questionnaire, " in page
    sheet = pd.read_excel(
        io.BytesIO(portfolio_xlsx(view, case.run, case.now)), sheet_name="Pattern gaps", engine="calamine"
    )
    assert sheet["Gap report"].tolist() == ["Not known: <compliance> constraints."]
    assert sheet["Method"].tolist() == ["questionnaire"]


def test_without_gap_reports_nothing_is_shown(empty_case):
    page = portfolio_html(portfolio_view(empty_case.store, empty_case.tenant), empty_case.run, empty_case.now)
    assert "What is not known" not in page
