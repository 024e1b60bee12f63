"""Whether the webserver of this container answers from its database: exit code 0, else 1 with what is wrong."""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

QUERY = "{runsOrError(limit: 1) {__typename}}"
TIMEOUT_S = 10


def problem(port: str) -> str:
    """What is wrong with the webserver on `port`; empty when it is well."""
    url = f"http://127.0.0.1:{port}/graphql?query={urllib.parse.quote(QUERY)}"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
            answer = json.load(response)
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        return f"no answer from the webserver: {error}"
    kind = ((answer.get("data") or {}).get("runsOrError") or {}).get("__typename")
    return "" if kind == "Runs" else f"the webserver cannot list runs: {kind or 'GraphQL error'}"


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1]) or 0)
