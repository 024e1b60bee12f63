"""Reading accounts as a scan does, with faults tried again at once."""

from resources.clouds.account import Connection, Relation, Resource
from resources.clouds.azure import accounts
from resources.clouds.reader import Ended, Limits, Part, check_account, read_account

QUICK = Limits(attempts=3, backoff_s=0.001, longest_backoff_s=1.0)


class Scan:
    """What a scan of all accounts of a connection gave, by id, and how each operation ended."""

    def __init__(self, connection: Connection, limits: Limits = QUICK) -> None:
        self.resources: dict[str, Resource] = {}
        self.relations: list[Relation] = []
        self.measured: dict[str, dict[tuple[str, str], float]] = {}
        self.sized: dict[str, dict[str, str]] = {}
        self.ended: list[Ended] = []
        for account in accounts(connection):
            for event in read_account(account, limits):
                if isinstance(event, Ended):
                    self.ended.append(event)
                elif isinstance(event, Part):
                    self.relations += event.page.relations
                    for resource in event.page.resources:
                        self._take(resource)

    def _take(self, resource: Resource) -> None:
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


def checked(connection: Connection) -> dict[str, Ended]:
    """How each service answers to the credentials."""
    return {ended.read.service: ended for account in accounts(connection) for ended in check_account(account, QUICK)}
