"""A provider to rehearse with: a real HTTP server on loopback that speaks OpenAI's, Anthropic's and Ollama's protocol.

What it answers is a script, how it fails is a row of FAULTS, and what it answered is in its log:

    with RehearsalServer(faults={1: "rate_limited"}) as server:
        client = openai.OpenAI(base_url=server.openai_url, api_key="any")
        ...
        assert [one.status for one in server.log] == [429, 200]
"""

from resources.llm.rehearsal.exchange import Answered, Asked, CalledTool, Reply, Script, answering
from resources.llm.rehearsal.faults import FAULTS, Fault
from resources.llm.rehearsal.server import RehearsalServer

__all__ = ["FAULTS", "Answered", "Asked", "CalledTool", "Fault", "RehearsalServer", "Reply", "Script", "answering"]
