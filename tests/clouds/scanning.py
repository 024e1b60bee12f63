"""Reading accounts as a scan does, with faults tried again at once."""

from resources.clouds import module_of
from resources.clouds.account import Connection, Relation, Resource
from resources.clouds.reader import Ended, Limits, Part, check_account, read_account

QUICK = Limits(attempts=3, backoff_s=0.001, longest_backoff_s=1.0)


class Scan:
    """What a scan of all accounts of a connection gave, and how each operation ended; clouds name what they tell."""

    def __init__(self, connection: Connection, limits: Limits = QUICK) -> None:
        self.resources: dict[str, Resource] = {}
        self.relations: list[Relation] = []
        self.measured: dict[str, dict[tuple[str, str], float]] = {}
        self.ended: list[Ended] = []
        for account in module_of(connection.cloud).accounts(connection):
            for event in read_account(account, limits):
                if isinstance(event, Ended):
                    self.ended.append(event)
                elif isinstance(event, Part):
                    self.relations += event.page.relations
                    for resource in event.page.resources:
                        self.take(resource)

    def take(self, resource: Resource) -> None:
        """Keep what is told of a resource."""
        raise NotImplementedError


def checked(connection: Connection) -> dict[str, Ended]:
    """How each service answers to the credentials."""
    accounts = module_of(connection.cloud).accounts(connection)
    return {ended.read.service: ended for account in accounts for ended in check_account(account, QUICK)}
