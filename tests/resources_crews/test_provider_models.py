"""A real litellm call against a server on this machine that speaks the OpenAI protocol."""

import http.server
import json
import threading
from typing import ClassVar

import pytest

from resources.crews.runner import CrewAIRunner
from resources.llm.environment import import_crewai
from resources.llm.factory import price_usd

MODEL = "openai/gpt-4o-mini"


@pytest.fixture
def provider(monkeypatch):
    """Answers requests by its `answers`: a function of the request body to a message. Lists the bodies it got."""

    class Provider(http.server.BaseHTTPRequestHandler):
        bodies: ClassVar[list] = []
        answers: ClassVar = None

        def log_message(self, *_):
            pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.bodies.append(body)
            message = type(self).answers(body)
            if message is None:
                self.send_error(401)
                return
            reply = {
                "id": "x",
                "object": "chat.completion",
                "created": 1,
                "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
            }
            text = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OPENAI_API_BASE", f"http://127.0.0.1:{server.server_address[1]}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    yield Provider
    server.shutdown()
    server.server_close()


def _calls(body):
    """A call of every tool offered."""
    return [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": tool["function"]["name"], "arguments": "{}"},
        }
        for number, tool in enumerate(body["tools"])
    ]


def test_a_provider_model_answers_through_litellm_and_its_cost_is_counted(tmp_path, provider, assessment_case, capfd):
    case = assessment_case(1)
    fallback = dict(case.fallback)
    options = {name: fallback[name] for name in ("strategy", "rationale", "considered", "next_steps", "evidence")}

    def answers(body):
        names = [tool["function"]["name"] for tool in body.get("tools", ())]
        if not names:
            return {"role": "assistant", "content": json.dumps(fallback)}
        if body["messages"][-1]["role"] != "tool":
            return {"role": "assistant", "content": None, "tool_calls": _calls(body)}
        content = {"risks": [], "evidence": []} if "risk_factors" in names else options
        return {"role": "assistant", "content": json.dumps(content)}

    provider.answers = answers
    (answer,) = CrewAIRunner(MODEL, tmp_path).answer([case])
    assert (answer.status, answer.reason) == ("answered", "")
    assert answer.answer == case.fallback
    assert len(provider.bodies) == 5
    assert (answer.usage.llm_calls, answer.usage.prompt_tokens, answer.usage.completion_tokens) == (5, 5000, 500)
    assert answer.usage.cost_usd == pytest.approx(5 * (1000 * 0.15 + 100 * 0.6) / 1e6)
    assert all("AssessmentAnswer" in str(body) for body in provider.bodies if "tools" not in body)
    assert capfd.readouterr() == ("", "")


def test_a_refused_key_is_a_fallback_with_the_reason(tmp_path, provider, assessment_case, capfd):
    provider.answers = lambda body: None
    case = assessment_case(1)
    (answer,) = CrewAIRunner(MODEL, tmp_path).answer([case])
    assert answer.status == "fallback" and answer.reason.startswith("AuthenticationError")
    assert answer.answer == case.fallback
    assert capfd.readouterr() == ("", "")


def test_a_model_without_a_known_price_costs_nothing_on_paper(tmp_path, capfd):
    import_crewai(tmp_path)
    assert price_usd("someone/unheard-of", 1000, 1000) == 0.0
    assert capfd.readouterr() == ("", "")
