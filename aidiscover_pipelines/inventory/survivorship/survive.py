"""Survivorship: which of several values for one field of one entity stands, and why. Losers are kept, with the reason.

The rules are declared in survivorship.py; here they are applied to all values at once.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.domain.tables import EntityValue
from aidiscover_pipelines.inventory.addresses import record_ids, sheet_keys
from aidiscover_pipelines.inventory.survivorship.agreement import Flags, Objects, agree, precision
from aidiscover_pipelines.inventory.survivorship.ranking import (
    DEFAULT_KIND,
    KINDS,
    Codes,
    Ranks,
    deciding,
    ranks,
    valid_values,
)
from aidiscover_pipelines.inventory.survivorship.rules import (
    ANSWERED_AS_A_WHOLE,
    BY_KIND,
    PART_FIELDS,
    UNION_FIELDS,
    Agreement,
    Criterion,
    rule_of,
)

# Note of a value that only counts as part of a sum; it contradicts nothing.
PART = "part of a sum"

ONLY, AGREED, AGREES = "only value", "sources agree", "agrees with the chosen value"
ALL_STAND, REPEATS = "all values stand", "repeats another value"
IMPOSSIBLE = "only value, and it cannot be right"
OTHER_SYSTEM = "belongs to another operating system than the one that stands"
_TELLS_MORE = "agrees with the best source and tells more"
_TELLS_LESS = "agrees with the chosen value, which tells more"
_ANSWERED = "noted before a person answered"


def survive(values: pd.DataFrame) -> pd.DataFrame:
    """EntityValue frame in the order of `values`: whether each was chosen, whether its field is disputed, and why.

    Columns needed: entity, entity_id, field, value, number, statistic, evidence_id, preference (how near the statement
    is to the thing itself, lower is nearer), note. source_kind and day (standing.stated) may be missing: then all
    values come from undated lists. A note is the value's rule already and stays in front.
    """
    if values.empty:
        return pd.DataFrame(columns=EntityValue.columns())
    values = values.reset_index(drop=True)
    field, fields = pd.factorize(values["field"])
    entity = pd.factorize(values["entity_id"])[0].astype(np.int64)
    valid = valid_values(values, field, [str(name) for name in fields])
    told = _Told(
        np.ones(len(values), dtype=bool),
        np.zeros(len(values), dtype=bool),
        np.array([IMPOSSIBLE, ONLY], dtype=object)[valid.astype(np.int64)],
    )
    several, compared = _compared_rows(entity, field, [str(name) for name in fields])
    rows = np.flatnonzero(compared)
    if len(rows):
        ranked = _ranked(values.iloc[rows])
        told.chosen[rows], told.conflict[rows], told.rule[rows] = ranked
    noted = values["note"].to_numpy(object)
    places = np.flatnonzero(noted != "")
    told.rule[places] = noted[places] + np.where(several[places], "; " + told.rule[places], "")
    rule = pd.Series(told.rule, dtype="str")
    return values.assign(chosen=told.chosen, conflict=told.conflict, rule=rule)[EntityValue.columns()]


def _compared_rows(entity: Codes, field: Codes, fields: list[str]) -> tuple[Flags, Flags]:
    """Rows whose field has several values, and rows to be compared: these, and versions of systems that are in dispute.

    Most values are the only one of their field, and need no rank.
    """
    group = entity * len(fields) + field
    several: Flags = (np.bincount(group) > 1)[group]
    if "os_name" not in fields or "os_version" not in fields:
        return several, several
    doubtful = np.zeros(int(entity.max()) + 1, dtype=bool)
    doubtful[entity[several & (field == fields.index("os_name"))]] = True
    return several, several | (doubtful[entity] & (field == fields.index("os_version")))


def _ranked(values: pd.DataFrame) -> "_Told":
    """What is said of values that compete, in their order."""
    held = _Held(values.reset_index(drop=True))
    rows = held.rest()
    same, counts = _compared(held, rows)
    winner = _winners(held, rows, same & counts)
    told = _Told(
        winner == np.arange(len(winner)), _disputed(held, rows, same, counts), _reasons(held, rows, same, winner)
    )
    _put_unions(held, told)
    _put_versions(held, told, rows[counts & ~same])
    back = np.argsort(held.order)
    return _Told(told.chosen[back], told.conflict[back], told.rule[back])


class _Told(NamedTuple):
    """What is said of each value; filled in place."""

    chosen: Flags
    conflict: Flags
    rule: Objects


class _Held:
    """The values in order of entity, field and rank, as arrays; `first` is the row of each value's winner.

    `order` is where each stood before.

    A row of a source speaks with one `voice`, its columns are readings; so do the details that one sheet tells.
    """

    def __init__(self, values: pd.DataFrame) -> None:
        kind, day = values.get("source_kind", DEFAULT_KIND), values.get("day", 0)
        frame = values.assign(source_kind=kind, day=day)
        field_codes, fields = pd.factorize(frame["field"], sort=True)
        entity_codes = pd.factorize(frame["entity_id"], sort=True)[0].astype(np.int64)
        ranked = ranks(frame, field_codes, list(fields))
        group = entity_codes * len(fields) + field_codes
        order = _sorted(group, ranked.key, frame["evidence_id"])
        self.order = order
        self.frame = frame.take(order).reset_index(drop=True)
        self.ranks = ranked.take(order)
        self.fields = [str(field) for field in fields]
        self.rules = [rule_of(field) for field in self.fields]
        self.field_codes: Codes = field_codes[order]
        self.entity: Codes = entity_codes[order]
        starts: Flags = np.r_[True, np.diff(group[order]) != 0]
        self.group: Codes = np.cumsum(starts) - 1
        self.first: Codes = np.flatnonzero(starts)[self.group]
        self.size: Codes = np.bincount(self.group)[self.group]
        self.union = self.of_field([field in UNION_FIELDS for field in self.fields])
        self.text: Codes = pd.factorize(self.frame["value"])[0]
        self.near = self.frame["preference"].to_numpy(float)
        addressed = self.frame["record_id"] if "record_id" in self.frame else record_ids(self.frame["evidence_id"])
        self.record, records = pd.factorize(addressed)
        sheet, sheets = pd.factorize(sheet_keys(pd.Series(records)))
        file = pd.factorize(sheets.astype(object).str.split(".", n=1).str[0])[0]
        self.file: Codes = file[sheet[self.record]]
        self.voice: Codes = np.where(self.near == 0, self.record, len(records) + sheet[self.record])

    def of_field(self, told: list[bool]) -> Flags:
        """A fact of each field, by row."""
        flags: Flags = np.array(told, dtype=bool)[self.field_codes]
        return flags

    def is_field(self, name: str) -> Flags:
        """Rows of one field."""
        return self.of_field([field == name for field in self.fields])

    def rest(self) -> Codes:
        """Rows that are not the first of their field, where one value stands."""
        return np.flatnonzero((self.first != np.arange(len(self.first))) & ~self.union)


def _sorted(group: Codes, key: Codes, addresses: pd.Series) -> Codes:
    """Order by group, key and address. Texts are slow to sort, so only those that nothing else sets apart are."""
    order = np.lexsort((key, group))
    tied: Flags = (np.diff(group[order]) == 0) & (np.diff(key[order]) == 0)
    rows = order[np.r_[tied, False] | np.r_[False, tied]]
    if not len(rows):
        return order
    place = np.zeros(len(group), dtype=np.int64)
    texts = pa.array(addresses.iloc[rows], type=pa.large_string())
    place[rows[pc.sort_indices(texts).to_numpy()]] = np.arange(len(rows))
    return np.lexsort((place, key, group))


def _compared(held: _Held, rows: Codes) -> tuple[Flags, Flags]:
    """By row of `rows`: whether it says what the winner's voice says, and whether it is another voice that counts.

    A tab that tells more about its own file's list contradicts nothing, nor do other statistics, parts of sums, and
    what cannot be right.
    """
    first, frame = held.first[rows], held.frame
    same: Flags = held.text[rows] == held.text[first]
    counts: Flags = held.of_field([rule.agreement != Agreement.ANY for rule in held.rules])[rows]
    counts &= (held.voice[rows] != held.voice[first]) & (frame["note"] != PART).to_numpy(bool)[rows]
    counts &= ~((held.near[rows] % 1 != 0) & (held.file[rows] == held.file[first]))
    statistic = pd.factorize(frame["statistic"])[0]
    counts &= (statistic[rows] == statistic[first]) & held.ranks.valid[rows] & held.ranks.valid[first]
    asking = np.flatnonzero(counts & ~same)
    if not len(asking):
        return same, counts
    heard = np.flatnonzero((held.voice == held.voice[held.first]) & ~held.union & held.ranks.valid)
    pairs = pd.DataFrame({"row": asking, "group": held.group[rows[asking]]}).merge(
        pd.DataFrame({"group": held.group[heard], "reading": heard}), on="group"
    )
    said = frame[["value", "number"]].assign(value=_systems(held))
    left, right = said.iloc[rows[pairs["row"]]], said.iloc[pairs["reading"]]
    codes = held.field_codes[pairs["reading"]]
    kinds = np.array([rule.agreement for rule in held.rules], dtype=object)[codes]
    tolerance = np.array([rule.tolerance for rule in held.rules])[codes]
    hit = agree(kinds, left, right, tolerance)
    same[pairs["row"].to_numpy()[hit]] = True
    return same, counts


def _systems(held: _Held) -> pd.Series:
    """Values, with the version of the same row behind an operating system that is named without one."""
    values = held.frame["value"].astype(object)
    names, versions = np.flatnonzero(held.is_field("os_name")), np.flatnonzero(held.is_field("os_version"))
    bare = names[~values.iloc[names].str.contains(r"\d", regex=True).to_numpy(bool)]
    told = pd.Series(values.to_numpy()[versions], index=held.record[versions])
    found = told[~told.index.duplicated()].reindex(held.record[bare]).to_numpy()
    known = pd.notna(found)
    values.iloc[bare[known]] = values.to_numpy()[bare[known]] + " " + found[known]
    return values


def _disputed(held: _Held, rows: Codes, same: Flags, counts: Flags) -> Flags:
    """Whether a field is disputed: another voice than the winner's says nothing that agrees. A person settles it."""
    heard, _ = pd.factorize(held.group[rows] * (int(held.voice.max()) + 1) + held.voice[rows])
    agreed = np.bincount(heard, weights=same)[heard] > 0 if len(rows) else same
    settled = held.ranks.person[held.first[rows]] & ~held.ranks.person[rows]
    disputed = np.zeros(int(held.group[-1]) + 1, dtype=bool)
    disputed[held.group[rows[counts & ~agreed & ~settled]]] = True
    flags: Flags = disputed[held.group]
    return flags


def _winners(held: _Held, rows: Codes, agreeing: Flags) -> Codes:
    """By row, the row of its group that stands: the first, or one that agrees with it and tells more."""
    winner = held.first.copy()
    finer = _finer(held, rows, agreeing)
    if len(finer):
        place = np.searchsorted(held.group[finer], held.group).clip(max=len(finer) - 1)
        moved = held.group[finer[place]] == held.group
        winner[moved] = finer[place[moved]]
    return winner


def _finer(held: _Held, rows: Codes, agreeing: Flags) -> Codes:
    """Rows that agree with the best source and tell more than its value: the best of each group, in group order.

    "RHEL 8.6" of a record is what a hypervisor calls "RHEL 8". A person's words stay as they are.
    """
    first = held.first[rows]
    kinds = [rule.agreement for rule in held.rules]
    refinable = held.of_field([kind in (Agreement.WORDS, Agreement.SYSTEM, Agreement.VERSION) for kind in kinds])
    asked = agreeing & (held.text[rows] != held.text[first]) & refinable[rows]
    candidates: Codes = rows[asked & ~held.ranks.person[first] & held.ranks.valid[rows]]
    if not len(candidates):
        return candidates
    told = _precision(held, kinds, candidates)
    gain = told - _precision(held, kinds, held.first[candidates])
    best = np.lexsort((candidates, -told, held.group[candidates]))
    best = best[gain[best] > 0]
    _, places = np.unique(held.group[candidates[best]], return_index=True)
    finest: Codes = candidates[best[places]]
    return finest


def _precision(held: _Held, kinds: list[Agreement], rows: Codes) -> Codes:
    frame = held.frame
    texts = frame["value"].iloc[rows]
    return np.array(
        [precision(kinds[code], text) for code, text in zip(held.field_codes[rows], texts, strict=True)], dtype=np.int64
    )


def _reasons(held: _Held, rows: Codes, same: Flags, winner: Codes) -> Objects:
    """Why each value stands or not. A winner names what set it above the best value that says something else."""
    first = held.first[rows]
    out = np.full(len(held.frame), ONLY, dtype=object)
    out[~held.ranks.valid] = IMPOSSIBLE
    out[(held.size > 1) & ~held.union] = AGREED
    out[rows] = AGREES
    beaten = np.flatnonzero(~same)
    words = _words(held.ranks, rows[beaten], first[beaten])
    out[rows[beaten]] = "lost to " + held.frame["evidence_id"].take(first[beaten]).to_numpy(object) + ": " + words
    groups, places = np.unique(held.group[rows[beaten]], return_index=True)
    starts = np.flatnonzero(held.first == np.arange(len(out)))
    out[starts[groups]] = words[places]
    moved = np.flatnonzero(winner != held.first)
    if len(moved):
        out[held.first[moved]] = _TELLS_LESS
        out[winner[moved]] = _TELLS_MORE
    return out


def _words(ranked: Ranks, rows: Codes, ahead: Codes) -> Objects:
    """What sets each row behind the one ahead, in words; of a kind of source which kind comes before which."""
    codes, known = pd.factorize(deciding(ranked, rows, ahead))
    words = np.array([Criterion(each).value for each in known], dtype=object)[codes]
    by_source = np.flatnonzero(codes == (list(known).index(Criterion.SOURCE) if Criterion.SOURCE in known else -1))
    pairs = np.array(
        [[f"{BY_KIND[one].words} before {BY_KIND[two].words}" for two in KINDS] for one in KINDS], dtype=object
    )
    words[by_source] = pairs[ranked.kind[ahead[by_source]], ranked.kind[rows[by_source]]]
    return words


def _put_unions(held: _Held, told: _Told) -> None:
    """Fields whose values add up: each distinct value stands, but for those that a person's answer replaced."""
    rows = np.flatnonzero(held.union & (held.size > 1))
    if not len(rows):
        return
    texts = pa.array(held.frame["value"].iloc[rows], type=pa.large_string())
    plain = pc.replace_substring_regex(pc.utf8_lower(texts), r"[^\p{L}\p{N}]+", "")
    told_by = pd.DataFrame({"group": held.group[rows], "text": plain.to_pandas(), "part": _parts(held, rows)})
    repeats = told_by.duplicated().to_numpy(bool)
    whole = held.of_field([field in ANSWERED_AS_A_WHOLE for field in held.fields])[rows]
    answered = whole & held.ranks.person[held.first[rows]] & ~held.ranks.person[rows]
    told.chosen[rows] = ~repeats & ~answered
    told.rule[rows] = np.select([answered, repeats], [_ANSWERED, REPEATS], ALL_STAND)


def _parts(held: _Held, rows: Codes) -> Codes:
    """By row, how many equal values of its sheet stand before it, of fields whose values are parts; else 0.

    The second disk of 60 GB that one sheet lists is another disk; another sheet's second one is the same.
    """
    part = held.of_field([field in PART_FIELDS for field in held.fields])[rows]
    parts = held.frame.iloc[rows[part]]
    keys = [held.group[rows[part]], sheet_keys(record_ids(parts["evidence_id"])).to_numpy(), parts["value"].to_numpy()]
    number = np.zeros(len(rows), dtype=np.int64)
    number[part] = parts.groupby(keys).cumcount().to_numpy()
    return number


def _put_versions(held: _Held, told: _Told, losers: Codes) -> None:
    """A version told with an operating system that lost is no version of the one that stands."""
    lost = losers[held.is_field("os_name")[losers]]
    versions = np.flatnonzero(held.is_field("os_version"))
    row = held.entity * (int(held.record.max()) + 1) + held.record
    others = versions[np.isin(row[versions], row[lost])]
    if not len(others):
        return
    told.chosen[others], told.conflict[others], told.rule[others] = False, False, OTHER_SYSTEM
    left = np.setdiff1d(versions[np.isin(held.group[versions], held.group[others])], others)
    if not len(left):
        return
    again = _ranked(held.frame.iloc[left])  # they compete among themselves once more
    told.chosen[left], told.conflict[left], told.rule[left] = again
