"""Flask as we need it: no pages of its own, no redirects, and views the engine may ask again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

import flask
import structlog
from structlog.contextvars import get_contextvars
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from adapter.db.database import again
from adapter.web import enquiry, errors, mount, request_log
from adapter.web.json import LARGEST_BODY, ExactJson
from adapter.web.logs import traceback_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask.typing import ResponseReturnValue


log = structlog.get_logger()


class JsonResponse(flask.Response):
    """A response that is JSON unless somebody says otherwise; never a page by default."""

    default_mimetype = "application/json"


class Application(flask.Flask):
    """A Flask application whose every word is a protocol's or a plain JSON object."""

    response_class = JsonResponse
    json_provider_class = ExactJson

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None, template_folder=None)
        self.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
        # Tests see what a vendor would see.
        self.config["PROPAGATE_EXCEPTIONS"] = False
        request_log.install(self)
        self.after_request(_never_kept)
        mount.install(self)
        errors.install(self)

    def dispatch_request(self) -> ResponseReturnValue:
        """What the view returns, run again where its unit of work met a retryable error.

        A view holds one unit of work and does nothing outside the database, so a second run
        finds everything as the first did. A `CommitUnknown` is never run again.
        """
        once = super().dispatch_request
        return enquiry.asked(lambda: again(once))

    def process_response(self, response: flask.Response) -> flask.Response:
        """The reply as it leaves; where something that is done to every reply breaks, a refusal
        that has been through nothing, but is found in the log.
        """
        try:
            return super().process_response(response)
        except Exception as error:
            refused = errors.answer(error)
            refused.headers[request_log.HEADER] = str(get_contextvars().get("request_id", ""))
            return refused

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none of ours is a coroutine, and looking each time costs."""
        return func

    def raise_routing_exception(self, request: flask.Request) -> NoReturn:
        """Raise what kept a view from being found; a redirect counts as not found."""
        if isinstance(request.routing_exception, RequestRedirect):
            raise NotFound
        super().raise_routing_exception(request)

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Nothing: `errors.answer` logs, without the path Flask would write."""

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The reply to a request, also where Flask itself could not make one."""
        try:
            return super().wsgi_app(environ, start_response)
        except Exception as error:
            return _last_words(error)(environ, start_response)


def _never_kept(response: flask.Response) -> flask.Response:
    # A balance ages at once, and a GET that reserves must never be answered from a cache. Only a
    # view that says otherwise itself (a style sheet's, say) is believed.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _last_words(error: Exception) -> flask.Response:
    log.error("bug", error=type(error).__qualname__, traceback=traceback_of(error))
    # The id under which this line is found.
    headers = {request_log.HEADER: str(get_contextvars().get("request_id", ""))}
    body = '{"error": "internal error"}'
    return flask.Response(body, 500, headers=headers, mimetype="application/json")
