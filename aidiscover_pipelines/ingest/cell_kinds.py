"""What a cell's text is at first sight: a label, or a value of some kind; and whether it is a unit of measurement.

Used to tell the header of a table from its data, before any column has a meaning.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

LABEL_CHARS = 250
KIND_SHARE = 0.6  # a column has a kind when so many of its cells have it
TEXT = "text"

_MEASURES = (
    r"%|percent|prozent|pour ?cent|por ?ciento|por ?cento|per ?cento|procent|百分比|パーセント"
    r"|(?:[kmgtp]i?b|bytes?|octets?|[kmgt]o|bits?)(?:/s(?:ec)?|ps)?|[kmg]bit/s|[kmg]bps|[mg]?hz|iops|ops/s|rpm|[mk]?w|kwh|v|a|btu/h"
    r"|ms|µs|s|sec(?:onds?)?|min(?:utes?|uten)?|h|hrs?|hours?|stunden|heures|horas|d|days?|tage|jours|d[ií]as?|weeks?"
    r"|months?|monate|mois|meses|years?|jahre|ans|a[ñn]os|天|日|年|月|小时|時間|秒|分"
    r"|eur|usd|gbp|chf|jpy|cny|€|\$|£|¥|元|円|(?:k|m)?(?:eur|usd|€|\$)(?:/(?:month|year|mo|yr|monat|jahr))?"
    r"|u|he|°c|°f|m|mm|cm|kg|count|anzahl|nombre|n[uú]mero|numero|aantal|quantidade|cantidad|stück|stk\.?|pcs"
    r"|個|台|个|数量|個数|cores?|v?cpus?|kerne|c(?:oe|œ)urs|núcleos|コア|核"
)
_SILENT = (  # stands in a row of units for "no unit", a type or a duty, and says nothing about size
    r"[-\u2013\u2014]+|n/?a|none|any|string|text|texte|texto|testo|tekst|char|varchar(?:\(\d+\))?|list|enum|key|id|name|"
    r"int(?:eger)?|ganzzahl|long|float|double|decimal|numeric|number|zahl|bool(?:ean)?|y/n|yes/no|ja/nein|oui/non|true/false|"
    r"date|datum|data|fecha|datetime|timestamp|time|yyyy-mm-dd|dd[./]mm[./]yyyy|mm/dd/yyyy|ip|ipv4|url|"
    r"required|optional|mandatory|pflicht(?:feld)?|obligatoire|facultatif|obligatorio|opcional|必須|任意|必填|可选|"
    r"文字列|整数|数値|日付|字符串|文本|数字|日期"
)
_MEASURE = re.compile(rf"[(\[]?\s*(?:{_MEASURES})\s*[)\]]?", re.IGNORECASE)
_NO_MEASURE = re.compile(rf"[(\[]?\s*(?:{_SILENT})\s*[)\]]?", re.IGNORECASE)

_KINDS = (
    ("address", re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", re.IGNORECASE)),
    ("date", re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?|\d{4}年\d{1,2}月(?:\d{1,2}日)?")),
    ("number", re.compile(r"[-+(]?[\d.,\s%$€£'\u2019]*\d[\d.,:\s%€)'\u2019]*(?:[eE][-+]?\d+)?")),
    (
        "quantity",
        re.compile(r"[-+]?\d[\d.,\s]*(?:[kmgt]i?b|[kmgt]o|[mg]hz|mbps|gbps|eur|usd|kg|v?cpus?)", re.IGNORECASE),
    ),
    ("flag", re.compile(r"true|false", re.IGNORECASE)),
    ("mail", re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")),
    ("link", re.compile(r"\w+://.*")),
    ("key", re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32,64}", re.IGNORECASE)),
)


def kind_of(text: str) -> str:
    """Kind of a cell: "" for a blank one, `TEXT` for what may be a label, else the kind of value."""
    text = text.strip()
    if not text:
        return ""
    if len(text) > LABEL_CHARS:
        return "prose"
    for kind, pattern in _KINDS:
        if pattern.fullmatch(text):
            return kind
    return TEXT


def column_kinds(rows: Iterable[Sequence[str]]) -> dict[int, str]:
    """Kind of each column that holds values of one kind, from the kinds of rows' cells; columns of text have none."""
    counts: dict[int, Counter[str]] = {}
    for kinds in rows:
        for column, kind in enumerate(kinds):
            if kind:
                counts.setdefault(column, Counter())[kind] += 1
    found = {}
    for column, counter in counts.items():
        kind, count = counter.most_common(1)[0]
        if kind != TEXT and count >= KIND_SHARE * counter.total():
            found[column] = kind
    return found


def shape_of(text: str) -> str:
    """A text with its letters and digits made alike: "srv-012" and "app-7" have one shape; "" without any digit."""
    if not any(map(str.isdigit, text)):
        return ""
    return re.sub(r"[^\W\d_]+", "a", template_of(text))


def template_of(text: str) -> str:
    """A text with its digits made alike: "srv-012" and "srv-7" have one template."""
    return re.sub(r"\d+", "9", text.strip())


def is_measure(text: str) -> bool:
    """Whether a text is nothing but a unit of measurement, as "GB", "(MHz)" or "%"."""
    return bool(_MEASURE.fullmatch(text.strip()))


def is_unit_or_type(text: str) -> bool:
    """Whether a text may stand in a row of units: a unit, the name of a type, a duty, or a dash."""
    return is_measure(text) or bool(_NO_MEASURE.fullmatch(text.strip()))
