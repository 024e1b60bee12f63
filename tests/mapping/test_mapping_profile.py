from aidiscover_pipelines.mapping.profile import FEATURES, profile_columns


def test_each_column_is_described_by_shares_of_its_non_empty_cells() -> None:
    seen = profile_columns(
        [
            ["10.0.0.1", "10.2.3.4; fd00::4", ""],
            ["Windows Server 2019", "Red Hat Enterprise Linux 8"],
            [],
            ["prod", "dev", "prod", "Produktion"],
            ["00:50:56:be:5a:01"],
            ["yes", "no"],
            ["4x 2 To", "512 Go SSD"],
            ["423ee9c0-216a-12a5-b4cb-f259c5fccc01"],
        ]
    )
    assert list(seen.columns) == list(FEATURES)
    assert seen["ip"].tolist()[0] == 1
    assert seen["os"].tolist()[1] == 1
    assert seen.loc[2].sum() == 0
    assert seen["environment"].tolist()[3] == 1
    assert seen["distinct"].tolist()[3] == 0.75
    assert seen["mac"].tolist()[4] == 1
    assert seen["boolean"].tolist()[5] == 1
    assert seen["number"].tolist()[6] == 1
    assert seen["uuid"].tolist()[7] == 1
    assert seen["values"].tolist() == [2, 2, 0, 4, 1, 2, 2, 1]


def test_repeated_values_weigh_by_how_often_they_occur() -> None:
    seen = profile_columns([["10.0.0.1"] * 3 + ["unknown"]])
    assert seen["ip"].tolist() == [0.75]


def test_no_columns_give_an_empty_profile() -> None:
    assert list(profile_columns([]).columns) == list(FEATURES)
    assert len(profile_columns([])) == 0
