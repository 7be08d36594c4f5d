"""The line between a phone and the house, which a test can cut, mend, and make lose answers."""

import contextlib
import threading
from collections import Counter
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Wire:
    """Passes requests on to the house. `calls` counts what reached it, by method and path."""

    def __init__(self, house: str) -> None:
        self.house = urlsplit(house).netloc
        self.calls: Counter[tuple[str, str]] = Counter()
        self._losing: dict[str, int] = {}
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.mend()

    @property
    def address(self) -> str:
        return f"http://localhost:{self._port}"

    def cut(self) -> None:
        """From now on nobody answers at this address, as in a basement."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def mend(self) -> None:
        wire = self

        class Passing(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def log_message(self, *_said: object) -> None:
                pass

            def pass_on(self) -> None:
                wire._pass_on(self)

            do_GET = do_POST = do_HEAD = pass_on  # noqa: N815 (the names that http.server asks for)

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("localhost", self._port), Passing)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def lose_answers(self, beginning: str, times: int) -> None:
        """The next `times` requests to this path reach the house and are done there, but their answers never arrive."""
        self._losing[beginning] = times

    def _pass_on(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        path = urlsplit(asked.path).path
        connection = HTTPConnection(self.house, timeout=20)
        try:
            connection.request(
                asked.command, asked.path, body, {k: v for k, v in asked.headers.items() if k.lower() not in HOP - {"content-length"}}
            )
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, HTTPException):
            asked.close_connection = True
            return
        finally:
            connection.close()
        self.calls[asked.command, path] += 1
        for beginning, left in self._losing.items():
            if asked.command == "POST" and path.startswith(beginning) and left:
                self._losing[beginning] -= 1
                asked.close_connection = True
                return
        asked.send_response(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP | {"date", "server"}:
                asked.send_header(name, value)
        asked.send_header("Content-Length", str(len(data)))
        with contextlib.suppress(ConnectionError):  # the browser was killed, or has gone on
            asked.end_headers()
            asked.wfile.write(data)
