import pytest

from aidiscover_pipelines.mapping import normalise, words


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("*Server name", ("server", "name")),
        ("u_cpuCount", ("cpu", "count")),
        ("RAM.TotalSizeInMB", ("ram", "total", "size", "in", "mb")),
        ("TotalDiskAllocatedGiB", ("total", "disk", "allocated", "gib")),
        ("PrimaryIPAddress(optional)", ("primary", "ip", "address")),
        ("Größe [GB]", ("groesse", "gb")),
        ("CPU usage %", ("cpu", "usage", "percent")),
        ("# vCPUs", ("number", "vcpus")),
        ("Network #1", ("network",)),
        ("Name0", ("name",)),
        ("NICs", ("nic",)),
        ("IPv4 Address", ("ipv4", "address")),
        ("", ()),
        ("***", ()),
    ],
)
def test_headers_come_apart_into_plain_words(header: str, expected: tuple[str, ...]) -> None:
    assert normalise.words(header) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Numéro de série", "Seriennummer"),
        ("Système d'exploitation", "Betriebssystem"),
        ("Nome do servidor", "Nom du serveur"),
        ("Arbeitsspeicher", "Memoria RAM"),
        ("Serverstandort", "server location"),
        ("busines_criticality", "Business Criticality"),
        ("Verfügbarkeit", "Verfuegbarkeit"),
        ("Enviroment", "Environment"),
        ("サーバー名", "Server Name"),
        ("操作系统", "Operating System"),
        ("appid", "Application ID"),
    ],
)
def test_the_same_thing_in_two_languages_or_spellings_becomes_the_same_concepts(left: str, right: str) -> None:
    assert words.concepts(left) == words.concepts(right) != ()


def test_a_word_nobody_listed_stays_itself() -> None:
    assert words.concepts("Frobnicator") == ("frobnicator",)


def test_unknown_plurals_are_read_in_the_singular() -> None:
    assert words.concepts("frobnicators") == ("frobnicator",)
    assert words.concepts("gizmoboxes") == ("gizmobox",)
    assert words.concepts("quandaries") == ("quandary",)


def test_cjk_words_with_an_unlisted_character_keep_what_is_known() -> None:
    assert "memory" in words.concepts("総メモリ容量")


def test_yes_or_no_headers_are_flags_and_numbered_ones_are_members_of_a_group() -> None:
    assert normalise.is_flag("Downtime Permission (Y/N)")
    assert normalise.is_flag("PII?")
    assert not normalise.is_flag("Owner")
    assert normalise.is_numbered("Disk 2 size")
    assert not normalise.is_numbered("Disk size")


def test_composite_headers_give_their_last_part_first() -> None:
    assert normalise.segments("mgn:app:name") == ("name", "app", "mgn")
    assert normalise.segments("Server name") == ()
