"""What the policy may look at: one typed column per signal, read from application facts.

Every signal is a float: 1/0 for yes/no, an ordinal (criticality 0-3, complexity, debt and eol 0-2), or a quantity.
NaN means unknown, and no comparison with an unknown is true. A recorded opinion on the strategy (`migration_strategy`,
`migration_wave`) is never read: it would make the answer agree with itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.strategy.terms import TERMS

OPINIONS = ("migration_strategy", "migration_wave")
SOURCE_SUFFIX = ".from"

# Grades by their first words, in the languages of the mapper.
_LOW = (
    "low very_low niedrig gering sehr_gering faible basse baja bajo baixa baixo bassa basso laag simple einfach none 低"
)
_MEDIUM = "medium moderate normal mittel moyenne moyen media medio média médio gemiddeld elevated 中 medium_high"
_HIGH = (
    "high very_high complex hoch sehr_hoch élevée élevé haute alta alto hoog complexe compleja complexa complessa 高"
)
_CRITICAL = (
    "critical mission_critical business_critical missionskritisch geschäftskritisch kritisch critique crítica crítico "
    "critica critico kritiek vital vitale 最重要 重大 关键"
)


def _scale(*levels: str) -> Mapping[str, float]:
    return {word.replace("_", " "): float(level) for level, words in enumerate(levels) for word in words.split()}


CRITICALITY = _scale(_LOW, _MEDIUM, _HIGH, _CRITICAL)
GRADE = {**_scale(_LOW, _MEDIUM, _HIGH), **dict.fromkeys(_scale(_CRITICAL), 2.0)}
EOL = {"eol": 2.0, "eol_soon": 1.0, "supported": 0.0}
GRADES = (
    ("criticality", "business_criticality", CRITICALITY),
    ("complexity", "business_logic_complexity", GRADE),
    ("eol", "eol_status", EOL),
)

# (signal, fields that give it as a number, first known wins)
NUMBERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("users", ("user_count",)),
    ("dependency_count", ("dependency_count",)),
    ("depended_on_count", ("depended_on_count",)),
    ("asset_count", ("asset_count",)),
    ("cpu_util", ("cpu_util_pct",)),
    ("memory_util", ("memory_util_pct",)),
    ("powered_off", ("power_off_share",)),
    ("physical", ("kinds",)),
    ("data_gb", ("data_volume_gb", "storage_total_gb")),
    ("annual_cost", ("annual_cost",)),
)

# Wordings of technical debt; "high" alone under a code quality header could mean either, so the words are spelt out.
_DEBT = (
    r"(?:(?:tech(?:nical|nology)?|lifecycle|obsolescence) (?:debt|risk)|technische schulden?|dette technique|deuda "
    r"técnica|"
    r"dívida técnica|debito tecnico|technische schuld|技術的負債|技术债)\W+(?:is |of )?"
)
_HEALTH = r"(?:code quality|code health|technical (?:fit|health|condition)|health)\W+(?:is )?"
DEBT = (
    (
        2.0,
        rf"{_DEBT}(?:very high|high|severe|critical|sehr hoch|hoch|élevée|alta|hoog|高)|{_HEALTH}(?:very )?(?:poor|"
        rf"low|bad|"
        r"weak)|^(?:very )?(?:poor|bad|schlecht)$",
    ),
    (
        1.0,
        rf"{_DEBT}(?:medium|moderate|elevated|mittel|moyenne|media|média|gemiddeld|中)|{_HEALTH}(?:fair|medium|"
        rf"average)|"
        r"^(?:fair|average|mittel)$",
    ),
    (
        0.0,
        rf"{_DEBT}(?:low|none|gering|keine|faible|baja|baixa|bassa|laag|低)|{_HEALTH}(?:good|high|excellent)|"
        r"^(?:good|excellent|healthy|gut)$",
    ),
)
DEBT_FIELDS = ("code_quality_score", "lifecycle_status", "description", "tags")

NONPRODUCTION = (
    r"(?:\bnon[- ]?prod|\b(?:dev|development|test|testing|qa|uat|stag(?:e|ing)|sandbox|entwicklung|abnahme)\b)"
)
# Environments of several servers are joined; one productive server makes the application productive.
PRODUCTION = r"(?:^|[;,=/] *)prod"
HUB = r"\ball (?:business |other )?(?:systems|applications|apps)\b|\balle (?:systeme|anwendungen)\b"
NOTHING = ("none", "n/a", "na", "-", "no", "keine", "nein", "nicht zutreffend", "unknown", "")

SIGNALS: tuple[str, ...] = tuple(
    dict.fromkeys(
        [term.signal for term in TERMS]
        + ["criticality", "complexity", "debt", "eol", "compliance", "nonproduction", "hub"]
        + [signal for signal, _ in NUMBERS]
    )
)

# The field that is cited for measured idleness.
_MEASURED = "cpu_util_pct"

# What a reader hands over: the signal, its values (NaN where unknown), the field that they came from.
Reading = tuple[str, np.ndarray, str]


class Asked(NamedTuple):
    """A pattern that is looked for in texts, and what finding it is worth; `denied` and `ignored` as in Term."""

    signal: str
    pattern: str
    denied: str = ""
    ignored: str = ""
    worth: float = 1.0

    def found_in(self, texts: pa.StringArray) -> np.ndarray:
        """Whether it is in each of these lower-cased texts."""
        read = pc.replace_substring_regex(texts, self.ignored, "") if self.ignored else texts
        found: np.ndarray = pc.match_substring_regex(read, self.pattern).to_numpy(zero_copy_only=False)
        if self.denied and found.any():
            found &= ~pc.match_substring_regex(read, self.denied).to_numpy(zero_copy_only=False)
        return found


class FactTable:
    """Facts as one row per application and one column per field; `text` is lower-cased, `shown` as recorded."""

    def __init__(self, facts: pd.DataFrame) -> None:
        row, ids = pd.factorize(facts["application_id"].astype("str"), sort=True)
        self.index = pd.Index(ids, name="application_id", dtype=object)
        is_used = (~facts["field"].isin(OPINIONS) & facts["value"].ne(NOT_APPLICABLE)).to_numpy(dtype=bool)
        usable, row = facts[is_used], row[is_used]
        column, self._fields = pd.factorize(usable["field"], sort=True)
        first = ~pd.Series(row * len(self._fields) + column).duplicated().to_numpy()
        self._told, self._places = usable[first], (column[first], row[first])
        # Few texts differ: each is worked on once.
        codes, texts = pd.factorize(self._told["value"])
        places = self._wide(codes, -1)
        shown, lowered = np.append(texts.astype(object), np.nan), _lowered(pd.Series(texts, dtype="str")).array
        self.shown = self._framed([shown[field] for field in places], object)
        self.number = self._framed(self._wide(self._told["number"].to_numpy(dtype="float64"), np.nan))
        self.text = self._framed([lowered.take(field, allow_fill=True) for field in places])
        self.shown["application_name"] = self._names()
        self.text["application_name"] = _lowered(self.shown["application_name"].astype("str"))

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """Lists of cells, empty where there is no fact; only who cites needs facts with their evidence."""
        return self._framed(self._wide(self._told["evidence"].to_numpy(), []), object)

    def _wide(self, values: np.ndarray, otherwise: object) -> np.ndarray:
        """Values of the facts by field and application."""
        grid = np.empty((len(self._fields), len(self.index)), dtype=values.dtype)
        grid.fill(otherwise)
        grid[self._places] = values
        return grid

    def _framed(self, columns: Iterable[Any], dtype: type | None = None) -> pd.DataFrame:
        return pd.DataFrame(dict(zip(self._fields, columns, strict=True)), index=self.index, dtype=dtype)

    def _names(self) -> pd.Series:
        """Recorded names; the id, which is made from the name, stands in where there is none."""
        spelt = (
            pd.Series(self.index, index=self.index, dtype="str").str.replace(r"[-_]+", " ", regex=True).astype(object)
        )
        if "application_name" not in self.shown.columns:
            return spelt
        return self.shown["application_name"].where(self.shown["application_name"].notna(), spelt)

    def has(self, field: str) -> bool:
        """Whether any application has that field."""
        return field in self.text.columns


def _lowered(texts: "pd.Series[str]") -> "pd.Series[str]":
    return texts.str.lower().str.strip()


def signals(facts: pd.DataFrame, today: date | None = None) -> pd.DataFrame:
    """Signals of every application that has a fact, by application_id, in a stable order.

    Beside each column stands `<signal>.from`: the field it was read from, None where unknown. `today` is what support
    ends and install dates are compared with; without it dates are not read.
    """
    return read_signals(FactTable(facts), today)


def read_signals(table: FactTable, today: date | None = None) -> pd.DataFrame:
    """The same over a table already pivoted."""
    return with_derived(told_signals(table, today))


def told_signals(table: FactTable, today: date | None = None) -> pd.DataFrame:
    """The signals as the facts tell them, before those that are made of others. The greatest value seen counts."""
    places = {signal: place for place, signal in enumerate(SIGNALS)}
    values = np.full((len(SIGNALS), len(table.index)), np.nan)
    origins = np.full(values.shape, -1)
    fields = {_MEASURED: 0}
    for signal, value, field in _readings(table, today):
        row = places[signal]
        better = ~np.isnan(value) & ~(values[row] >= value)
        values[row, better] = value[better]
        origins[row, better] = fields.setdefault(field, len(fields))
    columns: dict[str, object] = {}
    for row, signal in enumerate(SIGNALS):
        columns[signal] = values[row]
        columns[signal + SOURCE_SUFFIX] = pd.Categorical.from_codes(origins[row], pd.Index(fields))
    return pd.DataFrame(columns, index=table.index)


def _readings(table: FactTable, today: date | None) -> Iterator[Reading]:
    for field, asked in asked_of_texts().items():
        if table.has(field):
            yield from _words(table.text[field], field, asked)
    yield from _numbers(table)
    yield from _grades(table)
    yield from _lists(table)
    if today is not None:
        yield from _dates(table, today)


@cache
def asked_of_texts() -> Mapping[str, list[Asked]]:
    """Field -> everything that is looked for in its texts."""
    asked: dict[str, list[Asked]] = {}
    for term in TERMS:
        for field in term.fields:
            asked.setdefault(field, []).append(Asked(term.signal, term.pattern, term.denied, term.ignored))
    for field in ("environment", "lifecycle_status"):
        asked.setdefault(field, []).append(Asked("nonproduction", NONPRODUCTION, PRODUCTION))
    for field in ("depends_on", "depended_on_by", "integration_dependencies"):
        asked.setdefault(field, []).append(Asked("hub", HUB))
    for field in DEBT_FIELDS:
        asked.setdefault(field, []).extend(Asked("debt", pattern, worth=level) for level, pattern in DEBT)
    return asked


def _words(text: pd.Series, field: str, asked: Iterable[Asked]) -> Iterator[Reading]:
    """Whether the patterns are in the texts; each distinct text is read once. A level is known where it is found."""
    codes, uniques = pd.factorize(text)
    seen = pa.array(uniques.tolist(), type=pa.string())
    for each in asked:
        answers = np.where(each.found_in(seen), each.worth, np.nan if each.signal == "debt" else 0.0)
        yield each.signal, np.append(answers, np.nan)[codes], field


def _numbers(table: FactTable) -> Iterator[Reading]:
    for signal, fields in NUMBERS:
        known = np.zeros(len(table.index), dtype=bool)
        for field in fields:
            if not table.has(field):
                continue
            number = table.number[field].to_numpy(dtype="float64")
            if (unread := np.isnan(number) & table.text[field].notna().to_numpy()).any():
                text = table.text[field][unread].str.replace(",", "").str.extract(r"(\d+(?:\.\d+)?)", expand=False)
                number = number.copy()
                number[unread] = text.astype("float64")
            yield signal, np.where(known, np.nan, number), field
            known |= ~np.isnan(number)


def _grades(table: FactTable) -> Iterator[Reading]:
    """Levels by the whole text, else by the words before anything that explains them: high (tier 1)."""
    for signal, field, scale in GRADES:
        if table.has(field):
            text = table.text[field]
            level = text.map(scale)
            if (unread := level.isna() & text.notna()).any():
                first = text[unread].str.split(r"[^\w -]", n=1, regex=True).str[0].str.replace("-", " ").str.strip()
                level = level.astype("float64").fillna(first.map(scale).astype("float64"))
            yield signal, level.to_numpy(dtype="float64"), field


def _lists(table: FactTable) -> Iterator[Reading]:
    for signal, field in (("compliance", "compliance_requirements"), ("dependency_count", "integration_dependencies")):
        if table.has(field):
            text = table.text[field]
            items = (text.str.count(r"[;|,\n]") + 1.0).where(~text.isin(NOTHING), 0.0).where(text.notna())
            yield signal, items.to_numpy(dtype="float64"), field


def _dates(table: FactTable, today: date) -> Iterator[Reading]:
    """Support that has ended or ends within a year; hardware bought within two years (AWS: recent refresh, retain)."""
    now = pd.Timestamp(today)
    for field, signal in (("support_end_date", "eol"), ("install_date", "recent_refresh")):
        if not table.has(field):
            continue
        day = pd.to_datetime(table.text[field], errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
        if signal == "eol":
            level = np.select([day < now, day < now + pd.Timedelta(days=365)], [2.0, 1.0], 0.0)
            yield signal, np.where(day.notna(), level, np.nan), field
        elif "kinds" in table.number:
            fresh = (day > now - pd.Timedelta(days=730)) & (day <= now) & (table.number["kinds"] >= 0.5)
            yield signal, np.where(day.notna(), fresh.astype("float64"), np.nan), field


# Average CPU and memory in percent (from, below) as AWS defines them; both must be measured.
_IDLENESS = (("zombie", 0.0, 5.0), ("idle", 5.0, 20.0))
DERIVED_FROM = ("eol", "obsolete_version", "cpu_util", "memory_util", "said_zombie", "said_idle")


def derived(told: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The signals that are made of those in DERIVED_FROM.

    A version that its vendor no longer supports counts as end of life where the inventory has not resolved the product.
    """
    unresolved = np.isnan(told["eol"]) & (told["obsolete_version"] == 1)
    idleness = {signal: np.fmax(_measured(told, low, high), told[f"said_{signal}"]) for signal, low, high in _IDLENESS}
    return {"eol": np.where(unresolved, 2.0, told["eol"]), **idleness}


def _measured(told: Mapping[str, np.ndarray], low: float, high: float) -> np.ndarray:
    busiest = np.maximum(told["cpu_util"], told["memory_util"])
    return np.where(np.isnan(busiest), np.nan, (busiest >= low) & (busiest < high))


def with_derived(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the signals that are made of others, and where these come from."""
    told = {name: frame[name].to_numpy(dtype="float64") for name in DERIVED_FROM}
    values = derived(told)
    eol, obsolete = frame["eol" + SOURCE_SUFFIX], frame["obsolete_version" + SOURCE_SUFFIX]
    sources = {"eol": eol.mask(np.isnan(told["eol"]) & (values["eol"] == 2), obsolete)}
    for signal, low, high in _IDLENESS:
        said = frame[f"said_{signal}{SOURCE_SUFFIX}"]
        sources[signal] = said.mask(_measured(told, low, high) == 1, _MEASURED)
    return frame.assign(**values, **{signal + SOURCE_SUFFIX: source for signal, source in sources.items()})
