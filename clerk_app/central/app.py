"""Central on HTTP: its operations on a Starlette application, and nothing that decides.

Plain Starlette: bodies are compressed MessagePack of the structs in `wire`, decoded strictly by msgspec, so the JSON
models that FastAPI would add on top of Starlette would be a second description of the same shapes. A client that sends
`application/json` gets the same structs as JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clerk_app.central import answering
from clerk_app.central.operation import Operation
from clerk_app.central.parts import Parts, hanoi_now
from clerk_app.central.routes import OPERATIONS
from clerk_app.domain.refusals import Refusal, Words

__all__ = ["Parts", "build", "hanoi_now"]
_NO_ROUTE = "none"


def build(parts: Parts) -> Starlette:
    """The application. Every operation but those for anybody wants a station's token and proof."""

    def endpoint(methods: Mapping[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
        async def served(request: Request) -> Response:
            asked = "GET" if request.method == "HEAD" else request.method
            return await answering.served(parts, methods[asked], request)

        return served

    async def not_a_route(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        code = "METHOD_WRONG" if problem.status_code == 405 else "NOT_FOUND"
        words = Words("Trung tâm không có địa chỉ này.", "Central has no such address.")
        remedy = Words("Kiểm tra phiên bản của máy trạm và trung tâm.", "Compare the versions of station and central.")
        speaks_json = "application/json" in request.headers.get("accept", "")
        response = answering.refused(Refusal(code, words, remedy), parts, speaks_json)
        response.headers.update(problem.headers or {})
        parts.figures.answered("none", _NO_ROUTE, response.status_code, 0.0, 0, len(response.body))
        return response

    async def failed(request: Request, problem: Exception) -> Response:
        return answering.failed(problem, parts, request, "application/json" in request.headers.get("accept", ""))

    by_path: dict[str, dict[str, Operation]] = {}
    for one in OPERATIONS:
        by_path.setdefault(one.path, {})[one.method] = one
    # An address that is written out is asked before one that any name fits.
    paths = sorted(by_path, key=lambda path: "{" in path)
    app = Starlette(routes=[Route(path, endpoint(by_path[path]), methods=list(by_path[path])) for path in paths])
    app.add_exception_handler(HTTPException, not_a_route)
    app.add_exception_handler(Exception, failed)
    return app
