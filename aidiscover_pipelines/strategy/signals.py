"""What the policy may look at: one typed column per signal, read from application facts.

Every signal is a float: 1/0 for yes/no, an ordinal (criticality 0-3, complexity, debt and eol 0-2), or a quantity.
NaN means unknown, and no comparison with an unknown is true. A recorded opinion on the strategy (`migration_strategy`,
`migration_wave`) is never read: it would make the answer agree with itself.
"""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.strategy.terms import TERMS

OPINIONS = ("migration_strategy", "migration_wave")
SOURCE_SUFFIX = ".from"

CRITICALITY = {"critical": 3.0, "mission critical": 3.0, "high": 2.0, "medium": 1.0, "moderate": 1.0, "low": 0.0}
GRADE = {"very high": 2.0, "high": 2.0, "complex": 2.0, "medium": 1.0, "moderate": 1.0, "low": 0.0, "simple": 0.0,
         "very low": 0.0, "hoch": 2.0, "mittel": 1.0, "gering": 0.0, "niedrig": 0.0}  # fmt: skip
EOL = {"eol": 2.0, "eol_soon": 1.0, "supported": 0.0}

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
_DEBT = r"(?:technical debt|technische schulden?)\W+"
_HEALTH = r"(?:code quality|technical (?:fit|health))\W+"
DEBT = (
    (
        2.0,
        rf"{_DEBT}(?:very high|high|severe|sehr hoch|hoch)|{_HEALTH}(?:poor|low|bad)|^(?:very )?(?:poor|bad|schlecht)$",
    ),
    (1.0, rf"{_DEBT}(?:medium|moderate|mittel)|{_HEALTH}(?:fair|medium)|^(?:fair|average|mittel)$"),
    (0.0, rf"{_DEBT}(?:low|none|gering|keine)|{_HEALTH}(?:good|high)|^(?:good|excellent|healthy|gut)$"),
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

# How a reader hands over what it found: the signal, its values, the field they came from.
Put = Callable[[str, pd.Series, str], None]


class FactTable:
    """Facts as one row per application and one column per field; `text` is lower-cased, `shown` as recorded."""

    def __init__(self, facts: pd.DataFrame) -> None:
        usable = facts[~facts["field"].isin(OPINIONS) & facts["value"].ne(NOT_APPLICABLE)]
        # The only caller that gives no facts at all is an empty portfolio.
        keyed = usable.drop_duplicates(["application_id", "field"]).set_index(["application_id", "field"])
        self.index = pd.Index(sorted(facts["application_id"].unique()), name="application_id", dtype=object)
        self.shown = keyed["value"].astype(object).unstack().reindex(self.index)
        self.number = keyed["number"].astype("float64").unstack().reindex(self.index)
        self.evidence = keyed["evidence"].astype(object).unstack().reindex(self.index)
        named = self._names()
        self.shown["application_name"] = named
        self.text = pd.DataFrame(
            {field: self.shown[field].astype("str").str.lower().str.strip() for field in self.shown.columns},
            index=self.index,
        )

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
    """The signals as the facts tell them, before those that are made of others."""
    values: dict[str, pd.Series] = {}
    origin: dict[str, pd.Series] = {}

    def put(signal: str, value: pd.Series, field: str) -> None:
        """Keep the greatest value seen; remember which field gave it."""
        known = value.notna()
        if signal not in values:
            values[signal] = value
            origin[signal] = pd.Series(np.where(known, field, ""), index=table.index).mask(~known)
            return
        better = known & ~(values[signal] >= value)
        values[signal] = values[signal].where(~better, value)
        origin[signal] = origin[signal].where(~better, field)

    _put_words(table, put)
    _put_numbers(table, put)
    _put_grades(table, put)
    _put_lists(table, put)
    if today is not None:
        _put_dates(table, today, put)
    return _typed(values, origin, table.index)


def _put_words(table: FactTable, put: Put) -> None:
    for term in TERMS:
        for field in term.fields:
            if table.has(field):
                put(term.signal, _found(table.text[field], term.pattern, term.denied), field)
    for field in ("environment", "lifecycle_status"):
        if table.has(field):
            put("nonproduction", _found(table.text[field], NONPRODUCTION, PRODUCTION), field)
    for field in ("depends_on", "depended_on_by", "integration_dependencies"):
        if table.has(field):
            put("hub", _found(table.text[field], HUB), field)


def _found(text: pd.Series, pattern: str, denied: str = "") -> pd.Series:
    """1 where the pattern is in the text, 0 where not, NaN where there is no text. Each distinct text is read once."""
    codes, uniques = pd.factorize(text)
    if not len(uniques):
        return pd.Series(np.nan, index=text.index)
    seen = pd.Series(uniques, dtype="str")
    hit = seen.str.contains(pattern, regex=True)
    if denied:
        hit &= ~seen.str.contains(denied, regex=True)
    answers = np.append(hit.to_numpy(dtype="float64"), np.nan)
    return pd.Series(answers[codes], index=text.index)


def _put_numbers(table: FactTable, put: Put) -> None:
    for signal, fields in NUMBERS:
        known = pd.Series(np.nan, index=table.index)
        for field in fields:
            if not table.has(field):
                continue
            spelt = (
                table.text[field].str.replace(",", "").str.extract(r"(\d+(?:\.\d+)?)", expand=False).astype("float64")
            )
            number = table.number[field].fillna(spelt)
            put(signal, number.where(known.isna()), field)
            known = known.fillna(number)


def _put_grades(table: FactTable, put: Put) -> None:
    for signal, field, scale in (
        ("criticality", "business_criticality", CRITICALITY),
        ("complexity", "business_logic_complexity", GRADE),
        ("eol", "eol_status", EOL),
    ):
        if table.has(field):
            put(signal, table.text[field].map(scale).astype("float64"), field)
    for field in DEBT_FIELDS:
        if table.has(field):
            for level, pattern in DEBT:
                put("debt", _found(table.text[field], pattern).replace({0.0: np.nan, 1.0: level}), field)


def _put_lists(table: FactTable, put: Put) -> None:
    for signal, field in (("compliance", "compliance_requirements"), ("dependency_count", "integration_dependencies")):
        if table.has(field):
            text = table.text[field]
            items = text.str.count(r"[;|,\n]") + 1.0
            put(signal, items.where(~text.isin(NOTHING), 0.0).where(text.notna()).astype("float64"), field)


def _put_dates(table: FactTable, today: date, put: Put) -> None:
    """Support that has ended or ends within a year; hardware bought within two years (AWS: recent refresh, retain)."""
    now = pd.Timestamp(today)
    for field, signal in (("support_end_date", "eol"), ("install_date", "recent_refresh")):
        if not table.has(field):
            continue
        day = pd.to_datetime(table.text[field], errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
        if signal == "eol":
            level = np.select([day < now, day < now + pd.Timedelta(days=365)], [2.0, 1.0], 0.0)
            put(signal, pd.Series(level, index=table.index).where(day.notna()), field)
        elif "kinds" in table.number:
            fresh = (day > now - pd.Timedelta(days=730)) & (day <= now) & (table.number["kinds"] >= 0.5)
            put(signal, fresh.astype("float64").where(day.notna()), field)


def _typed(values: dict[str, pd.Series], origin: dict[str, pd.Series], index: pd.Index) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for signal in SIGNALS:
        columns[signal] = values.get(signal, pd.Series(np.nan, index=index)).astype("float64")
        columns[signal + SOURCE_SUFFIX] = origin.get(signal, pd.Series(index=index, dtype="str"))
    return pd.DataFrame(columns, index=index)


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
