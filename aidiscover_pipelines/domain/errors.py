"""Every error this project raises on purpose, grouped by what to do about it.

    DiscoveryError
    ├── ConfigError        fix a setting, then run again
    │   ├── UnknownTenant
    │   ├── MissingKey     a provider's key is nowhere to be found
    │   ├── InvalidCrew    a crew definition is not allowed (carries the path in it)
    │   └── InvalidPolicy  a policy file is not allowed (carries every fault in it)
    ├── InputError         fix the file (carries path, sheet, row, column)
    │   ├── MissingFile
    │   ├── EmptyFile
    │   ├── UnsupportedFormat
    │   └── UnreadableFile
    ├── Retriable          wait, then try the same again
    │   ├── StillChanging  a file is being written or replaced
    │   └── ProviderDown   no model of the chain answered
    ├── Permanent          trying the same again cannot help
    │   ├── StaleWrite     a newer run owns this partition
    │   ├── BudgetExhausted  the next call would pass a limit (carries the arithmetic)
    │   ├── ContextOverflow  a prompt does not fit the model's window even after trimming
    │   ├── RefusedByProvider  a provider took the request and said no (key, model, content)
    │   └── ForbiddenTool  a tool was asked for that the role may not use
    └── Skippable          recorded as a gap; the rest goes on

ProviderDown, ContextOverflow and RefusedByProvider are also FailedCall: they say who was asked last and how often.
A message says what was attempted, on which thing, what is wrong and what to do next, in one line.
"""

from collections.abc import Sequence
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


class MissingKey(ConfigError):
    """A model is configured whose provider has no key. Names the variable and the keyless alternative."""


class InvalidCrew(ConfigError):
    """A crew definition breaks a rule. `path` is where in the definition, such as agents.analyst.tools."""

    def __init__(self, crew: str, path: str, problem: str, remedy: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"cannot use crew {crew!r}: {path}: {problem}; {remedy}")


class InvalidPolicy(ConfigError):
    """A policy or planning document breaks a rule. `faults` has one line for each: path, reason, what to do."""

    def __init__(self, policy: str, faults: Sequence[str]) -> None:
        self.policy = policy
        self.faults = tuple(faults)
        super().__init__(f"cannot use {policy!r}: " + "\n".join(faults))


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


class FailedCall(DiscoveryError):
    """Base of what ends a model call after requests were sent: who was asked last, and how many there were.

    Tokens and cost are those of answers that were paid for and hold nothing; the cost is None where nobody knows it.
    """

    def __init__(
        self,
        message: str,
        provider: str = "",
        attempts: int = 0,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        cost_usd: float | None = 0.0,
    ) -> None:
        self.provider = provider
        self.attempts = attempts
        self.prompt_tokens = prompt_tokens
        self.completion_tokens = completion_tokens
        self.cost_usd = cost_usd
        super().__init__(message)


class ProviderDown(FailedCall, Retriable):
    """Every model of the chain failed or is cooling down."""


class Permanent(DiscoveryError):
    """A fault that trying again cannot cure."""


class StaleWrite(Permanent):
    """A run tried to write a partition that a newer run has written."""


class BudgetExhausted(Permanent):
    """The next model call would pass a limit; nothing was sent. The message holds the arithmetic and how to resume."""


class ContextOverflow(FailedCall, Permanent):
    """A prompt does not fit the model's window although everything that may be left out was; a person should look."""


class RefusedByProvider(FailedCall, Permanent):
    """A provider answered that it will not: a wrong key, an unknown model, a content filter."""


class ForbiddenTool(Permanent):
    """An agent asked for a tool that its role may not use, or with arguments that the tool does not take."""


class Skippable(DiscoveryError):
    """One item could not be had; it is recorded as a gap and the rest goes on."""
