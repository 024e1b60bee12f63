"""Scopes: where a memory lies, as a path with a slash at its end, so that one comparison finds it and all below.

The tenant is no part of it and cannot be reached through it: stores bind the tenant themselves.
"""

import re

SHORT_TERM, LONG_TERM, ENTITY = "/short_term", "/long_term", "/entity"
EVERYWHERE = "/"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SLASHES = re.compile("/+")


def short_term(run_id: str) -> str:
    """What the kickoffs of one run found."""
    return f"{SHORT_TERM}/{_name(run_id)}/"


def long_term(crew: str) -> str:
    """What a crew found, run after run."""
    return f"{LONG_TERM}/{_name(crew)}/"


def entity(application_id: str) -> str:
    """What is known about one application."""
    return f"{ENTITY}/{_name(application_id)}/"


def scope_path(text: str | None) -> str:
    """A scope as given by a person, an agent or crewai: one slash before, between and after. Empty: everywhere.

    Nothing is resolved: a part named .. is a part named .., and % is a letter.
    """
    return _SLASHES.sub("/", f"/{_UNSTORABLE.sub('?', text or '')}/")


def application_of(scope: str) -> str:
    """Id of the application whose scope it is or lies in, else empty."""
    root, _, rest = scope.removeprefix("/").partition("/")
    name = rest.partition("/")[0] if f"/{root}" == ENTITY else ""
    return name.replace("%2F", "/").replace("%25", "%")


def _name(text: str) -> str:
    """One part of a path, whatever the name holds."""
    return _UNSTORABLE.sub("?", text).replace("%", "%25").replace("/", "%2F")
