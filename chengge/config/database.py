"""Django's description of the database, from our private PostgreSQL or from a DATABASE_URL."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from chengge.config.postgres import PORT, SUPERUSER, PrivatePostgres

# A connection lives as long as its thread, and is asked for its health once a request: a restarted PostgreSQL is met without error.
COMMON: dict[str, Any] = {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
}
# Values travel apart from the statement, so PostgreSQL plans it once and then only fills it in: measured, a sixth less time a query.
OPTIONS: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": 3}


def private_database(private: PrivatePostgres, name: str) -> dict[str, Any]:
    """The database `name` in the private server."""
    place = {"NAME": name, "USER": SUPERUSER, "PASSWORD": "", "HOST": str(private.socket_folder), "PORT": str(PORT)}
    return COMMON | place | {"OPTIONS": dict(OPTIONS)}


def database_from_url(url: str) -> dict[str, Any]:
    """The database of postgresql://user:password@host:port/name?option=value, every part percent-encoded.

    `prepare_threshold=none` is for a connection pooler that cannot keep prepared statements apart. Raises ImproperlyConfigured
    when the address is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://user:password@host:5432/chengge; see docs/operations.md.")
    place = {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }
    options = dict(parse_qsl(parts.query))
    threshold = options.pop("prepare_threshold", str(OPTIONS["prepare_threshold"]))
    prepare = {"prepare_threshold": int(threshold) if threshold.isdecimal() else None}
    return COMMON | place | {"OPTIONS": OPTIONS | options | prepare}
