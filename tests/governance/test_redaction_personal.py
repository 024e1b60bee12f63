"""Personal data leaves as pseudonyms; what only looks like it stays."""

import pytest

from aidiscover_pipelines.governance.redaction.personal import people
from aidiscover_pipelines.governance.redaction.redactor import Redactor


def redacted(text: str, *names: str) -> str:
    (message,) = Redactor(names).redact([{"role": "user", "content": text}])
    return message["content"]


@pytest.mark.parametrize(
    "address", ["s.chen@acme.com", "jörg.petersen@nordwerk.example", "a+b_c@mail.co.uk", "OPS@ACME.COM"]
)
def test_an_email_address_leaves_as_a_pseudonym(address):
    assert redacted(f"write to <{address}>, or call") == "write to <<EMAIL_1>>, or call"


@pytest.mark.parametrize("text", ["oracle@db01", "@mention", "user@", "a@b", "cron: @daily run@02:00"])
def test_what_has_no_domain_is_no_email_address(text):
    assert redacted(text) == text


@pytest.mark.parametrize(
    "number",
    [
        "+49 30 23125-417",
        "+44 (0)20 7946 0958",
        "0049 171 2345678",
        "+1-212-555-0123",
        "(212) 555-0123",
        "212-555-0123",
        "030 23125-417",
        "0171/2345678",
        "(089) 2180 1234",
        "020 7946 0958",
        "01 42 68 53 00",
        "01.42.68.53.00",
        "03-3581-4321",
    ],
)
def test_a_telephone_number_leaves_as_a_pseudonym(number):
    assert redacted(f"in case of failure {number} until 6 pm") == "in case of failure <PHONE_1> until 6 pm"


@pytest.mark.parametrize(
    "text",
    ["Tel.: 912 345 678", "phone no. 2125550123", "Telefon 23125417", "mobile: 138 1234 5678", "電話: 3581 4321"],
)
def test_any_number_after_a_word_for_telephone_is_one(text):
    assert "<PHONE_1>" in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "10.12.13.14, 010.012.013.014 and 10.0.0.0/24",
        "Windows 10.0.17763.2300, Oracle 11.2.0.4, build-20036589",
        "2024-05-12 10:11:12 - 2024-06-01",
        "01-02-2024 to 05-03-2024, 01/02/2024, 12.05.2024 08:30",
        "serial CZJ1234567, FOX1234ABCD, 5550123456",
        "VMware-e1 ba 68 96 c1 cf 5f 95-8e 01 05 22 32 65 4e d7",
        "00:50:56:ab:cd:ef 05-89-97-09-63-B3 0050.56ab.cdef",
        "S-1-5-21-1004336348-1177238915-682003330-1001",
        "part 021-5155-51, cost centre 004711, PO 4500012345",
        "a1b2c3d4e5f6.0.1234.56 and 123456789012.0.3.4",
        "512 256 1024 MB; 1.234.567,89 EUR",
        "fax server, mobile app 12.0.1.7, hotel booking 2024",
    ],
)
def test_numbers_of_an_inventory_are_no_telephone_numbers(text):
    assert redacted(text) == text


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Sarah Chen", ["Sarah Chen", "Chen, Sarah", "S. Chen"]),
        ("Chen, Sarah", ["Chen, Sarah", "Sarah Chen"]),
        ("Dr. Jörg Petersen (IT)", ["Jörg Petersen", "Petersen, Jörg", "J. Petersen"]),
        ("Bob Hill; CORP\\jdoe", ["Bob Hill", "Hill, Bob", "B. Hill", "jdoe"]),
        ("Ana Sousa <ana@acme.com>", ["Ana Sousa", "Sousa, Ana", "A. Sousa"]),
        ("佐藤 健", ["佐藤 健"]),
        ("王伟", ["王伟"]),
        ("SAP Basis Team", []),
        ("IT", []),
        ("Finance / Controlling", []),
        ("unknown", []),
        ("Abteilung Vertrieb", []),
        ("jdoe2", ["jdoe2"]),
    ],
)
def test_people_are_told_from_teams(value, names):
    assert people(value) == names


def test_names_are_found_in_any_case_form_and_order_but_not_inside_words():
    said = redacted(
        "SARAH CHEN; sarah  chen; Chen, Sarah; S. Chen; sarahchen01; Sarah Chensworth; Jörg\nPetersen",
        "Sarah Chen",
        "Jörg Petersen",
    )
    assert said == "<PERSON_1>; <PERSON_1>; <PERSON_2>; <PERSON_3>; sarahchen01; Sarah Chensworth; <PERSON_4>"


def test_the_longest_name_wins():
    assert redacted("Anna Berg Olsen, Anna Berg", "Anna Berg", "Anna Berg Olsen") == "<PERSON_1>, <PERSON_2>"


def test_a_name_of_one_word_is_not_taken_for_the_word():
    assert redacted("Grant will grant access; GRANT", "Grant") == "<PERSON_1> will grant access; <PERSON_1>"


def test_names_in_other_alphabets_need_no_spaces_around_them():
    assert redacted("担当は佐藤健です", "佐藤健") == "担当は<PERSON_1>です"


def test_composed_and_decomposed_letters_are_one_name():
    assert redacted("Jo\u0308rg Petersen", "Jörg Petersen") == "<PERSON_1>"


def test_a_name_after_a_salutation_needs_no_list():
    assert (
        redacted("Rücksprache mit Frau Weber-Lang, dann Mr. Jones")
        == "Rücksprache mit Frau <PERSON_1>, dann Mr. <PERSON_2>"
    )


def test_ordinary_words_beside_salutations_stay():
    text = "MS SQL Server, Ms Access, MR scanner, Herrenhausen site, Frau Service"
    assert redacted(text) == text
