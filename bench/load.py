"""Clients that keep a web server busy and cost little themselves: each holds one connection open and waits for one answer at a time."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np

TIMEOUT_SECONDS = 30


class AnswerUnexpected(RuntimeError):
    """The server answered something else than what the load is about."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw: how long each answer took, in milliseconds, and over what time."""

    took_ms: "np.ndarray"
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.took_ms) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        return float(np.percentile(self.took_ms, percent))


class Connection:
    """One HTTP/1.1 connection kept open. Nothing but what this load needs: answers with a Content-Length."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        place = urlsplit(address)
        self._socket = socket.create_connection((place.hostname, place.port), timeout=TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": place.netloc, **headers}.items()).encode()
        self._rest = b""

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        self._socket.sendall(b"GET %b HTTP/1.1\r\n%b\r\n" % (path.encode(), self._head))
        return self._answer()

    def post(self, path: str, body: bytes, key: str) -> tuple[int, bytes]:
        """Status and body of a JSON POST with an Idempotency-Key."""
        head = b"POST %b HTTP/1.1\r\n%bContent-Type: application/json\r\nContent-Length: %d\r\nIdempotency-Key: %b\r\n\r\n"
        self._socket.sendall(head % (path.encode(), self._head, len(body), key.encode()) + body)
        return self._answer()

    def close(self) -> None:
        self._socket.close()

    def _answer(self) -> tuple[int, bytes]:
        head, body = self._read_until(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])}
        if b"content-length" not in fields:
            raise AnswerUnexpected(f"an answer without a length: {lines[0].decode(errors='replace')}")
        length = int(fields[b"content-length"])
        while len(body) < length:
            body += self._received()
        self._rest = body[length:]
        return int(lines[0].split()[1]), body[:length]

    def _read_until(self, mark: bytes) -> tuple[bytes, bytes]:
        data = self._rest
        while mark not in data:
            data += self._received()
        before, _, after = data.partition(mark)
        return before, after

    def _received(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise AnswerUnexpected("the server closed the connection")
        return data


def keep_busy(clients: int, seconds: float, make: Callable[[int], Callable[[], None]]) -> Load:
    """Let `clients` threads work for `seconds`, after a tenth of that for warming up, which does not count.

    Args:
        make: gives client number n what it does again and again; an exception in it ends the load.
    """
    took: list[list[float]] = [[] for _ in range(clients)]
    faults: list[BaseException] = []
    counted = [0.0, 0.0]  # from when to when answers count

    def set_times() -> None:
        counted[0] = time.perf_counter() + seconds / 10
        counted[1] = counted[0] + seconds

    start = threading.Barrier(clients, action=set_times, timeout=TIMEOUT_SECONDS)

    def work(number: int) -> None:
        try:
            act = make(number)
            start.wait()
            while (began := time.perf_counter()) < counted[1]:
                act()
                if began >= counted[0]:
                    took[number].append(time.perf_counter() - began)
        except BaseException as fault:
            faults.append(fault)
            start.abort()

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    if not any(took):
        raise AnswerUnexpected(f"no answer came within {seconds:.0f} s")
    return Load(np.concatenate([np.array(times) for times in took]) * 1000, seconds)
