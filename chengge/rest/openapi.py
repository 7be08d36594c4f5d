"""The OpenAPI document, completed: what any operation may answer, as the house answers it, with an example of each."""

from collections.abc import Iterator
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from chengge.rest.problems import MEDIA_TYPE, Problem

SAFE = frozenset({"get", "head", "options"})
# By status: the code and the sentence of an example.
EXAMPLES: dict[int, tuple[str, str]] = {
    400: ("unreadable", "The body is not readable as JSON."),
    401: ("not_signed_in", "You are not signed in."),
    403: ("post", "Your post does not do this."),
    404: ("case", "There is no such case, or none that you may see."),
    409: ("moved", "Li Na has dispatched this case at 09:12."),
    410: ("forgotten", "This photo was forgotten on request."),
    413: ("too_big", "The photo is bigger than 20 MB."),
    422: ("invalid", "Some of the values are not as documented."),
    429: ("too_many_requests", "Too many failed tries to sign in. Wait some minutes, then try again."),
}


class Document(OpenAPISchema):
    """The document of an API: every operation with the problems that its kind implies, every problem with its media type and an example."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        self.add_schema_definitions(_problem_schemas())
        for method, operation in self._operations():
            for parameter in operation.get("parameters", []):
                _tidy(parameter)
            _complete(method, operation)

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """As ninja does, but two things of one name are a fault of ours, not a riddle for the reader."""
        for name, definition in definitions.items():
            if self.schemas.setdefault(name, deepcopy(definition)) != definition:
                raise ValueError(f"Two different schemas of the API are called {name}: give one of them another name.")

    def _operations(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for methods in self["paths"].values():
            yield from methods.items()


def _complete(method: str, operation: dict[str, Any]) -> None:
    implied = set()
    if operation.get("security"):
        implied.add(401)
        if method not in SAFE:
            implied.add(403)  # A browser without its CSRF token.
    if "requestBody" in operation:
        implied.add(400)
    if operation.get("parameters") or "requestBody" in operation:
        implied.add(422)
    responses = operation["responses"] | {status: {} for status in implied}
    operation["responses"] = {
        str(status): responses[status] if status < HTTPStatus.BAD_REQUEST else _problem_answer(status) for status in sorted(responses)
    }


def _tidy(parameter: dict[str, Any]) -> None:
    """A parameter that is not sent is left out, never null; its examples stand in its schema."""
    parameter.pop("examples", None)
    schema = parameter["schema"]
    if "default" in schema and schema["default"] is None:
        del schema["default"]
    if "anyOf" in schema:
        kinds = [kind for kind in schema.pop("anyOf") if kind != {"type": "null"}]
        schema.update(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})


def _problem_answer(status: int) -> dict[str, Any]:
    code, detail = EXAMPLES[status]
    example = {
        "type": f"urn:chengge:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "hint": "",
        "field": "",
        "errors": [],
    }
    answer: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if status == HTTPStatus.UNAUTHORIZED:
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answer


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {**schema.pop("$defs"), "Problem": schema}
