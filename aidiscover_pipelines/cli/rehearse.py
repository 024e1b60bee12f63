"""`aidiscover llm rehearse`: a provider on loopback that needs no key, to try a provider set-up with."""

import threading
from typing import TYPE_CHECKING

import click

from aidiscover_pipelines.cli.output import DONE, console, messages

if TYPE_CHECKING:
    from resources.llm.rehearsal import Answered


@click.command()
@click.option("--port", default=0, help="Port on 127.0.0.1; any free one when left out.")
@click.option("--fault", default="", metavar="NAME", help="How every request fails; 'list' shows the names.")
@click.option("--text", default="{}", show_default=True, help="What it says once every offered tool was called.")
def rehearse(port: int, fault: str, text: str) -> int:
    """Play a provider that speaks OpenAI's, Anthropic's and Ollama's protocol; Ctrl-C ends it."""
    from resources.llm.rehearsal import FAULTS, RehearsalServer, answering

    if fault == "list":
        for name, row in FAULTS.items():
            console.print(f"{name:17} {row.help}", markup=False, highlight=False)
        return DONE
    with RehearsalServer(answering(text), {"*": fault} if fault else {}, port=port, on_answer=_tell) as server:
        for line in (
            f"OPENAI_BASE_URL={server.openai_url} OPENAI_API_KEY=rehearsal AIDISCOVER_MODEL=openai/rehearsal",
            f"ANTHROPIC_BASE_URL={server.url} ANTHROPIC_API_KEY=rehearsal AIDISCOVER_MODEL=anthropic/rehearsal",
            f"OLLAMA_API_BASE={server.url} AIDISCOVER_MODEL=ollama_chat/rehearsal",
        ):
            console.print(f"export {line}", markup=False, highlight=False, soft_wrap=True)
        messages.print("one of these lines sets up another terminal; Ctrl-C ends the rehearsal")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            messages.print(f"{len(server.log)} requests answered")
    return DONE


def _tell(one: "Answered") -> None:
    tools = f" calls {', '.join(one.tools_called)}" if one.tools_called else ""
    messages.print(
        f"{one.number} {one.wire} {one.model} {one.status or 'no answer'} {one.fault} "
        f"{one.prompt_tokens}+{one.completion_tokens} tokens{tools}",
        markup=False,
        highlight=False,
    )
