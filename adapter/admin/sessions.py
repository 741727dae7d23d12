"""The browser's side of a session: a cookie with a random token, and notices shown once.

The token alone says who somebody is; what it stands for is a row of `core.staff`. Flask and
Flask-WTF are given what they want to keep in a session without anything being kept: the secret
behind the forms is derived from the token, and so changes with it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any, cast

from flask import Flask, Request, Response, session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from adapter.admin.settings import ConsoleSettings
from adapter.core import staff

NOTICE_SECONDS = 300
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_NOTICES = "_flashes"  # where Flask keeps what `flash` says
CSRF = "csrf_token"  # where Flask-WTF keeps what forms are signed with


class Visit(dict[str, Any], SessionMixin):
    """A browser that came: its token, and what it is to be told at the next page."""

    def __init__(self, settings: ConsoleSettings, token: str | None) -> None:
        super().__init__()
        self._key = settings.key_for("forms")
        self.is_used = False  # whether a form was made or checked, so that the token must last
        self.is_fresh = token is None  # whether the browser is yet to be told the token
        self.is_over = False
        self.was_told: list[Any] = []
        self._take(token or staff.new_token())

    def _take(self, token: str) -> None:
        self.token = token
        self[CSRF] = hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()

    def __getitem__(self, key: str) -> Any:
        self.is_used = self.is_used or key == CSRF
        return super().__getitem__(key)

    def begin(self, token: str) -> None:
        """Go by the token of a new session: the one before, whoever set it, is worth nothing."""
        self._take(token)
        self.is_fresh = self.is_used = True

    def end(self) -> None:
        """Forget the token, here and in the browser."""
        self._take(staff.new_token())
        self.is_fresh = self.is_over = True


class ConsoleSessions(SessionInterface):
    """Sessions for the paths of the console alone; elsewhere there are none and none is looked for.

    Over https the cookie has a name that browsers accept over https only, so that nobody on the
    way can plant one.
    """

    def __init__(self, path: str, settings: ConsoleSettings) -> None:
        self._path, self._settings = path, settings
        self._signer = URLSafeTimedSerializer(settings.key_for("notices"), salt="notices")

    def open_session(self, app: Flask, request: Request) -> Visit | None:
        """Whoever comes to the console; nobody elsewhere."""
        path = request.path
        if not path.startswith(self._path) or path[len(self._path) :][:1] not in ("", "/"):
            return None
        token = request.cookies.get(self._name(request, "session"), "")
        visit = Visit(self._settings, token if _TOKEN.fullmatch(token) else None)
        if told := request.cookies.get(self._name(request, "notices")):
            try:
                visit.was_told = self._signer.loads(told, max_age=NOTICE_SECONDS)
                visit[_NOTICES] = [tuple(one) for one in visit.was_told]
            except BadSignature:
                visit.was_told = [""]  # so that it is taken away
        return visit

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Tell the browser its token, where it does not know it yet, and what to show next."""
        from flask import request

        visit = cast(Visit, session)
        name = self._name(request, "session")
        if visit.is_over:
            response.delete_cookie(name, **self._how(request))
        elif visit.is_fresh and visit.is_used:
            response.set_cookie(name, visit.token, **self._how(request))
        notices = [list(one) for one in visit.get(_NOTICES, [])]
        if notices == visit.was_told:
            return
        name = self._name(request, "notices")
        if notices:
            value = str(self._signer.dumps(notices))
            response.set_cookie(name, value, max_age=NOTICE_SECONDS, **self._how(request))
        else:
            response.delete_cookie(name, **self._how(request))

    def _secure(self, request: Request) -> bool:
        return self._settings.secure_cookies or request.is_secure

    def _name(self, request: Request, what: str) -> str:
        return f"{'__Secure-' if self._secure(request) else ''}adapter_{what}"

    def _how(self, request: Request) -> dict[str, Any]:
        return {
            "path": self._path,
            "secure": self._secure(request),
            "httponly": True,
            "samesite": "Lax",
        }


def visit() -> Visit:
    """The browser that asks."""
    return cast(Visit, session._get_current_object())  # type: ignore[attr-defined]
