"""Reading an account of the demonstration organization."""

from collections import Counter
from dataclasses import dataclass, field

from resources.clouds.account import Relation, Resource
from resources.clouds.aws.account import AwsAccount
from resources.clouds.reader import Ended, Part, read_account

APPLICATIONS, SERVERS = 8, 6  # one application in each region of each account


@dataclass
class Scan:
    """What reading one account gave, and the calls that it took at the server: (service, operation, region)."""

    resources: list[Resource] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def named(self, name: str) -> Resource:
        """The resource of that name."""
        return next(each for each in self.resources if each.texts.get("asset_name") == name)

    def of(self, id: str) -> list[Resource]:
        """All that was told of one resource."""
        return [each for each in self.resources if each.id == id]


def read(account: AwsAccount) -> Scan:
    """Everything that the account tells."""
    scan = Scan()
    for event in read_account(account):
        if isinstance(event, Part):
            scan.resources += event.page.resources
            scan.relations += event.page.relations
        elif isinstance(event, Ended):
            scan.ended.append(event)
    return scan
