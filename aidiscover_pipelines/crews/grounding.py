"""Whether an answer may stand: it fits its contract, cites only what tools showed, and stays within the crew's bounds.

Problems are one line and quote nothing that an agent or a file said, so they can be recorded and sent back for repair.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from aidiscover_pipelines.crews.contract import Contract
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.crews.text import visible
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.errors import DiscoveryError

MOST_REASON = 160
MOST_OWN_REASON = 1000


class Unfounded(ValueError):
    """An answer that may not stand; the message says why."""


def read_answer(contract: type[Contract], text: str) -> Contract:
    """The JSON object in `text`, which may stand between prose or code fences. Raises: Unfounded."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise Unfounded("the answer holds no JSON object")
    try:
        return contract.model_validate_json(text[start : end + 1])
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Unfounded("the answer is not valid JSON") from None
        known = (str(part) for part in first["loc"] if part in contract.model_fields or isinstance(part, int))
        where = ".".join(known) or "its top"
        raise Unfounded(f"the answer does not fit {contract.__name__} at {where}: {first['msg']}") from None


def check_evidence(answer: Mapping[str, Any], shown: set[str], is_citing: bool) -> None:
    """Raises: Unfounded when it cites an id that was not shown, or none although `is_citing` asks for some."""
    cited = set(evidence_in(answer))
    if unknown := cited - shown:
        raise Unfounded(f"{len(unknown)} of {len(cited)} cited evidence ids stand in no tool result")
    if is_citing and not cited:
        raise Unfounded("the answer cites no evidence although the case holds some")


def check_final(crew: CrewSpec, case: CaseFile, answer: Mapping[str, Any], shown: set[str]) -> None:
    """Evidence and bounds of a crew's answer. Raises: Unfounded."""
    holds_evidence = bool(shown) or any(True for rows in case.sections.values() for _ in evidence_in(rows))
    check_evidence(answer, shown, is_citing=holds_evidence)
    findings = [finding for finding in answer.get("findings", ()) if isinstance(finding, Mapping)]
    if holds_evidence and (bare := sum(not finding.get("evidence") for finding in findings)):
        raise Unfounded(f"{bare} of {len(findings)} findings cite no evidence although there is some")
    if problem := crew.limits(case, answer):
        raise Unfounded(problem)


def evidence_in(value: Any) -> Iterator[str]:
    """Every id in an `evidence` list at any depth."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from item if key == "evidence" and isinstance(item, list) else evidence_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from evidence_in(item)


def failure_reason(error: BaseException, case: CaseFile) -> str:
    """Error class and first line of its message; the class alone where the message repeats a value of the case.

    Our own errors say what to do next, so they are never cut.
    """
    name = type(error).__name__
    message = visible(str(error).strip().partition("\n")[0])
    most = MOST_OWN_REASON if isinstance(error, DiscoveryError) else MOST_REASON
    if not message or len(message) > most or any(value in message for value in _values(case.sections)):
        return name
    return f"{name}: {message}"


def _values(value: Any) -> Iterable[str]:
    """Starts of the texts of the case that are long enough to mean something in an error message."""
    if isinstance(value, str):
        if len(value) >= 6:
            yield visible(value)[:24]
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _values(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _values(item)
