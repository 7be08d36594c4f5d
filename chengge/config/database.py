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
OPTIONS: dict[str, Any] = {"prepare_threshold": 3}


def private_database(private: PrivatePostgres, name: str) -> dict[str, Any]:
    """The database `name` in the private server."""
    place = {"NAME": name, "USER": SUPERUSER, "PASSWORD": "", "HOST": str(private.socket_folder), "PORT": str(PORT)}
    return COMMON | place | {"OPTIONS": dict(OPTIONS)}


def database_from_url(url: str) -> dict[str, Any]:
    """postgresql://user:password@host:port/name?option=value, every part percent-encoded. Raises ImproperlyConfigured when it is none."""
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
    return COMMON | place | {"OPTIONS": OPTIONS | dict(parse_qsl(parts.query))}
