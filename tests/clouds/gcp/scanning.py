"""Reading accounts as a scan does, with faults tried again at once."""

from resources.clouds.account import Connection, Relation, Resource
from resources.clouds.gcp import accounts
from resources.clouds.reader import Ended, Limits, Part, check_account, read_account

QUICK = Limits(attempts=3, backoff_s=0.001, longest_backoff_s=1.0)


class Scan:
    """What a scan of all accounts of a connection gave, by id, and how each operation ended."""

    def __init__(self, connection: Connection, limits: Limits = QUICK) -> None:
        self.resources: dict[str, Resource] = {}
        self.relations: list[Relation] = []
        self.measured: dict[str, dict[tuple[str, str], float]] = {}
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
        if resource.kind:
            self.resources[resource.id] = resource
        else:
            told = {(one.field, one.statistic): one.value for one in resource.measured}
            self.measured.setdefault(resource.id, {}).update(told)

    def outcome(self, operation: str) -> Ended:
        """How the only read of that operation ended."""
        (ended,) = (each for each in self.ended if each.read.operation == operation)
        return ended

    def named(self, name: str) -> Resource:
        """The resource that people call so."""
        (found,) = (each for each in self.resources.values() if each.texts.get("asset_name") == name)
        return found


def checked(connection: Connection) -> dict[str, Ended]:
    """How each service answers to the credentials."""
    return {ended.read.service: ended for account in accounts(connection) for ended in check_account(account, QUICK)}
