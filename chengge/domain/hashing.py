"""How a ledger entry becomes bytes, and how entries hang together.

An entry's body is canonical JSON: keys in order, no blanks, UTF-8, numbers as they are. Its hash is SHA-256 over the
hash before it and the body; the first entry of a case follows 32 zero bytes.
"""

from hashlib import sha256
from typing import Any

import orjson

BEFORE_THE_FIRST = bytes(32)


def canonical(body: dict[str, Any]) -> str:
    """The one way to write `body` down. Raises TypeError for anything JSON cannot hold."""
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()


def chained(before: bytes, body: str) -> bytes:
    """The hash of `body` standing after the entry whose hash is `before` (32 bytes)."""
    return sha256(before + body.encode()).digest()
