"""The report page of a case, and what its script and a reader find in it."""

import base64
import gzip
import json
import re
from typing import Any

from aidiscover_pipelines.reporting.html import portfolio_html
from aidiscover_pipelines.reporting.view import portfolio_view


def rendered(case: Any) -> str:
    return portfolio_html(portfolio_view(case.store, case.tenant), case.run, case.now)


def island(html: str) -> dict[str, Any]:
    """The data that the page unpacks."""
    packed = re.search(r'<script type="text/plain" id="data">([A-Za-z0-9+/=]*)</script>', html)
    assert packed, "the page carries data, and nothing but base64"
    return json.loads(gzip.decompress(base64.b64decode(packed[1])))


def requested_by_the_page(log: str) -> list[str]:
    """Remote addresses that the page asked for; the browser's own errands are not isolated under a file."""
    return re.findall(r'"network_isolation_key":"file:[^\n]*?"url":"((?:https?|wss?|ftp):[^"]+)"', log)
