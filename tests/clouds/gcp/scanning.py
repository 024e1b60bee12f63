"""What a scan of Google Cloud gave, by the ids of its resources."""

from resources.clouds.account import Resource
from resources.clouds.reader import Ended
from tests.clouds import scanning


class Scan(scanning.Scan):
    """By id."""

    def take(self, resource: Resource) -> None:
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
