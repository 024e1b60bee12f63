"""What people taught, applied to what the ranker chose: the same header again, similar columns, and trust.

A correction holds for the same header words in the source (and sheet) it names, or everywhere where it names none;
there it decides. Anywhere else it is evidence, weighed with the probability that such a column has the same field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.odds import shifted
from aidiscover_pipelines.domain.vocabulary import EntityKind, MappingDecision
from aidiscover_pipelines.mapping import measures
from aidiscover_pipelines.mapping.columns import observe_columns
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.rank import ACCEPT_FROM, ALTERNATIVES, UNIQUE_FIELDS
from aidiscover_pipelines.mapping.trust import trust_of

IMPORTED = "library: "
# Confidence of a column that a person named: for this source, or for every source.
NAMED, NAMED_EVERYWHERE = 0.99, 0.98
# Cosine from which another source's column is alike -> how often it carries the same field. Over pairs of labelled
# headers (897, of 19 sources) whose value shapes do not contradict: 1.00 of 32, 0.91 of 46, 0.89 of 238, 0.79 of 169;
# lowered where there are few. Equal words agree in 0.89 of 273 pairs. Below 0.7 likeness soon tells nothing.
ALIKE: tuple[tuple[float, float], ...] = ((0.9, 0.95), (0.85, 0.9), (0.75, 0.8), (0.7, 0.72))
SAME_WORDS = 0.89
# A column that was ignored says little about another: 5 of 16 such pairs agree, so only near copies count.
LEAST_ALIKE_IGNORED = 0.9
# Without values on both sides nothing confirms the likeness: such a column is shown to a person.
UNCONFIRMED = 0.85
# Two columns have unlike values where the share of one value shape differs by more; then 0.5 of equal headers agree.
MOST_UNLIKE = 0.5
MOST_SURE = 0.99
# Fields that make a sheet without a key usable again when a person names one of its columns so.
KEY_OF: Mapping[str, EntityKind] = {
    **dict.fromkeys(("asset_name", "asset_id", "hostname"), EntityKind.ASSET),
    **dict.fromkeys(("application_name", "application_id"), EntityKind.APPLICATION),
}
_ENDS = frozenset({"dep_source", "dep_target"})
_LEFT_OUT = "sheet left out"
_KEY = ["words", "source", "sheet"]
_SHEET = ["file_id", "sheet_index"]

Row = dict[str, Any]


def in_force(corrections: pd.DataFrame) -> pd.DataFrame:
    """The latest correction of each header, source and sheet; earlier ones are superseded. Order: oldest first."""
    ordered = corrections.sort_values(["at", "correction_id"], kind="stable")
    return ordered.drop_duplicates(_KEY, keep="last").reset_index(drop=True)


def apply_corrections(
    mappings: pd.DataFrame, names: Mapping[str, str], values: Sequence[Sequence[str]], corrections: pd.DataFrame | None
) -> pd.DataFrame:
    """FieldMapping rows as the ranker left them -> the same rows, in the same order, as people's answers have them.

    `names` maps file ids to file names, `values` are the non-empty cell texts of each row's column, `corrections` has
    the MappingCorrection columns. Of the fields that a row has once, a corrected column takes the only place.
    None or no corrections: the frame as it is.
    """
    if corrections is None or corrections.empty or mappings.empty:
        return mappings
    seen = observe_columns(mappings, names, values)
    known = _Known.of(corrections)
    rows: list[Row] = [{str(name): row[name] for name in row} for row in mappings.to_dict("records")]
    columns: list[Row] = [{str(name): row[name] for name in row} for row in seen.to_dict("records")]
    cosine = np.stack(seen["embedding"].tolist()) @ known.vectors.T
    named: set[int] = set()
    touched: set[int] = set()
    for place, (row, column) in enumerate(zip(rows, columns, strict=True)):
        if not str(row["header"]).strip():
            continue
        exact = known.exact(column)
        # A sheet that is left out stays so unless somebody answered about this very source.
        if exact is not None and (_has_entity(row) or exact["source"]):
            rows[place] = _named(row, exact, values[place])
            named.add(place)
        elif _has_entity(row):
            likely = known.likely(column, cosine[place])
            rows[place] = known.weighed(_raised(row, likely, values[place]) if likely else row, column["source"])
            touched |= {place} if likely else set()
    positions = pd.Series(range(len(rows))).groupby([mappings[name].to_numpy() for name in _SHEET], sort=False)
    for _, places in positions:
        _take_up(rows, places.tolist(), named)
        _one_of_each(rows, places.tolist(), named, touched | named)
    return pd.DataFrame(rows, columns=mappings.columns, index=mappings.index)


def exact_answers(seen: pd.DataFrame, corrections: pd.DataFrame) -> list[Row | None]:
    """For each observed column the correction in force that decides it, or None."""
    known = _Known.of(corrections)
    return [known.exact({str(name): row[name] for name in row}) for row in seen.to_dict("records")]


def saying(correction: Mapping[str, Any]) -> str:
    """Who said what, as the reason of a column: "corrected by ann on 2026-11-21: 'Owner' is business_owner"."""
    verb = "confirmed" if correction["proposed"] == correction["field"] else "corrected"
    said = f"{verb} by {correction['by']} on {correction['at']:%Y-%m-%d}: {correction['header']!r} "
    return said + ("carries no field" if correction["field"] == IGNORE else f"is {correction['field']}")


@dataclass(frozen=True)
class _Likely:
    """A correction of a similar column: its field, how probably that is this column's too, and how alike they are."""

    correction: Row
    probability: float
    cosine: float


@dataclass(frozen=True)
class _Known:
    """The corrections in force, ready to be asked."""

    rows: list[Row]
    vectors: np.ndarray
    by_words: Mapping[str, list[int]]
    trust: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @classmethod
    def of(cls, corrections: pd.DataFrame) -> "_Known":
        current = in_force(corrections)
        rows = [{str(name): row[name] for name in row} for row in current.to_dict("records")]
        by_words: dict[str, list[int]] = {}
        for place, words in enumerate(current["words"]):
            by_words.setdefault(str(words), []).append(place)
        vectors = np.array(current["embedding"].tolist(), dtype=float)
        trust = {(each.kind, each.name): each.shift for each in trust_of(current)}
        return cls(rows, vectors, by_words, trust)

    def exact(self, column: Row) -> Row | None:
        """The correction that decides: of this source before any, of this sheet before any, then the latest."""
        fitting = [
            self.rows[place] for place in self.by_words.get(column["words"], ()) if _in_scope(self.rows[place], column)
        ]
        return max(fitting, key=lambda row: (bool(row["source"]), bool(row["sheet"]), row["at"]), default=None)

    def likely(self, column: Row, cosine: np.ndarray) -> _Likely | None:
        """The best of the similar columns' fields; contrary ones share the probability."""
        same = self.by_words.get(column["words"], [])
        weights: dict[str, float] = {}
        best: _Likely | None = None
        for place in sorted({*np.flatnonzero(cosine >= ALIKE[-1][0]).tolist(), *same}):
            row, alike = self.rows[place], float(cosine[place])
            probability = _probability(row, column, alike, is_same=place in same)
            if probability > weights.get(row["field"], 0.0):
                weights[row["field"]] = probability
            if probability and (best is None or probability >= best.probability):
                best = _Likely(row, probability, alike)
        if best is None:
            return None
        return _Likely(best.correction, best.probability**2 / sum(weights.values()), best.cosine)

    def weighed(self, row: Row, source: str) -> Row:
        """The row with its confidence moved by the trust in its source and field; the field itself stays."""
        shift = self.trust.get(("source", source), 0.0) + self.trust.get(("field", str(row["field"])), 0.0)
        if not shift or not isinstance(row["field"], str):
            return row
        confidence = round(shifted(row["confidence"], shift), 3)
        decision = row["decision"]
        if row["confidence"] >= ACCEPT_FROM > confidence:
            decision = MappingDecision.REVIEW.value
        elif confidence >= ACCEPT_FROM > row["confidence"]:
            decision = MappingDecision.ACCEPT.value
        if decision == row["decision"]:
            return {**row, "confidence": confidence}
        why = f"answers about this source and field {'raise' if shift > 0 else 'lower'} the confidence"
        return {**row, "confidence": confidence, "decision": decision, "reason": f"{row['reason']}; {why}"}


def _in_scope(correction: Row, column: Row) -> bool:
    return _is_source(correction, column) and _fits(correction["sheet"], column["sheet_name"])


def _is_source(correction: Row, column: Row) -> bool:
    if correction["fingerprint"] and correction["fingerprint"] == column["fingerprint"]:
        return True
    return not correction["source"].startswith(IMPORTED) and _fits(correction["source"], column["name"])


def _fits(pattern: str, name: str) -> bool:
    return not pattern or fnmatchcase(name.casefold(), pattern.casefold())


def _probability(correction: Row, column: Row, cosine: float, *, is_same: bool) -> float:
    """How probably a column carries the field of a correction that was made elsewhere; 0 where nothing follows."""
    step = next((share for least, share in ALIKE if cosine >= least), 0.0)
    if is_same:
        step = max(step, SAME_WORDS)
    if correction["field"] == IGNORE and not is_same and cosine < LEAST_ALIKE_IGNORED:
        return 0.0
    if not (correction["profile"] and column["profile"]):
        return min(step, UNCONFIRMED)
    mine, theirs = column["profile"], correction["profile"]
    shapes = {*mine, *theirs} - {"values"}
    unlike = max((abs(mine.get(name, 0.0) - theirs.get(name, 0.0)) for name in shapes), default=0.0)
    return step if unlike <= MOST_UNLIKE else 0.0


def _has_entity(row: Row) -> bool:
    return isinstance(row["entity"], str)


def _named(row: Row, correction: Row, values: Sequence[str]) -> Row:
    """The row as a person named it."""
    reason = saying(correction)
    proposed = row["field"] if isinstance(row["field"], str) else IGNORE
    if proposed != correction["field"]:
        reason += f"; the mapper read {proposed} ({row['confidence']:.2f})"
    if not _has_entity(row):
        reason = f"{str(row['reason']).partition(';')[0]}; {reason}"
    named = _under(row, correction, values)
    sure = NAMED if correction["source"] or correction["sheet"] else NAMED_EVERYWHERE
    decision = MappingDecision.IGNORE if correction["field"] == IGNORE else MappingDecision.ACCEPT
    return {**named, "confidence": sure, "decision": decision.value, "reason": reason}


def _under(row: Row, correction: Row, values: Sequence[str]) -> Row:
    """The row under the correction's field, its unit and statistic read anew where the person named none."""
    chosen = correction["field"]
    others = [other for other in row["alternatives"] if other["field"] != chosen]
    if isinstance(row["field"], str) and row["field"] != chosen:
        others = [{"field": row["field"], "confidence": row["confidence"]}, *others]
    base = {**row, "alternatives": others[:ALTERNATIVES]}
    if chosen == IGNORE:
        return {**base, "field": None, "unit": None, "statistic": None}
    return {
        **base,
        "field": chosen,
        "unit": correction["unit"]
        if isinstance(correction["unit"], str)
        else measures.unit(row["header"], chosen, values),
        "statistic": correction["statistic"]
        if isinstance(correction["statistic"], str)
        else measures.statistic(row["header"], chosen),
    }


def _raised(row: Row, likely: _Likely, values: Sequence[str]) -> Row:
    """The row with a similar column's correction weighed in: surer, under another field, or with a new alternative."""
    taught, probability = likely.correction["field"], likely.probability
    held = row["field"] if isinstance(row["field"], str) else IGNORE
    reason = f"{row['reason']}; like {likely.correction['header']!r} ({likely.cosine:.2f}), {saying(likely.correction)}"
    if taught == held:
        sure = round(min(MOST_SURE, 1 - (1 - row["confidence"]) * (1 - probability)), 3)
        is_accepted = held != IGNORE and sure >= ACCEPT_FROM
        decision = MappingDecision.ACCEPT.value if is_accepted else row["decision"]
        return {**row, "confidence": max(sure, row["confidence"]), "decision": decision, "reason": reason}
    if probability <= row["confidence"]:
        if taught == IGNORE:
            return {**row, "reason": reason}
        left = round(min(probability, 1 - row["confidence"]), 3)
        others = [other for other in row["alternatives"] if other["field"] != taught]
        alternatives = sorted([{"field": taught, "confidence": left}, *others], key=lambda other: -other["confidence"])
        return {**row, "alternatives": alternatives[:ALTERNATIVES], "reason": reason}
    sure = round(probability, 3)
    is_accepted = sure >= ACCEPT_FROM
    if taught == IGNORE and not is_accepted:
        return {**row, "decision": MappingDecision.REVIEW.value, "reason": reason}
    decision = MappingDecision.IGNORE if taught == IGNORE else MappingDecision.ACCEPT
    return {
        **_under(row, likely.correction, values),
        "confidence": sure,
        "decision": decision.value if is_accepted else MappingDecision.REVIEW.value,
        "reason": reason,
    }


def _take_up(rows: list[Row], places: Sequence[int], named: set[int]) -> None:
    """Use a sheet that was left out for want of a key, in place, once a person has named one."""
    if any(_has_entity(rows[place]) for place in places):
        return
    keys = [place for place in places if place in named and rows[place]["field"] in {*KEY_OF, *_ENDS}]
    fields = {rows[place]["field"] for place in keys}
    first = next((place for place in keys if rows[place]["field"] in KEY_OF), None)
    if fields >= _ENDS:
        entity, first = EntityKind.DEPENDENCY, keys[0]
    elif first is not None:
        entity = KEY_OF[rows[first]["field"]]
    else:
        return
    why = f"sheet used since {rows[first]['header']!r} is {rows[first]['field']}"
    for place in places:
        row = {**rows[place], "entity": entity.value}
        head, _, rest = str(row["reason"]).partition("; ")
        row["reason"] = f"{why}; {rest or head}" if head.startswith(_LEFT_OUT) else f"{why}; {row['reason']}"
        if place not in named and isinstance(row["field"], str):
            is_sure = row["confidence"] >= ACCEPT_FROM
            row["decision"] = (MappingDecision.ACCEPT if is_sure else MappingDecision.REVIEW).value
        rows[place] = row


def _one_of_each(rows: list[Row], places: Sequence[int], named: set[int], touched: set[int]) -> None:
    """Leave each field that a row has once to one column of a sheet, in place: the named one, then the surest.

    Only where corrections touched one of its columns; the ranker has seen to the others.
    """
    for unique in sorted(UNIQUE_FIELDS):
        holders = [place for place in places if rows[place]["field"] == unique]
        if not touched.intersection(holders):
            continue
        keeper = max(holders, key=lambda place: (place in named, rows[place]["confidence"], -place))
        for place in holders:
            if place != keeper:
                rows[place] = _without(rows[place], unique, rows[keeper]["header"])
        if keeper in named:
            for place in places:
                others = [other for other in rows[place]["alternatives"] if other["field"] != unique]
                rows[place] = {**rows[place], "alternatives": others}


def _without(row: Row, lost: str, keeper: str) -> Row:
    """A column that lost a field to another: under its next alternative for review, or ignored where it has none."""
    others = [other for other in row["alternatives"] if other["field"] not in UNIQUE_FIELDS]
    reason = f"{row['reason']}; column {keeper!r} is the sheet's {lost}"
    bare = {**row, "unit": None, "statistic": None, "reason": reason}
    if not others:
        ignored = MappingDecision.IGNORE.value
        return {**bare, "field": None, "confidence": round(1 - row["confidence"], 3), "decision": ignored}
    taken = {"field": others[0]["field"], "confidence": others[0]["confidence"], "alternatives": others[1:]}
    return {**bare, **taken, "decision": MappingDecision.REVIEW.value}
