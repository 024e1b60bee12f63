"""HTTP under the rehearsal server: a thread for each connection, keep-alive, and the bad ways to deliver an answer."""

import json
import select
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NoReturn

from resources.llm.rehearsal import ollama_wire, openai_wire
from resources.llm.rehearsal.exchange import Answered, Asked, Reply
from resources.llm.rehearsal.faults import FAULTS, Fault
from resources.llm.rehearsal.wires import Wire, wire_at

if TYPE_CHECKING:
    from resources.llm.rehearsal.server import RehearsalServer

KEY_HEADERS = frozenset({"authorization", "x-api-key", "api-key", "x-goog-api-key"})
PROXY_PAGE = b"<html><body><h1>Gateway</h1><p>The upstream server is being restarted.</p></body></html>"
SLOW_BYTES = 8
LOOK_S = 0.02  # how often a silent answer looks whether the client has left


class Listener(ThreadingHTTPServer):
    """Listens on 127.0.0.1. `mistakes` are exceptions that no client's departure explains."""

    daemon_threads = True
    request_queue_size = 256  # 64 clients may connect within one accept

    def __init__(self, port: int, rehearsal: "RehearsalServer") -> None:
        self.rehearsal = rehearsal
        self.mistakes: list[BaseException] = []
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        """Without the name look-up that HTTPServer makes: it may take seconds and nobody asks for the name."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening and end connections that clients keep alive."""
        super().server_close()
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # its client was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is what rehearsals are about; anything else is kept for `RehearsalServer.close`."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.mistakes.append(error)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "rehearsal"
    sys_version = ""
    wbufsize = -1  # head and body leave in one packet
    disable_nagle_algorithm = True
    server: Listener

    def log_message(self, format: str, *args: Any) -> None:
        """The server's own log says more."""

    def do_GET(self) -> None:
        """The lists of models."""
        models = self.server.rehearsal.models
        path = self.path.partition("?")[0]
        if path.endswith("/models"):
            self._send_document(200, openai_wire.models(models))
        elif path == "/api/tags":
            self._send_document(200, ollama_wire.tags(models))
        elif path == "/api/version":
            self._send_document(200, {"version": "0.12.0"})
        else:
            self._send_document(404, {"error": {"message": f"no endpoint at {path}", "code": "not_found"}})

    def do_POST(self) -> None:
        """A prompt, or a question about a model."""
        began = time.perf_counter()
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        wire = wire_at(self.path)
        if self.path == "/api/show":
            self._send_document(200, ollama_wire.show())
        elif wire is None:
            self._send_document(404, {"error": {"message": f"no endpoint at {self.path}", "code": "not_found"}})
        elif (asked := self._read(wire, raw)) is None:
            self._send_document(400, {"error": {"message": "the request cannot be read", "code": "invalid_request"}})
        else:
            Exchange(self, wire, asked, began).answer()

    def _read(self, wire: Wire, raw: bytes) -> Asked | None:
        """The request, or None where it breaks its protocol."""
        try:
            body = json.loads(raw)
            messages, tools, wants_stream = wire.read(body)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() not in KEY_HEADERS}
        number = self.server.rehearsal.next_number()
        return Asked(number, wire.name, str(body.get("model")), messages, tools, wants_stream, headers, body)

    def has_key(self, key: str) -> bool:
        """Whether the request came with this key."""
        given = [self.headers.get(name, "").removeprefix("Bearer ") for name in KEY_HEADERS]
        return not key or key in given

    def _send_document(self, status: int, document: Mapping[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_head(status, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        self.wfile.write(body)

    def send_head(self, status: int, headers: Mapping[str, str]) -> None:
        """Status line and headers."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


class Exchange:
    """One request on its way to its answer; enters the log once."""

    def __init__(self, handler: Handler, wire: Wire, asked: Asked, began: float) -> None:
        self._handler = handler
        self._rehearsal = handler.server.rehearsal
        self._wire = wire
        self._asked = asked
        self._began = began
        self._fault = ""

    def answer(self) -> None:
        """Refuse, keep silent, or deliver what the script replies."""
        self._fault = self._rehearsal.fault_of(self._asked)
        fault = FAULTS[self._fault] if self._fault else Fault("none")
        if not self._handler.has_key(self._rehearsal.key):
            fault = FAULTS["wrong_key"]
        if fault.status != 200:
            self._refuse(fault)
        elif fault.delivery == "silent":
            self._keep_silent()
        elif fault.delivery == "reset":
            self._reset()
        else:
            reply = self._rehearsal.script(self._asked)
            changed = reply if fault.change is None else fault.change(self._asked, reply)
            self._deliver(fault, changed.counted(self._asked))

    def _refuse(self, fault: Fault) -> None:
        body = json.dumps(self._wire.refusal(fault.status, fault.code, self._asked)).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **fault.headers}
        self._send(fault.status, headers, [body], Reply(), is_whole=False)

    def _deliver(self, fault: Fault, reply: Reply) -> None:
        if fault.delivery == "not_json":
            headers = {"Content-Type": "text/html", "Content-Length": str(len(PROXY_PAGE))}
            self._send(200, headers, [PROXY_PAGE], reply, is_whole=False)
            return
        if self._asked.wants_stream:
            headers = {"Content-Type": self._wire.stream_type, "Transfer-Encoding": "chunked"}
            parts = list(self._wire.events(self._asked, reply))
        else:
            parts = [json.dumps(self._wire.document(self._asked, reply)).encode()]
            headers = {"Content-Type": "application/json", "Content-Length": str(len(parts[0]))}
        if fault.delivery == "slow":
            parts = [part[at : at + SLOW_BYTES] for part in parts for at in range(0, len(part), SLOW_BYTES)]
        if self._asked.wants_stream:
            parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts] + [b"0\r\n\r\n"]
        if is_truncated := fault.delivery == "truncated":
            parts = parts[: len(parts) // 2] if self._asked.wants_stream else [parts[0][: len(parts[0]) // 2]]
            self._handler.close_connection = True
        pause_s = self._rehearsal.pace_s if fault.delivery == "slow" else 0
        self._send(200, headers, parts, reply, is_whole=not is_truncated, pause_s=pause_s)

    def _send(
        self,
        status: int,
        headers: Mapping[str, str],
        parts: Sequence[bytes],
        reply: Reply,
        *,
        is_whole: bool,
        pause_s: float = 0,
    ) -> None:
        """The log knows of an answer before its last byte leaves, so that a client that has it finds it there."""
        try:
            self._handler.send_head(status, headers)
            for part in parts[:-1]:
                self._handler.wfile.write(part)
                self._handler.wfile.flush()
                if pause_s and self._rehearsal.stopping.wait(pause_s):
                    raise ConnectionAbortedError
        except OSError:
            self._record(status, reply, is_whole=False)
            raise
        self._record(status, reply, is_whole=is_whole)
        self._handler.wfile.write(parts[-1])
        self._handler.wfile.flush()

    def _keep_silent(self) -> None:
        """Until the client closes its end. Recorded first: the client leaves when it likes."""
        self._record(0, Reply(), is_whole=False)
        while not self._rehearsal.stopping.is_set():
            readable, _, _ = select.select([self._handler.connection], [], [], LOOK_S)
            if readable and not self._handler.connection.recv(1, socket.MSG_PEEK):
                break
        self._handler.close_connection = True

    def _reset(self) -> NoReturn:
        """Closing with a linger time of zero sends RST; all three owners of the socket must let go of it."""
        self._record(0, Reply(), is_whole=False)
        connection = self._handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._handler.rfile.close()
        self._handler.wfile.close()
        connection.close()
        raise ConnectionResetError  # nothing may touch the closed files after this

    def _record(self, status: int, reply: Reply, *, is_whole: bool) -> None:
        asked = self._asked
        self._rehearsal.record(
            Answered(
                number=asked.number,
                wire=asked.wire,
                model=asked.model,
                status=status,
                fault=self._fault,
                prompt_tokens=reply.prompt_tokens if is_whole else 0,
                completion_tokens=reply.completion_tokens if is_whole else 0,
                cached_tokens=reply.cached_tokens if is_whole and self._wire.counts_cached else 0,
                tools_offered=asked.offered,
                tools_called=tuple(call.name for call in reply.tool_calls),
                prompt_hash=asked.prompt_hash,
                is_whole=is_whole,
                seconds=time.perf_counter() - self._began,
                asked=asked,
            )
        )
