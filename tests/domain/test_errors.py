"""Messages say what was attempted, on what, what is wrong and what to do next, in one line."""

from aidiscover_pipelines.domain.errors import InputError, Location, UnknownTenant, UnreadableFile


def test_an_input_error_carries_its_facts():
    error = UnreadableFile("cmdb.xlsx", "the archive is cut off", "export it again", Location(sheet="vInfo", row=7))
    assert str(error) == "cannot read 'cmdb.xlsx': the archive is cut off; export it again"
    assert (error.path, error.problem, error.remedy, error.location.row) == (
        "cmdb.xlsx",
        "the archive is cut off",
        "export it again",
        7,
    )
    assert isinstance(error, InputError)


def test_an_unknown_tenant_is_told_how_to_register():
    error = UnknownTenant("acme", "ingest 2 files")
    assert "cannot ingest 2 files" in str(error)
    assert "aidiscover tenant add acme" in str(error)
    assert "\n" not in str(error)
