"""Values that break ordinary services: for fields, bodies, identifiers, queries and headers."""

import json
from typing import Any
from urllib.parse import quote

HUGE = 10**30
NOTHING = "019a0000-0000-7000-8000-000000000000"

VALUES: dict[str, Any] = {
    "2^63": 2**63, "2^64": 2**64, "-2^63-1": -(2**63) - 1, "10^30": HUGE, "-1": -1, "0": 0, "true": True,
    "false": False, "1.5": 1.5, "1.0": 1.0, "null": None, "text one": "1", "empty": "", "blanks": "   ", "NUL": "a\0b",
    "NUL alone": "\0",
    "list": [1], "empty list": [], "object": {"a": 1}, "empty object": {}, "nested": [[[[[[[[[[]]]]]]]]]],
    "100 KB": "a" * 100_000, "percent": "%", "underscore": "_", "quote": "'; DROP TABLE demand_signal; --",
    "template": "{{7*7}}${7*7}{0.__class__}", "format": "%s%n%(a)s", "script": "<script>alert(1)</script>",
    "bidi": "\u202etxet\u202c", "BOM": "\ufeffa", "not a character": "\uffff", "emoji": "\U0001f469\u200d" * 60,
    "combining": "a" + "\u0301" * 200, "newlines": "a\r\nb\r\n\r\nc", "escape": "\x1b[31m", "path": "../../etc/passwd",
    "uuid": NOTHING, "date": "2026-02-30", "year 10000": "10000-01-01", "formula": "=1+1", "json": '{"a":1}',
    "backslash": "\\", "NaN text": "NaN", "1e3 text": "1e3",
}  # fmt: skip
RAW: dict[str, bytes] = {
    "nothing": b"", "null": b"null", "list": b"[]", "text": b'"x"', "number": b"1", "half": b"{", "two": b"{}{}",
    "deep lists": b"[" * 100_000 + b"]" * 100_000, "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep in a field": b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "1e3": b'{"text":"0123456789","name_ko":"x","title_ko":"x","kind":"agency","available_krw":1e3,"budget_krw":1e3}',
    "NaN": b'{"text":"0123456789","available_krw":NaN}', "Infinity": b'{"available_krw":Infinity}',
    "digits": b'{"available_krw":' + b"9" * 100_000 + b"}", "long exponent": b'{"available_krw":1e' + b"9" * 400 + b"}",
    "twice": b'{"text":"0123456789","text":1}', "lone surrogate": b'{"text":"0123456789\\ud800"}',
    "surrogate key": b'{"\\ud800":1}', "NUL key": b'{"\\u0000":1}', "not UTF-8": b'{"text":"0123456789\xff"}',
    "UTF-16": '{"text":"0123456789"}'.encode("utf-16"), "BOM": b"\xef\xbb\xbf{}",
    "unknown": b'{"__proto__":{},"id":1}',
    "a hundred thousand fields": json.dumps({f"f{number}": 1 for number in range(100_000)}).encode(),
    "a million entries": b'{"field_codes":[' + b'"01",' * 1_000_000 + b'"01"]}',
    "11 MB": b'{"text":"' + b"a" * 11_000_000 + b'"}',
}  # fmt: skip
IDS = [
    "0",
    "-1",
    str(2**64),
    "x",
    "%00",
    "%ff",
    "%2e%2e",
    NOTHING[:-1],
    f"{{{NOTHING}}}",
    NOTHING.replace("-", ""),
    "a" * 5000,
]
PARAMETERS = ["", "%00", "%ff", "%ED%A0%80", "x", "-1", "0x10", "1e3", str(HUGE), str(2**63), "2026-02-30", "a" * 5000]
"""What is given to each parameter of a query."""
QUERIES = [
    *(f"limit={value}" for value in ("0", "101", "true")),
    *(f"cursor={value}" for value in ("x", "%00", "%ff", "A" * 22, "A" * 5000)),
    *(
        "q=%ED%A0%80",
        "q=%FF",
        "%00=1",
        "=",
        "&" * 2000,
        "q=" + "%25" * 66,
        "limit=1&limit=2",
        "lang=%00",
        "large=2",
        "%",
        "a[]=1",
    ),
]
WORDS = ("q", "state", "field_code", "kind")
"""Parameters that take every value, where a list has them; where it has not, it never reads them."""


def queries_of(parameters: list[str]) -> list[str]:
    """Give the queries for a list that takes these parameters."""
    words = [name for name in WORDS if name in parameters]
    return QUERIES + [f"{name}={quote(str(value)[:300])}" for name in words for value in VALUES.values()]


HEADERS = [
    *(
        {"Accept": value}
        for value in ("\xff", ";;;", "text/html;q=\xb2", "*/*;q=" + "9" * 400, "a/" * 2000, "text/html;q=x,*/*")
    ),
    *({"Accept-Language": value} for value in ("ko;q=\xb2", "en;q=..", ",;=", "\xff", "en;q=1e999", "x" * 4000)),
    *({"If-Match": value} for value in ('"\xb2"', '"' + "9" * 4000 + '"', "\xff", '"\\"', "*, *")),
    *(
        {"Cookie": value}
        for value in ("fund_session=\xff", 'fund_session="', "=;=", "fund_language=%00", "a=" + "b" * 4000)
    ),
    *({"Host": value} for value in ("x:99999", "[", "a b", "\xff", "x:y")),
    *({"Origin": value} for value in ("http://[", "\xff", "null", "://")),
    *(
        {"Content-Type": value}
        for value in ("\xff", ";", "application/json; charset=utf-16", "text/plain", "multipart/form-data")
    ),
    *({"Authorization": value} for value in ("\xff", "Bearer", "Bearer " + "x" * 4000, "Bearer \xff", "Basic x")),
]
