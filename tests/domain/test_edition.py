from aidiscover_pipelines.domain.edition import edition


def test_the_edition_is_the_same_until_code_differs_and_another_for_other_rooms() -> None:
    first = edition("domain")
    edition.cache_clear()
    assert edition("domain") == first
    assert edition("attributes") not in (first, edition("attributes", "domain"))
