"""Every error this project raises on purpose, grouped by what to do about it.

    DiscoveryError
    ├── ConfigError        fix a setting, then run again
    │   └── UnknownTenant
    ├── InputError         fix the file (carries path, sheet, row, column)
    │   ├── MissingFile
    │   ├── EmptyFile
    │   ├── UnsupportedFormat
    │   └── UnreadableFile
    ├── Retriable          wait, then try the same again
    │   └── StillChanging  a file is being written or replaced
    ├── Permanent          trying the same again cannot help
    │   └── StaleWrite     a newer run owns this partition
    └── Skippable          recorded as a gap; the rest goes on

A message says what was attempted, on which thing, what is wrong and what to do next, in one line.
"""

from dataclasses import dataclass


class DiscoveryError(Exception):
    """Root of the tree; never raised itself."""


class ConfigError(DiscoveryError):
    """A setting is missing or wrong."""


class UnknownTenant(ConfigError):
    """A tenant was named that is not in the registry."""

    def __init__(self, tenant: str, attempted: str) -> None:
        self.tenant = tenant
        super().__init__(
            f"cannot {attempted}: tenant {tenant!r} is not registered; "
            f"run 'aidiscover tenant add {tenant}' or see 'aidiscover tenant list'"
        )


@dataclass(frozen=True)
class Location:
    """Where in a source file something is; row and column are 1-based as a spreadsheet shows them."""

    sheet: str | None = None
    row: int | None = None
    column: int | None = None


class InputError(DiscoveryError):
    """A file cannot be used as it is."""

    def __init__(self, path: str, problem: str, remedy: str, location: Location | None = None) -> None:
        self.path = path
        self.problem = problem
        self.remedy = remedy
        self.location = location or Location()
        super().__init__(f"cannot read {path!r}: {problem}; {remedy}")


class MissingFile(InputError):
    """The path names nothing, or nothing that is a file."""


class EmptyFile(InputError):
    """The file has no bytes, or no rows under its header."""


class UnsupportedFormat(InputError):
    """No reader is registered for what the file is."""


class UnreadableFile(InputError):
    """A reader is registered, but the content is broken."""


class Retriable(DiscoveryError):
    """A passing fault of something outside: a dropped connection, throttling, a lock."""


class StillChanging(Retriable):
    """A file is not what it was a moment ago; what becomes of it is decided when it rests."""


class Permanent(DiscoveryError):
    """A fault that trying again cannot cure."""


class StaleWrite(Permanent):
    """A run tried to write a partition that a newer run has written."""


class Skippable(DiscoveryError):
    """One item could not be had; it is recorded as a gap and the rest goes on."""
