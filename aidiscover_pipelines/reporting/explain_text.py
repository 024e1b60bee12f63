"""The chain that `explain` found, in lines for a person: the conclusion first, then ever nearer to the cell."""

from collections.abc import Iterator, Sequence

from aidiscover_pipelines.reporting.ledger import Record

_STEP = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
_SAME_SHOWN = 2  # of cells that say the same
_MOST = 12  # relations, products and values that stand beside each other
_ORIGINAL_LIMIT = 200
_REPEATING = ("agrees", "repeats")


def explained(document: Record) -> list[str]:
    """Lines of a document of `explain`, without markup."""
    lines = [*_subject(document)]
    for attribute in document.get("attributes", []):
        lines += ["", *_attribute(attribute)]
    for contest in document.get("values", []):
        lines += ["", *_contest(contest, "")]
    if document.get("technologies"):
        lines += ["", "products named", *_technologies(document["technologies"], "  ")]
    if not document.get("attributes") and not document.get("values"):
        lines += ["", "nothing is known of it"]
    return [*lines, "", *_runs(document["runs"])]


def _subject(document: Record) -> Iterator[str]:
    told = [f"{document[name]}" for name in ("origin", "kind") if name in document]
    if "records" in document:
        told.append(f"{document['records']} rows, joined by {document['matched_by']}")
        told.append(f"confidence {document['confidence']:.2f}")
    yield f"{document['name']} ({document['entity']} {document['id']}): {', '.join(told)}"
    for what in ("assets", "applications"):
        if document.get(what):
            named = [f"{link['name']} ({link['how']})" for link in document[what][:_MOST]]
            yield f"{'runs on' if what == 'assets' else 'serves'}: {', '.join(named)}{_more(document[what], _MOST)}"
    for decision in document["identity"]:
        yield (
            f"{decision['by']} said on {decision['at']:%Y-%m-%d} that {decision['left_name']!r} and "
            f"{decision['right_name']!r} are {decision['verdict']}: {decision['reason']} ({decision['decision_id']})"
        )


def _attribute(attribute: Record) -> Iterator[str]:
    yield f"{attribute['label']} [{attribute['attribute']}]: {attribute['value'] or '-'}"
    figures = ("presence", "validity", "freshness", "agreement", "trust")
    shares = ", ".join(f"{name} {attribute[name]:.2f}" for name in figures)
    yield f"  {attribute['state']}, quality {attribute['quality']:.2f} ({shares})"
    if attribute["rule"]:
        yield f"  {'inferred' if attribute['inferred'] else 'why'}: {attribute['rule']}"
    if attribute["problem"]:
        yield f"  problem: {attribute['problem']}"
    yield from _question(attribute["question"])
    for fact in attribute["facts"]:
        yield f"  fact {fact['field']} = {_cut(fact['value'])} (from {fact['basis']})"
    yield from _technologies(attribute["technologies"], "  ")
    for contest in attribute["values"]:
        yield from _contest(contest, "  ")
    for relation in attribute["relations"][:_MOST]:
        port = f", port {relation['port']:.0f}" if relation["port"] else ""
        ends = f"{relation['source_text']} needs {relation['target_text']}"
        yield f"  {ends} ({relation['kind']}{port}; {relation['observations']} observations)"
        yield from _chain(relation["cell"], "    ")
    if len(attribute["relations"]) > _MOST:
        yield f"  {_more(attribute['relations'], _MOST).strip()} relations"
    for cell in attribute["cells"]:
        yield f"  cell {cell['evidence_id']}"
        yield from _chain(cell, "    ")


def _question(question: Record) -> Iterator[str]:
    if question["text"]:
        yield f"  question: {question['text']}"
    if asked := question["asked"]:
        yield f"  asked {asked['ask']} on {asked['asked_at']:%Y-%m-%d} with {asked['questionnaire']}; no answer yet"
    elif question["text"]:
        yield "  not asked yet"
    if worth := question["worth"]:
        could = ", ".join(f"{answer}: {strategy}" for answer, strategy in worth["would_become"].items())
        chance = f"an answer changes the recommendation with probability {worth['change']:.2f}"
        yield f"  {chance}{f' ({could})' if could else ''}; {worth['minutes']:.0f} minutes by {worth['method']}"


def _technologies(rows: Sequence[Record], indent: str) -> Iterator[str]:
    for row in rows[:_MOST]:
        dates = [f"{words} {row[name]}" for name, words in _DATES.items() if row[name]]
        life = f"cycle {row['cycle'] or 'unknown'}, {row['status']}" + "".join(f", {told}" for told in dates)
        yield f"{indent}product {row['name']} {row['version']}".rstrip() + f": {life}"
        yield f"{indent}  named {row['mention']!r} in {row['cells']} cells, confidence {row['confidence']:.2f}" + (
            f"; dates by {row['source']}" if row["source"] else "; no dates are published"
        )
        yield from _place(row["cell"], f"{indent}  ")
    if len(rows) > _MOST:
        yield f"{indent}{_more(rows, _MOST).strip()} products"


_DATES = {"released": "released", "support_ends": "support ends", "end_of_life": "end of life"}


def _contest(contest: Record, indent: str) -> Iterator[str]:
    dispute = ", sources disagree" if contest["conflict"] else ""
    yield f"{indent}{contest['field']} of {contest['entity']} {contest['name']}{dispute}"
    for value in contest["stands"][:_MOST]:
        yield f"{indent}  {_words(value)} stands: {value['rule']}"
        yield from _chain(value["cell"], f"{indent}    ")
    if len(contest["stands"]) > _MOST:
        yield f"{indent}  {_more(contest['stands'], _MOST).strip()} values that stand"
    ahead = {value["evidence_id"]: value["cell"] for value in contest["stands"]}
    for (told, rule), values in _alike(contest["others"]).items():
        shown = [" ".join(_place(value["cell"], "")) for value in values[:_SAME_SHOWN]]
        yield f"{indent}  {told}: {_with_places(rule, ahead)}"
        # What only repeats a value needs no chain of its own.
        if rule.startswith(_REPEATING):
            yield from (f"{indent}    {place}" for place in shown)
        else:
            yield from _chain(values[0]["cell"], f"{indent}    ")
            yield from (f"{indent}    also {place}" for place in shown[1:])
        if len(values) > _SAME_SHOWN:
            yield f"{indent}    {_more(values, _SAME_SHOWN).strip()} cells"


def _alike(values: Sequence[Record]) -> dict[tuple[str, str], list[Record]]:
    """Values that do not stand, those that say the same for the same reason together, what was in dispute first."""
    alike: dict[tuple[str, str], list[Record]] = {}
    for value in sorted(values, key=lambda value: value["rule"].startswith(_REPEATING)):
        alike.setdefault((_words(value), value["rule"]), []).append(value)
    return alike


def _words(value: Record) -> str:
    return _cut(value["value"]) + (f" ({value['statistic']})" if value["statistic"] else "")


def _with_places(rule: str, ahead: dict[str, Record | None]) -> str:
    """A reason that names the cell ahead by its address, with the place of that cell instead."""
    for evidence_id, cell in ahead.items():
        if cell and f" {evidence_id}:" in rule:
            return rule.replace(evidence_id, _STEP.join(_parts(cell)))
    return rule


def _chain(cell: Record | None, indent: str) -> Iterator[str]:
    """From the cell to its source: place, cleansing, mapping, standing."""
    yield from _place(cell, indent)
    if not cell:
        return
    cleansing, mapping, source = cell["cleansing"], cell["mapping"], cell["source"]
    if cleansing["transform"] or cleansing["rule"]:
        rule = f" (rule {cleansing['rule']})" if cleansing["rule"] else ""
        yield f"{indent}cleansed: {cleansing['transform'] or 'as read'}{rule}"
    for undone in cleansing["undone"]:
        yield f"{indent}left as read: {undone['by']} undid rule {undone['rule']} on {undone['since']:%Y-%m-%d}"
    if mapping:
        confidence = f"confidence {mapping['confidence']:.2f}, {mapping['decision']}"
        yield f"{indent}mapped to {mapping['field']}: {confidence}: {mapping['reason']}"
        if said := mapping["correction"]:
            had = f", the mapper had {said['proposed']}" if said["proposed"] else ""
            yield f"{indent}by {said['by']} on {said['at']:%Y-%m-%d}{had} (correction {said['correction_id']})"
    if source:
        yield f"{indent}source: {source['reason']}; trust {source['trust']:.2f}"


def _place(cell: Record | None, indent: str) -> Iterator[str]:
    if not cell:
        return
    header = f" under {cell['header']!r}" if cell["header"] else ""
    said = f" says {_cut(cell['original'])!r}" if cell["original"] else ""
    yield f"{indent}{_STEP.join(_parts(cell))}{header}{said}"


def _parts(cell: Record) -> list[str]:
    """File, sheet where it is not named after the file, and the cell as a spreadsheet program names it."""
    parts = [cell["file"] or cell["evidence_id"]]
    if cell["sheet"] and cell["sheet"] != cell["file"]:
        parts.append(cell["sheet"])
    return [*parts, f"{cell['column']}{cell['row']}"] if cell["row"] else parts


def _runs(runs: Sequence[Record]) -> Iterator[str]:
    """Tables by the run that wrote them last, in the order in which values pass through them."""
    by_run: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        by_run.setdefault((run["run_id"], f"{run['at']:%Y-%m-%d %H:%M} UTC"), []).append(run["table"])
    for (run_id, at), tables in by_run.items():
        yield f"written by run {run_id} of {at}: {', '.join(tables)}"


def _more(rows: Sequence[Record], shown: int) -> str:
    return f" and {len(rows) - shown} more" if len(rows) > shown else ""


def _cut(text: str) -> str:
    flat = " ".join(str(text).split())
    return flat if len(flat) <= _ORIGINAL_LIMIT else flat[:_ORIGINAL_LIMIT] + "\N{HORIZONTAL ELLIPSIS}"
