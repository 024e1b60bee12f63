"""Faults of a code host: what passes is tried again, what does not is told; a token never goes to another host."""

import time

import pytest

from aidiscover_pipelines.domain.errors import Skippable
from resources.repositories import rest
from resources.repositories.github import GitHub
from resources.repositories.gitlab import GitLab

PATH = "/api/v3/repos/acme/webshop"


@pytest.fixture
def github(code_host, code_host_module, monkeypatch):
    monkeypatch.setattr(rest, "_BASE_WAIT_S", 0.01)
    return GitHub(code_host.url, code_host_module.TOKEN)


def answers(code_host, *some):
    code_host.faults[PATH] = list(some)


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_passing_fault_is_tried_again(github, code_host, status):
    answers(code_host, (status, {"Retry-After": "0"} if status == 429 else {}, "{}"))
    assert github.head("acme/webshop") == code_host.head("acme/webshop")


def test_a_rate_limit_that_resets_soon_is_waited_for(github, code_host):
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 1)}
    answers(code_host, (403, reset, "{}"))
    assert github.head("acme/webshop") == code_host.head("acme/webshop")


def test_a_rate_limit_that_resets_late_is_told_at_once(github, code_host):
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 3000)}
    answers(code_host, (403, reset, "{}"))
    began = time.monotonic()
    with pytest.raises(Skippable, match="rate limit resets in 50 minutes; scan again then"):
        github.head("acme/webshop")
    assert time.monotonic() - began < 1


def test_a_host_that_stays_down_is_asked_four_times(github, code_host):
    answers(code_host, *[(500, {}, "{}")] * 9)
    with pytest.raises(Skippable, match="the host answers 500; scan again later"):
        github.head("acme/webshop")
    assert len(code_host.requests) == rest.ATTEMPTS


@pytest.mark.parametrize(
    ("status", "text", "said"),
    [
        (401, "{}", "access is denied"),
        (403, "{}", "access is denied"),
        (404, "{}", "does not exist or the token may not see it"),
        (200, "<html>sign in</html>", "no page of its REST interface"),
        (418, "{}", "no page of its REST interface"),
    ],
)
def test_what_will_not_pass_is_told_with_the_permission_that_is_missing(github, code_host, status, text, said):
    answers(code_host, (status, {}, text))
    with pytest.raises(Skippable, match=said):
        github.head("acme/webshop")


def test_a_redirect_on_the_host_is_followed(github, code_host):
    answers(code_host, (301, {"Location": f"{code_host.url}/api/v3/repos/acme/billing"}, ""))
    assert github.head("acme/webshop")


@pytest.mark.parametrize("target", ["http://127.0.0.2:1/x", "https://127.0.0.1:1/x", "//evil.example/x"])
def test_a_redirect_to_another_host_is_refused_with_the_token(github, code_host, target):
    answers(code_host, (302, {"Location": target}, ""))
    with pytest.raises(Skippable, match="redirects to another host"):
        github.head("acme/webshop")


def test_a_next_page_on_another_host_is_refused(github, code_host):
    code_host.faults["/api/v3/orgs/acme/repos"] = [(200, {"Link": '<http://127.0.0.2:1/x>; rel="next"'}, "[]")]
    with pytest.raises(Skippable, match="another host"):
        github.owned("acme")


def test_pages_that_repeat_end(github, code_host):
    again = {"Link": f'<{code_host.url}/api/v3/orgs/acme/repos?page=2>; rel="next"'}
    code_host.faults["/api/v3/orgs/acme/repos"] = [(200, again, "[]")] * 3
    with pytest.raises(Skippable, match="pages do not end"):
        github.owned("acme")


def test_a_message_never_holds_the_token(code_host, code_host_module):
    with pytest.raises(Skippable) as refused:
        GitLab(code_host.url, code_host_module.TOKEN).head("acme/gone")
    assert code_host_module.TOKEN not in str(refused.value)
    with pytest.raises(Skippable, match="read_api and read_repository"):
        GitLab(code_host.url, "").head("acme/webshop")
