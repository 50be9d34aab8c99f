"""The running service as its own OpenAPI document and role table describe it: who may ask what, with which body."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from fund_service import operations
from models.person import Role

DOMAIN = "demo.fund.example"
PEOPLE: Mapping[Role, str] = {
    Role.PLANNER: f"planner.programmes@{DOMAIN}",
    Role.INVESTOR: f"ventures@{DOMAIN}",
    Role.FUND_MANAGER: f"fund.lead@{DOMAIN}",
    Role.COMMITTEE_MEMBER: f"ic.chair@{DOMAIN}",
    Role.PROJECT_TEAM: f"team.robot@{DOMAIN}",
    Role.AUDITOR: f"auditor@{DOMAIN}",
    Role.ADMINISTRATOR: f"administrator@{DOMAIN}",
}
"""Somebody of each role in the demo; where several may do a thing, the first does it."""
EXAMPLES: Mapping[str, Any] = {"email": f"nobody@{DOMAIN}", "region_code": "11", "terms_digest": "0" * 64}
"""What matches the pattern of a field that has one which plain letters do not match."""
BEYOND_THE_SCHEMA: Mapping[str, Mapping[str, Any]] = {
    "create_organisation": {"name_ko": "기관"},
    "update_organisation": {"name_ko": "기관"},
    "create_project": {"title_ko": "과제"},
    "update_project": {"title_ko": "과제"},
    "create_deal": {"title_ko": "투자"},
    "create_person": {"active": False},
    # other tests share the service: no rule of ours may block what they do, no fund stand beside the fund
    "create_vehicle": {"kind": "project_fund"},
    "create_limit_rule": {"force": "warns"},
}
"""Optional fields that a valid body needs, or that keep it harmless."""
NOTHING = "019a0000-0000-7000-8000-000000000000"
FORMATS = {"uuid": NOTHING, "date": "2026-11-22", "date-time": "2030-01-01T00:00:00Z"}
JSON, MULTIPART = "application/json", "multipart/form-data"


@dataclass(frozen=True)
class Operation:
    """An operation of the interface."""

    method: str
    path: str
    described: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.described["operationId"])

    @property
    def parameters(self) -> list[str]:
        """Name the parameters of its query."""
        return [given["name"] for given in self.described.get("parameters", []) if given["in"] == "query"]

    @property
    def media_type(self) -> str | None:
        """Name what its body is, if it takes one."""
        return next(iter(self.described.get("requestBody", {}).get("content", {})), None)

    def headers(self) -> dict[str, str]:
        """Make the headers it asks for: a first version, a key never used before."""
        own = {"If-Match": '"1"', "Idempotency-Key": str(uuid4())}
        return {
            given["name"]: own[given["name"]]
            for given in self.described.get("parameters", [])
            if given["in"] == "header" and given["name"] in own
        }


class Interface:
    """The document of a running service, and somebody to ask it by."""

    def __init__(self, document: Mapping[str, Any], connect: Callable[[str], httpx.Client]) -> None:
        self.document = document
        self._connect = connect
        self._clients: dict[Role, httpx.Client] = {}
        self.ids: dict[str, str] = {}

    def operations(self, *methods: str) -> Iterator[Operation]:
        """Walk over the operations of some methods."""
        for path, item in self.document["paths"].items():
            for method, described in item.items():
                if method in methods:
                    yield Operation(method.upper(), path, described)

    def client(self, role: Role) -> httpx.Client:
        """Give somebody of a role."""
        if role not in self._clients:
            self._clients[role] = self._connect(PEOPLE[role])
        return self._clients[role]

    def client_for(self, operation: str) -> httpx.Client:
        """Give somebody whom the role table permits the operation."""
        permitted = operations.OPERATIONS[operation]
        return self.client(next(role for role in PEOPLE if permitted == operations.ANYONE or role in permitted))

    def address(self, path: str, identifier: str | None = None) -> str:
        """Fill in a path: an identifier everywhere, or records that are there as far as any are known."""
        return re.sub(r"\{([^}]*)\}", lambda found: identifier or self.ids.get(found[1], NOTHING), path)

    def schema_of(self, operation: Operation) -> dict[str, Any]:
        """Describe the body of an operation that takes one."""
        return self._resolved(operation.described["requestBody"]["content"][operation.media_type]["schema"])

    def valid_body(self, operation: Operation) -> dict[str, Any]:
        """Make a body that the schema permits: what is required, and records that are there."""
        schema = self.schema_of(operation)
        fields = [name for name in schema["properties"] if name in self.ids or name in schema.get("required", [])]
        return {name: self._example(name, schema["properties"][name]) for name in fields} | dict(
            BEYOND_THE_SCHEMA.get(operation.name, {})
        )

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        schema = schema.get("allOf", [schema])[0]
        reference = schema.get("$ref")
        return self.document["components"]["schemas"][reference.rsplit("/")[-1]] if reference else schema

    def _example(self, name: str, schema: dict[str, Any]) -> Any:
        schema = self._resolved(schema)
        if name in EXAMPLES or name in self.ids:
            return EXAMPLES.get(name) or self.ids[name]
        if "enum" in schema:
            return schema["enum"][0]
        if schema["type"] == "integer":
            return int(schema.get("minimum", 1))
        if schema["type"] == "array":
            return [self._example(name.removesuffix("s"), schema["items"])] * schema.get("minItems", 0)
        if schema["type"] == "object":
            return {field: self._example(field, schema["properties"][field]) for field in schema.get("required", [])}
        return FORMATS.get(schema.get("format", ""), "a" * max(12, schema.get("minLength", 0)))
