"""What the policy may look at: one typed column per signal, read from application facts.

Every signal is a float: 1/0 for yes/no, an ordinal (criticality 0-3, complexity, debt and eol 0-2), or a quantity.
NaN means unknown, and no comparison with an unknown is true. A recorded opinion on the strategy (`migration_strategy`,
`migration_wave`) is never read: it would make the answer agree with itself.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, cached_property

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

# What a reader hands over: the signal, its values (NaN where unknown), the field that they came from.
Reading = tuple[str, np.ndarray, str]


class FactTable:
    """Facts as one row per application and one column per field; `text` is lower-cased, `shown` as recorded."""

    def __init__(self, facts: pd.DataFrame) -> None:
        usable = facts[~facts["field"].isin(OPINIONS) & facts["value"].ne(NOT_APPLICABLE)]
        # The only caller that gives no facts at all is an empty portfolio.
        keyed = usable.drop_duplicates(["application_id", "field"]).set_index(["application_id", "field"])
        self.index = pd.Index(sorted(facts["application_id"].unique()), name="application_id", dtype=object)
        self.shown = keyed["value"].astype(object).unstack().reindex(self.index)
        self.number = keyed["number"].astype("float64").unstack().reindex(self.index)
        self._keyed = keyed
        named = self._names()
        self.shown["application_name"] = named
        self.text = pd.DataFrame(
            {field: self.shown[field].astype("str").str.lower().str.strip() for field in self.shown.columns},
            index=self.index,
        )

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """Lists of cells; only who cites needs facts with their evidence."""
        return self._keyed["evidence"].astype(object).unstack().reindex(self.index)

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
    origins = np.full(values.shape, None, dtype=object)
    for signal, value, field in _readings(table, today):
        row = places[signal]
        better = ~np.isnan(value) & ~(values[row] >= value)
        values[row, better] = value[better]
        origins[row, better] = field
    columns: dict[str, object] = {}
    for row, signal in enumerate(SIGNALS):
        columns[signal] = values[row]
        columns[signal + SOURCE_SUFFIX] = pd.Series(origins[row], index=table.index, dtype="str")
    return pd.DataFrame(columns, index=table.index)


def _readings(table: FactTable, today: date | None) -> Iterator[Reading]:
    for field, asked in _asked_of_texts().items():
        if table.has(field):
            yield from _words(table.text[field], field, asked)
    yield from _numbers(table)
    yield from _grades(table)
    yield from _lists(table)
    if today is not None:
        yield from _dates(table, today)


@cache
def _asked_of_texts() -> Mapping[str, list[tuple[str, str, str, float]]]:
    """Field -> (signal, pattern, denied, what a match is worth) of everything that is looked for in its texts."""
    asked: dict[str, list[tuple[str, str, str, float]]] = {}
    for term in TERMS:
        for field in term.fields:
            asked.setdefault(field, []).append((term.signal, term.pattern, term.denied, 1.0))
    for field in ("environment", "lifecycle_status"):
        asked.setdefault(field, []).append(("nonproduction", NONPRODUCTION, PRODUCTION, 1.0))
    for field in ("depends_on", "depended_on_by", "integration_dependencies"):
        asked.setdefault(field, []).append(("hub", HUB, "", 1.0))
    for field in DEBT_FIELDS:
        asked.setdefault(field, []).extend(("debt", pattern, "", level) for level, pattern in DEBT)
    return asked


def _words(text: pd.Series, field: str, asked: list[tuple[str, str, str, float]]) -> Iterator[Reading]:
    """Whether the patterns are in the texts; each distinct text is read once. A level is known where it is found."""
    codes, uniques = pd.factorize(text)
    seen = pa.array(uniques.tolist(), type=pa.string())
    for signal, pattern, denied, worth in asked:
        hit = pc.match_substring_regex(seen, pattern).to_numpy(zero_copy_only=False)
        if denied and hit.any():
            hit &= ~pc.match_substring_regex(seen, denied).to_numpy(zero_copy_only=False)
        answers = np.where(hit, worth, np.nan if signal == "debt" else 0.0)
        yield signal, np.append(answers, np.nan)[codes], field


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


def with_derived(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, changed in place, with the signals that are made of others.

    Zombie and idle as AWS defines them: average CPU and memory below 5 %, below 20 %; both must be measured. A version
    that its vendor no longer supports counts as end of life where the inventory has not resolved the product.
    """
    unresolved = frame["eol"].isna() & (frame["obsolete_version"] == 1)
    frame["eol"] = frame["eol"].mask(unresolved, 2.0)
    frame["eol" + SOURCE_SUFFIX] = frame["eol" + SOURCE_SUFFIX].mask(
        unresolved, frame["obsolete_version" + SOURCE_SUFFIX]
    )
    busiest = frame[["cpu_util", "memory_util"]].max(axis=1, skipna=False)
    for signal, said, low, high in (("zombie", "said_zombie", 0.0, 5.0), ("idle", "said_idle", 5.0, 20.0)):
        measured = ((busiest >= low) & (busiest < high)).astype("float64").where(busiest.notna())
        frame[signal] = np.fmax(measured, frame[said])
        frame[signal + SOURCE_SUFFIX] = frame[said + SOURCE_SUFFIX].where(~(measured == 1), "cpu_util_pct")
    return frame
