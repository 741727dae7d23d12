"""Partners: outlets, terminals, and the credentials by which platforms identify themselves."""

from adapter.core.partners.models import (
    Caller,
    Credential,
    CredentialStatus,
    KeyMark,
    Message,
    Outlet,
    Terminal,
)
from adapter.core.partners.operations import (
    authenticate,
    change_key,
    check_key,
    create_credential,
    drop_old_messages,
    keep_message,
    put_outlet,
    revoke_credential,
    rotate_credential,
)
from adapter.core.partners.queries import (
    credentials,
    key_mark,
    messages,
    outlets,
    with_digests,
)
from adapter.core.partners.secrets import digest, generate, mark

__all__ = [
    "Caller",
    "Credential",
    "CredentialStatus",
    "KeyMark",
    "Message",
    "Outlet",
    "Terminal",
    "authenticate",
    "change_key",
    "check_key",
    "create_credential",
    "credentials",
    "digest",
    "drop_old_messages",
    "generate",
    "keep_message",
    "key_mark",
    "mark",
    "messages",
    "outlets",
    "put_outlet",
    "revoke_credential",
    "rotate_credential",
    "with_digests",
]
