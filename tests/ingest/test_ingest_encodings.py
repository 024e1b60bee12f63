"""Encodings that are not Unicode: a sure conclusion or a refusal, never a wrong guess."""

from pathlib import Path

import pytest

from aidiscover_pipelines.domain.errors import UnreadableFile
from aidiscover_pipelines.ingest.encodings import ENCODINGS
from aidiscover_pipelines.ingest.text import byte_order, find_decoding, read_text

GERMAN = "Größe;Müller;Straße"
FRENCH = "Système,Opérateur\nServeur de fichiers,Hélène"
RUSSIAN = "код,имя\nA1,Сервер базы данных"
CHINESE = "服务器名称,操作系统,负责人\n财务系统,上海,张伟"
TAIWANESE = "伺服器名稱,作業系統,負責人\n財務系統,台北"
JAPANESE = "サーバー名,用途,担当者\n会計システム,東京,佐藤"
KOREAN = "서버명,운영체제,담당자\n인사시스템,서울"
TEXTS = [
    ("cp1252", "Windows-1252", GERMAN),
    ("cp1252", "Windows-1252", FRENCH),
    ("cp1252", "Windows-1252", "Café,Peña,São Paulo"),
    ("latin-1", "Windows-1252", "Ærø;Købmand;Malmö"),
    ("iso8859-15", "ISO-8859-15", "Kosten 10 €;Büro"),
    ("cp850", "DOS code page 850", GERMAN),
    ("mac_roman", "Mac Roman", FRENCH),
    ("cp1250", "Windows-1250", "Usługa;Właściciel;żółw"),
    ("iso8859-2", "ISO-8859-2", "Usługa;Właściciel;ślad;żółw"),
    ("cp1254", "Windows-1254", "Sunucu,Açıklama,İşletim Sistemi"),  # noqa: RUF001
    ("cp1251", "Windows-1251", RUSSIAN),
    ("koi8_r", "KOI8-R", RUSSIAN),
    ("cp866", "DOS code page 866", RUSSIAN),
    ("cp1253", "Windows-1253", "Διακομιστής,Περιγραφή,Κατάσταση"),
    ("cp1255", "Windows-1255", "שרת,תיאור,מערכת הפעלה"),
    ("gb18030", "GB18030", CHINESE),
    ("gb2312", "GB18030", CHINESE),
    ("big5", "Big5", TAIWANESE),
    ("shift_jis", "Shift-JIS", JAPANESE),
    ("euc_jp", "EUC-JP", JAPANESE),
    ("euc_kr", "EUC-KR", KOREAN),
]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "export.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("codec", "label", "text"), TEXTS, ids=[f"{codec}-{text[:4]}" for codec, _, text in TEXTS])
def test_a_legacy_encoding_is_concluded_and_named(tmp_path: Path, codec: str, label: str, text: str) -> None:
    path = written(tmp_path, f"id,note\n1,x\n{text}\n".encode(codec))
    assert read_text(path) == f"id,note\n1,x\n{text}\n"
    assert find_decoding(path).note.startswith(f"read as {label}, ")


def test_what_announces_itself_needs_no_conclusion(tmp_path: Path) -> None:
    for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        path = written(tmp_path, f"name,{GERMAN},{GERMAN}\n".encode(codec))
        assert read_text(path).startswith("name"), codec
        assert find_decoding(path).note == ""
    assert read_text(written(tmp_path, JAPANESE.encode("iso2022_jp"))) == JAPANESE


def test_utf_16_without_a_mark_is_told_also_where_hardly_anything_is_latin(tmp_path: Path) -> None:
    text = "名称,部门\n" + "邮件服务器,信息技术部\n" * 3
    for codec in ("utf-16-le", "utf-16-be"):
        assert read_text(written(tmp_path, text.encode(codec))) == text
    assert byte_order(b"name,b\nx\x00y,1\n") is None


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(128, 256)),
        b"name\n\xa4\xa4\n",
        "เซิร์ฟเวอร์,คำอธิบาย".encode("cp874"),
        (FRENCH + "\n").encode("cp1252") + "Сервер базы данных\n".encode("cp1251"),
        b"id,name\n1,\xdd\xf5\xb4\xfd\xf6\xb5\n",
    ],
)
def test_an_encoding_that_cannot_be_told_is_refused_with_the_place(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(
        UnreadableFile, match=r"line \d is not .*\(byte \d+\), and the file is in no other encoding for"
    ):
        find_decoding(written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        (b"id,name\nA1,Caf\xc3\xa9\nA2,Z\xfcrich\n", "21"),
        (b"id,name\nA2,Z\xfcrich\nA1,Caf\xc3\xa9\n", "12"),
        (b"name\n" + CHINESE.encode("gb18030") * 20 + "\n数据库服务器\n".encode(), "5"),
        ((GERMAN + "\n").encode("cp1252") * 20 + CHINESE.encode("gb18030"), "0"),
    ],
)
def test_mixed_encodings_are_refused_with_the_byte(tmp_path: Path, content: bytes, offset: str) -> None:
    with pytest.raises(UnreadableFile, match=rf"mixes encodings \(byte {offset}\)"):
        find_decoding(written(tmp_path, content))


def test_a_fault_beyond_the_first_block_is_found(tmp_path: Path) -> None:
    content = "größe\n".encode() * 300_000
    with pytest.raises(UnreadableFile, match=f"byte {len(content) + 1}") as caught:
        find_decoding(written(tmp_path, content + b"Z\xfcrich\n"))
    assert caught.value.location.row == 300_001


def test_a_character_may_lie_across_two_blocks(tmp_path: Path) -> None:
    for shift in range(4):
        text = "x" * shift + "界\n" * 400_000
        assert read_text(written(tmp_path, text.encode())) == text


def test_every_encoding_is_one_that_python_knows() -> None:
    for row in ENCODINGS:
        "a".encode(row.codec)
