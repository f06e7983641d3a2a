"""The API's description: whole, with an example for each answer that fits what is said of it."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from litestar import Litestar
from litestar.serialization import decode_json, encode_json

from entrypoints.http.app import create_app
from tests.unit.memory import in_memory_container

_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


@cache
def description() -> dict[str, Any]:
    app: Litestar = create_app(in_memory_container())
    return dict(decode_json(encode_json(app.openapi_schema.to_schema())))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and what is said of the operation."""
    for path, item in description()["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def contents() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Of each answer with a body of JSON: the operation, its status, and its content."""
    for _, _, operation in operations():
        for status, answer in operation["responses"].items():
            for kind, content in answer.get("content", {}).items():
                if kind == "application/json":
                    yield operation["operationId"], status, kind, content


def examples(content: dict[str, Any]) -> list[Any]:
    if "example" in content:
        return [content["example"]]
    return [example["value"] for example in content.get("examples", {}).values()]


def test_every_operation_has_a_name_of_its_own_for_generated_clients() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(names) == len(set(names)) > 5
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


def test_every_answer_has_an_example_that_fits() -> None:
    whole = description()
    wrong = [
        f"{name} {status}: {[error.message for error in errors] or 'no example'}"
        for name, status, _, content in contents()
        for found in [examples(content)]
        for errors in [
            [
                error
                for example in found
                for error in Draft202012Validator({**content["schema"], "components": whole["components"]}).iter_errors(
                    example
                )
            ]
        ]
        if errors or not found
    ]

    assert wrong == []


@pytest.mark.parametrize("method", ["head"])
def test_an_answer_to_head_has_no_body(method: str) -> None:
    found = [answer for _, by, operation in operations() if by == method for answer in operation["responses"].values()]

    assert found
    assert [answer for answer in found if answer.get("content")] == []


def test_every_operation_says_what_it_needs_and_does() -> None:
    for path, method, operation in operations():
        assert operation.get("summary"), (path, method)
        named = set(re.findall(r"{([a-z_]+)}", path))
        told = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"}
        assert named == told, path


def test_who_may_is_said_where_somebody_is_asked_for() -> None:
    """401 is an answer of all that ask for the token, and of no others."""
    for path, method, operation in operations():
        assert ("401" in operation["responses"]) == bool(operation.get("security")), (path, method)


async def test_options_tells_all_that_can_be_done_at_a_path() -> None:
    container = in_memory_container()
    app: Any = create_app(container)  # its types are narrower than those of httpx
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here:5000") as client, container.running():
        for path, item in description()["paths"].items():
            if path == "/uploads":
                continue  # tus says what is told there
            answer = await client.options(re.sub(r"{[^}]*}", "0b0ff2b6-6f4d-4d9c-9a3a-3f4a5a7f0c11", path))
            described = {"OPTIONS", *(name.upper() for name in item if name in _METHODS)}
            assert (answer.status_code, {*answer.headers["allow"].split(", ")}) == (204, described)
