"""The rehearsal server speaks the protocols that real clients expect, and its log says what they were told."""

import itertools
import json
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.rehearse import rehearse
from aidiscover_pipelines.domain.errors import ConfigError
from resources.llm.rehearsal import FAULTS, Asked, CalledTool, RehearsalServer, Reply, answering

SAID = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is crm?"}]
FACTS = {
    "type": "function",
    "function": {
        "name": "facts",
        "description": "Facts of an application",
        "parameters": {"type": "object", "properties": {"application": {"type": "string"}}},
    },
}
WIRES = ("openai/m", "azure/m", "anthropic/claude-sonnet-4-5", "ollama_chat/m", "ollama/m")


@pytest.fixture(scope="module")
def litellm():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' own deprecations
        import litellm

        litellm.suppress_debug_info = True
        yield litellm


def target(server, model):
    """Where litellm finds a model of the server."""
    base = server.openai_url if model.startswith("openai/") else server.url
    key = {} if model.startswith("ollama") else {"api_key": "sk-of-acme"}
    return {"model": model, "api_base": base, "api_version": "2024-06-01", "max_retries": 0, "timeout": 10, **key}


def ask(litellm, server, model, messages, *, stream):
    tools = {} if model.startswith("ollama/") else {"tools": [FACTS]}
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    answer = litellm.completion(messages=messages, **target(server, model), **tools, **options)
    with warnings.catch_warnings():  # pydantic's, about the models of litellm's stream chunks
        warnings.simplefilter("ignore")
        return litellm.stream_chunk_builder(list(answer)) if stream else answer


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("model", WIRES)
def test_litellm_holds_a_conversation_with_tools_on_every_wire(litellm, model, stream):
    said = list(SAID)
    with RehearsalServer(answering('{"name": "crm"}')) as server:
        for asked in itertools.count(1):
            answer = ask(litellm, server, model, said, stream=stream)
            message, logged = answer.choices[0].message, server.wait_for(asked)[-1]
            counted = (answer.usage.prompt_tokens, answer.usage.completion_tokens)
            assert counted == (logged.prompt_tokens, logged.completion_tokens)
            if not message.tool_calls:
                break
            assert [call.function.name for call in message.tool_calls] == ["facts"] == list(logged.tools_called)
            assert answer.choices[0].finish_reason == "tool_calls"
            said.append(message.model_dump())
            said += [{"role": "tool", "tool_call_id": c.id, "content": '{"n": 1}'} for c in message.tool_calls]
        log = server.log
    assert message.content == '{"name": "crm"}'
    assert [one.tools_called for one in log] == ([()] if model == "ollama/m" else [("facts",), ()])
    if model != "ollama/m":
        assert [m["role"] for m in log[-1].asked.messages] == ["system", "user", "assistant", "tool"]
        assert log[-1].asked.messages[-1]["content"] == '{"n": 1}'
        assert log[-1].asked.tools[0]["parameters"]["properties"].keys() == {"application"}


@pytest.mark.parametrize("model", ["openai/m", "anthropic/claude-sonnet-4-5"])
def test_cached_tokens_are_part_of_the_prompt_tokens(litellm, model):
    script = lambda asked: Reply("ok", prompt_tokens=1000, completion_tokens=7, cached_tokens=900)  # noqa: E731
    with RehearsalServer(script) as server:
        usage = litellm.completion(messages=SAID, **target(server, model)).usage
        logged = server.wait_for(1)[0]
    assert (usage.prompt_tokens, usage.completion_tokens) == (1000, 7)
    assert usage.prompt_tokens_details.cached_tokens == 900 == logged.cached_tokens


def test_the_same_words_have_the_same_hash_on_every_wire(litellm):
    with RehearsalServer(answering("ok")) as server:
        for model in WIRES[:-1]:
            litellm.completion(messages=SAID, **target(server, model))
        hashes = {one.prompt_hash for one in server.log}
    assert len(server.log) == 4
    assert len(hashes) == 1


def test_the_openai_client_streams_arguments_and_usage():
    script = lambda asked: Reply(tool_calls=[CalledTool("facts", {"application": "customer-portal"})])  # noqa: E731
    with (
        RehearsalServer(script) as server,
        openai.OpenAI(base_url=server.openai_url, api_key="sk-of-acme", max_retries=0) as client,
    ):
        chunks = list(
            client.chat.completions.create(
                model="m", messages=SAID, tools=[FACTS], stream=True, stream_options={"include_usage": True}
            )
        )
        assert [model.id for model in client.models.list()] == ["rehearsal"]
        logged = server.wait_for(1)[0]
    calls = [call for chunk in chunks if chunk.choices for call in chunk.choices[0].delta.tool_calls or []]
    assert json.loads("".join(call.function.arguments for call in calls)) == {"application": "customer-portal"}
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == (
        logged.prompt_tokens,
        logged.completion_tokens,
    )


def test_keys_reach_neither_the_script_nor_the_log():
    seen = []

    def script(asked: Asked) -> Reply:
        seen.append(asked)
        return Reply("ok")

    body = {"model": "m", "messages": SAID}
    with RehearsalServer(script, key="sk-of-acme") as server:
        for path, header in (
            ("/v1/chat/completions", {"Authorization": "Bearer sk-of-acme"}),
            ("/v1/messages", {"x-api-key": "sk-of-acme"}),
            ("/openai/deployments/m/chat/completions?api-version=1", {"api-key": "sk-of-acme"}),
        ):
            assert httpx.post(server.url + path, json=body, headers=header).status_code == 200
            assert (
                httpx.post(server.url + path, json=body, headers=dict.fromkeys(header, "sk-other")).status_code == 401
            )
        log = server.log
    assert [one.status for one in log] == [200, 401] * 3
    assert len(seen) == 3
    assert "sk-" not in repr(log) + repr(seen) + repr([one.asked.headers for one in log])


def test_sixty_four_clients_at_once_find_their_own_calls_in_the_log():
    script = lambda asked: Reply(f"of {asked.messages[0]['content']}")  # noqa: E731

    def converse(server: RehearsalServer, number: int) -> list[tuple[str, int, int]]:
        with httpx.Client(base_url=server.openai_url, timeout=60) as client:  # one connection, kept alive
            answers = []
            for turn in range(5):
                said = [{"role": "user", "content": f"{number}/{turn} {'x' * number}"}]
                answer = client.post("/chat/completions", json={"model": "m", "messages": said}).json()
                assert answer["choices"][0]["message"]["content"] == f"of {said[0]['content']}"
                usage = answer["usage"]
                answers.append((answer["id"], usage["prompt_tokens"], usage["completion_tokens"]))
            return answers

    with RehearsalServer(script) as server, ThreadPoolExecutor(64) as pool:
        told = [one for answers in pool.map(lambda n: converse(server, n), range(64)) for one in answers]
        logged = [(f"chatcmpl-{one.number}", one.prompt_tokens, one.completion_tokens) for one in server.log]
    assert len(logged) == 320
    assert sorted(told) == sorted(logged)


def test_ollama_tells_what_it_has():
    with RehearsalServer(models=("llama3", "qwen3")) as server:
        tags = httpx.get(f"{server.url}/api/tags").json()
        shown = httpx.post(f"{server.url}/api/show", json={"model": "llama3"}).json()
        assert server.log == []
    assert [one["name"] for one in tags["models"]] == ["llama3", "qwen3"]
    assert "tools" in shown["capabilities"]
    assert shown["model_info"]["llama.context_length"] == 131072


@pytest.mark.parametrize("content", ["no json", "[]", '{"messages": [1]}'])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/api/chat"])
def test_a_request_that_breaks_the_protocol_is_refused(path, content):
    with RehearsalServer() as server:
        assert httpx.post(server.url + path, content=content).status_code == 400
        assert httpx.post(f"{server.url}/v1/images", content=content).status_code == 404


def test_a_script_that_raises_fails_the_rehearsal():
    def script(asked: Asked) -> Reply:
        raise AssertionError("asked twice")

    server = RehearsalServer(script).start()
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{server.openai_url}/chat/completions", json={"model": "m", "messages": SAID})
    with pytest.raises(AssertionError, match="asked twice"):
        server.close()


def test_a_taken_port_is_named():
    with RehearsalServer() as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(ConfigError, match=str(port)):
            RehearsalServer(port=port)


def test_it_stops_at_once_although_clients_keep_connections_open():
    server = RehearsalServer(faults={"m": "silent"}).start()
    with httpx.Client(base_url=server.openai_url) as client, ThreadPoolExecutor(1) as pool:
        client.get("/models")
        waiting = pool.submit(client.post, "/chat/completions", json={"model": "m", "messages": SAID})
        server.wait_for(1)
        began = time.perf_counter()
        server.close()
        assert time.perf_counter() - began < 1
        assert isinstance(waiting.exception(timeout=5), httpx.RemoteProtocolError)


def test_it_needs_neither_litellm_nor_crewai():
    code = "import sys, resources.llm.rehearsal; print(sorted({'litellm', 'crewai', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_lists_its_faults():
    listed = CliRunner().invoke(rehearse, ["--fault", "list"], standalone_mode=False)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(FAULTS)
