"""What a scan of Azure gave, by the names of its resources."""

from resources.clouds.account import Connection, Resource
from resources.clouds.reader import Ended, Limits
from tests.clouds import scanning
from tests.clouds.scanning import QUICK


class Scan(scanning.Scan):
    """By name; `sized` is what other services told of a resource."""

    def __init__(self, connection: Connection, limits: Limits = QUICK) -> None:
        self.sized: dict[str, dict[str, str]] = {}
        super().__init__(connection, limits)

    def take(self, resource: Resource) -> None:
        name = resource.id.rpartition("/")[2]
        if resource.kind:
            self.resources[name] = resource
        elif resource.texts:
            self.sized[name] = dict(resource.texts)
        else:
            self.measured[name] = {(one.field, one.statistic): one.value for one in resource.measured}

    def outcome(self, service: str, operation: str = "") -> Ended:
        """How the only operation of that service (and of that name) ended."""
        (ended,) = (
            each for each in self.ended if each.read.service == service and operation in ("", each.read.operation)
        )
        return ended

    def ends(self) -> list[tuple[str, str, str, int | None]]:
        """Relations by the names of their ends."""
        ends = (
            (one.source.rpartition("/")[2], one.target.rpartition("/")[2], one.how, one.port) for one in self.relations
        )
        return sorted(ends, key=lambda each: (*each[:3], each[3] or 0))
