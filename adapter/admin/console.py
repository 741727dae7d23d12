"""The blueprint of the console; its pages are in `adapter.admin.pages`."""

from __future__ import annotations

from flask import Blueprint

from adapter.admin import access, headers

console = Blueprint("admin", __name__)

console.before_request(access.guard)
console.after_request(headers.add)
console.url_value_preprocessor(access.take_code)
console.url_defaults(access.put_code)
