"""What every answer of the console tells the browser to allow, which is very little."""

from __future__ import annotations

from flask import Response, g

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def add(response: Response) -> Response:
    """The answer with the headers of the console; a page of ours is a page, not JSON."""
    if g.get("console_is_page") and response.mimetype == "application/json":
        response.mimetype = "text/html"
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
