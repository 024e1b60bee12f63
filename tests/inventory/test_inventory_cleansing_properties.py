"""What holds for any column: cleansing twice is cleansing once, and a column is read in one way."""

import math
import re

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.domain.canonical import BY_NAME, FIELDS
from aidiscover_pipelines.inventory.cleansing.columns import Locale, left_as_read, read_values, spelt_anew
from aidiscover_pipelines.inventory.cleansing.text import is_null, tidy
from aidiscover_pipelines.inventory.cleansing.units import read_column
from aidiscover_pipelines.inventory.cleansing.value import Value

# (thousands separator, decimal mark) as written in English; German and Spanish; French; Swiss; without separators.
STYLES = ((",", "."), (".", ","), ("\u202f", ","), ("'", "."), ("", "."), ("", ","))
LIKELY = st.sampled_from(
    """
    500 GB/4x 2 To/1.234,5/1,234.5/16.384/-1/50 %/0.5/0,27/€ 1'200/12 k€/100-200/02:30/1d 4h/120 of 500 GB/n.a./Ja/nein
    x/Prod/1 - Prod/hoch/poweredOn/2024-10-27/31.12.2025/03-04-2024/45123/15. März 2024/2024年3月5日/25.3.24 1:05 PM
    2024-08-16T07:25:56+02:00/10.0.0.1, 10.0.20.447/::1/00-50-56-BE-5A-1F/CORP\\SRV01/srv01:8443/tcp 443/8000-8010
    Win2k12 R2 (64-bit)/RHEL7/Version 7.9 (Maipo)/Java | Spring, Tomcat/12.0/{503E8E57-A5D6-E8B2-0D58-64FFBD4B1FEE}
    a=b/\uff12\uff10\uff12\uff14/Big  Blue/500 €/Monat/1,2 Mio. €/2x 500 GB + 1 TB/Windows 2012 Standard R2
    """.strip()
    .replace("\n    ", "/")
    .split("/")
)
CELLS = st.lists(LIKELY | st.text(max_size=20), min_size=1, max_size=6, unique=True)


def written(number, decimals, style):
    """A number as a person of that style writes it."""
    thousands, mark = style
    return f"{number:,.{decimals}f}".replace(",", "\0").replace(".", mark).replace("\0", thousands)


def values(texts, field, locale=None):
    """Values of tidied texts that stand for something, under a header that says nothing; dropped ones are left out."""
    kept = [text for text, _ in map(tidy, texts) if text and not is_null(text)]
    return [value for value in read_values(kept, field, BY_NAME[field].unit, "", locale) if value.text is not None]


@settings(max_examples=400, deadline=None)
@given(CELLS, st.sampled_from([field.name for field in FIELDS]))
def test_cleansing_a_cleansed_column_changes_nothing(texts, field):
    once = [value for value in values(texts, field) if not value.unread]
    told = [value.text for value in once]
    if all(value.relative == "" for value in once):
        again = values(told, field, Locale(mark="."))
        assert [value.text for value in again] == told
        assert [value.rule for value in again] == [""] * len(told)


# Texts near the border of what each reader leaves as it is.
PLAIN = LIKELY | st.sampled_from(
    """
    10.0.0.1/0.0.0.1/10.0.0.256/10.00.0.1/00:00:00:00:00:00/ff:ff:ff:ff:ff:ff/00:50:56:be:5a:1f/00:50:56:BE:5A:1F/17.0
    v17.0/503e8e57-a5d6-e8b2-0d58-64ffbd4b1fee/503e8e57a5d6e8b20d5864ffbd4b1fee/srv01.acme.net/srv01./SRV01/-/TBD/a  b
    does not apply/Does Not Apply/a b/ a/serial
    """.strip()
    .replace("\n    ", "/")
    .split("/")
)


@settings(max_examples=600, deadline=None)
@given(
    st.lists(PLAIN | st.text(max_size=20), min_size=1, max_size=6), st.sampled_from([field.name for field in FIELDS])
)
def test_a_text_that_is_not_even_looked_at_is_one_that_its_reader_leaves_as_it_is(texts, field):
    storable = [text for text in texts if text.isprintable()]
    left = left_as_read(pa.array(storable, pa.large_string()), field, "Serial ")
    for text in (text for text, passed in zip(storable, left, strict=True) if passed):
        assert tidy(text) == (text, ())
        assert not is_null(text)
        assert text.casefold() not in ("serial", "does not apply")
        assert read_values([text], field, None, "Serial ") == [Value(text)]


UUIDS = st.uuids().map(str) | st.uuids().map(lambda one: one.hex.upper()) | st.uuids().map(lambda one: f"{{{one}}}")
MACS = st.from_regex("[0-9a-fA-F]{2}([:.-]?[0-9a-fA-F]{2}){4,6}|0{12}|F{12}", fullmatch=True)


@settings(max_examples=600, deadline=None)
@given(
    st.lists(PLAIN | UUIDS | MACS, min_size=1, max_size=6),
    st.sampled_from(["mac_address", "asset_id", "serial_number", "application_id", "hostname"]),
)
def test_a_text_that_is_spelt_anew_beside_others_is_spelt_as_its_reader_spells_it(texts, field):
    header = f"{texts[0].upper()} "
    spelt, step = spelt_anew(pa.array(texts, pa.large_string()), field, header) or ([None] * len(texts), None)
    for text, anew in zip(texts, map(str, spelt), strict=True):
        if anew != "None":
            assert tidy(text) == (text, ()) and not is_null(text) and text.casefold() != header.strip().casefold()
            assert read_values([text], field, None, header) == [Value(anew, steps=() if anew == text else (step,))]


def test_numbers_of_cards_and_machines_are_spelt_anew_all_at_once():
    told = {"mac_address": "0050.56BE.5a1f", "serial_number": "503e8e57a5d6e8b20d5864ffbd4b1fee"}
    for field, text in told.items():
        spelt, _ = spelt_anew(pa.array([text], pa.large_string()), field, "")
        assert spelt.null_count == 0


def test_most_names_and_addresses_are_not_even_looked_at():
    told = {"hostname": "srv01.acme.net", "ip_address": "10.0.0.1", "mac_address": "00:50:56:be:5a:1f"}
    told |= {"asset_name": "Big Blue", "serial_number": "CZ 1234", "asset_id": "CI0001"}
    assert all(left_as_read(pa.array([text], pa.large_string()), field, "").all() for field, text in told.items())


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 9_999_999_999), min_size=1, max_size=8, unique=True),
    st.integers(0, 4),
    st.sampled_from(STYLES),
)
def test_a_column_in_one_style_with_one_clear_value_is_read_as_written(numbers, decimals, style):
    scaled = [number / 10**decimals for number in numbers]
    texts = [written(number, decimals, style) for number in [*scaled, 1234567.25]]
    clear = [*texts[:-1], written(1234567.25, 2, style)]
    read = [value.number for value in read_column(clear, "annual_cost", None, "")]
    for number, found in zip([*scaled, 1234567.25], read, strict=True):
        assert math.isclose(number, found, rel_tol=1e-6, abs_tol=0.01)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.from_regex(r"[1-9]\d{0,2}\.\d{3}|\d{1,4}\.\d{1,2}|\d{1,4},\d{1,2}|\d+", fullmatch=True), min_size=1))
def test_numerals_with_two_readings_are_all_read_alike(texts):
    read = read_column(texts, "storage_total_gb", None, "")
    unclear = [
        value.number >= 1000 or "thousands" in value.transform
        for text, value in zip(texts, read, strict=True)
        if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text)
    ]
    assert len(set(unclear)) <= 1


@settings(max_examples=400, deadline=None)
@given(CELLS, st.sampled_from([field.name for field in FIELDS]), st.sampled_from(["", "GB", "%", "EUR/month"]))
def test_any_text_gives_a_value_or_a_reason_and_every_change_a_rule(texts, field, unit):
    tidied = [text for text, _ in map(tidy, texts) if text]
    for text, value in zip(tidied, read_values(tidied, field, unit or None, "Header"), strict=True):
        assert bool(value.steps) or value.text == text
        assert value.text is not None or value.transform
        assert value.text is None or (value.text and not math.isinf(value.number))
