"""Who asks: the principal of a verified token. Every surface that takes tokens takes them through here."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest, EngineDown, SettingsError, Unauthenticated
from nlq.values import Principal

if TYPE_CHECKING:
    from pathlib import Path

    from nlq.settings import Settings

LEEWAY_S = 30
JWKS_TIMEOUT_S = 5
LEAST_SECRET = 32  # bytes: as many as HS256's digest has
MAX_TOKEN = 8_192


class Verifier:
    """Checks tokens against the deployment's keys. Each algorithm has a key of its own, so none can stand in for another."""

    def __init__(self, settings: Settings) -> None:
        """Read the keys.

        Raises:
            SettingsError: no way to verify a token is set, or a key cannot be used.
        """
        if find_spec("jwt") is None:
            raise SettingsError(
                "the extra api is needed to verify tokens", where="settings", fix='pip install "nlq[api]"'
            )
        self._settings = settings
        self._secret = settings.jwt_secret.encode()
        if self._secret and len(self._secret) < LEAST_SECRET:
            raise SettingsError(
                f"the secret is shorter than {LEAST_SECRET} bytes",
                where="NLQ_JWT_SECRET",
                fix="take a longer random one",
            )
        self._public = _pem(settings.jwt_public_key, settings.folder)
        self._jwks: Any = None
        if settings.jwks_url:
            from jwt import PyJWKClient  # noqa: PLC0415 - slow to import

            self._jwks = PyJWKClient(settings.jwks_url, timeout=JWKS_TIMEOUT_S, cache_keys=True)
        if not (self._secret or self._public or self._jwks):
            raise SettingsError("there is no way to verify tokens", where=settings.origin,
                                fix="set NLQ_JWT_SECRET, NLQ_JWT_PUBLIC_KEY or NLQ_JWKS_URL")  # fmt: skip

    def principal(self, token: str) -> Principal:
        """The principal that a token names.

        Raises:
            Unauthenticated: it is malformed, forged, expired, for somebody else, or names nobody.
            EngineDown: the keys cannot be fetched.
        """
        import jwt  # noqa: PLC0415 - slow to import

        if not token or len(token) > MAX_TOKEN:
            raise _refused("there is no token" if not token else "the token is too long")
        try:
            kind = str(jwt.get_unverified_header(token).get("alg"))
            key = self._key(kind, token)
            claims = jwt.decode(
                token, key, algorithms=[kind], leeway=LEEWAY_S, audience=self._settings.jwt_audience or None,
                issuer=self._settings.jwt_issuer or None,
                options={"require": ["exp", "sub"], "verify_aud": bool(self._settings.jwt_audience)},
            )  # fmt: skip
            return Principal.from_claims(claims)
        except jwt.PyJWKClientConnectionError:
            raise EngineDown("the keys that verify tokens cannot be fetched", where="NLQ_JWKS_URL", fix="see that the URL answers",
                             public="signing in does not work at the moment") from None  # fmt: skip
        except jwt.ExpiredSignatureError:
            raise _refused("the token has expired") from None
        except jwt.PyJWTError:
            raise _refused("the token is not valid") from None
        except BadRequest:
            raise _refused("the token names no principal") from None

    def _key(self, kind: str, token: str) -> Any:
        if kind == "HS256" and self._secret:
            return self._secret
        if kind == "RS256" and self._public:
            return self._public
        if kind == "RS256" and self._jwks is not None:
            return self._jwks.get_signing_key_from_jwt(token).key
        raise _refused("the token is not valid")


def _refused(what: str) -> Unauthenticated:
    return Unauthenticated(what, where="token", fix="get a new token from whoever signs you in")


def _pem(value: str, folder: Path) -> str:
    """A public key: given itself, or the path of its file."""
    if not value or value.lstrip().startswith("-----BEGIN"):
        return value
    try:
        return (folder / value).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SettingsError(
            "the public key cannot be read",
            where="NLQ_JWT_PUBLIC_KEY",
            fix="give the PEM text, or the path of a file of it",
        ) from None
