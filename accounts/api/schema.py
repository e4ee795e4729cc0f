"""How the schema describes who asks: the generator knows these classes once this module is loaded, at start-up."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Token <token>`."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """A header, as the generator writes it."""
        description = "由安全管理员签发的令牌，以一个岗位的身份调用：`Token <令牌>`"
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": description}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser's session."""

    target_class = "accounts.api.authentication.ActingSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """A cookie, as the generator writes it."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "网页登录后的会话"}
