"""botocore with a smaller memory: what it knows of services, and how many answers it takes apart at once."""

import threading
from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader
from botocore.parsers import ResponseParserFactory
from botocore.session import Session, get_session

_READING = ("AssumeRole", "Describe", "Get", "List", "StartQuery")
_REFERENCES = ("member", "key", "value")
_parsing = threading.Lock()


def core_session() -> Session:
    """A botocore session without credentials, which shares descriptions of services with all others."""
    core = get_session()
    core.register_component("data_loader", _descriptions())
    core.register_component("response_parser_factory", OneAnswerAtATime())
    return core


class ReadingOperations(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    """Descriptions of services without manuals, and with reading operations only: half of the memory.

    So a client of a scan has no method that could change anything.
    """

    def load_file(self, file_path: str) -> Any:
        """What the file holds, None where there is none."""
        loaded = super().load_file(file_path)
        is_service = loaded is not None and file_path.endswith("service-2")
        return _reading_only(loaded) if is_service else loaded


class OneAnswerAtATime(ResponseParserFactory):  # type: ignore[misc]  # botocore has no types
    """Parsers that wait for each other: a page of EC2 takes 12 MiB while it is parsed and 5 when it is.

    Threads that parse at the same time are no faster, since this is Python's own work.
    """

    def create_parser(self, protocol_name: str) -> Any:
        """A parser of botocore's."""
        parser = super().create_parser(protocol_name)
        parse = parser.parse

        def parse_alone(response: Any, shape: Any) -> Any:
            with _parsing:
                return parse(response, shape)

        parser.parse = parse_alone
        return parser


@cache
def _descriptions() -> Any:
    loader = get_session().get_component("data_loader")  # as AWS_DATA_PATH says
    loader.file_loader = ReadingOperations()
    return loader


def _reading_only(service: dict[str, Any]) -> dict[str, Any]:
    operations = {name: _bare(each) for name, each in service["operations"].items() if name.startswith(_READING)}
    left = [
        part["shape"]
        for each in operations.values()
        for part in (each.get("input"), each.get("output"), *each.get("errors", ()))
        if part
    ]
    shapes: dict[str, Any] = {}
    while left:
        name = left.pop()
        if name not in shapes:
            shape = shapes[name] = _bare(service["shapes"][name])
            left += [member["shape"] for member in shape.get("members", {}).values()]
            left += [shape[reference]["shape"] for reference in _REFERENCES if reference in shape]
    return {**service, "operations": operations, "shapes": shapes}


def _bare(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _bare(value) for key, value in node.items() if key != "documentation" or isinstance(value, dict)}
    return [_bare(each) for each in node] if isinstance(node, list) else node
