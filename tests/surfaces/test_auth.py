"""Tokens: what holds names a principal, anything else is refused without saying more than it must."""

from __future__ import annotations

import json
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from helpers import listening, settings_for

from nlq.errors import EngineDown, SettingsError, Unauthenticated
from nlq.settings import Settings
from nlq.surfaces.auth import Verifier

SECRET = "0123456789abcdef0123456789abcdef"
NLQ = str(Path(sys.executable).parent / "nlq")
KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
PUBLIC = (
    KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
)
SETTINGS = Settings(jwt_secret=SECRET, jwt_public_key=PUBLIC)


def claims(**more):
    # Made when tests are collected, used when their turn comes: they must outlive a long run.
    named = {"sub": "ana", "org_id": "tingi", "regions": ["NCR"], "roles": ["pii"], "exp": time.time() + 86_400}
    return named | more


def signed(key=SECRET, kind="HS256", **more):
    return jwt.encode(
        {name: value for name, value in claims(**more).items() if value is not None},
        key,
        algorithm=kind,
        headers={"kid": "k1"},
    )


def test_a_token_that_holds_names_its_principal():
    for token in (signed(), signed(KEY, "RS256")):
        found = Verifier(SETTINGS).principal(token)
        assert (found.sub, found.org_id, found.regions, found.roles) == ("ana", "tingi", ("NCR",), ("pii",))


@pytest.mark.parametrize("regions", [None, [], "NCR", 5, [1], {"a": 1}])
def test_regions_that_are_absent_or_malformed_mean_none(regions):
    assert Verifier(SETTINGS).principal(signed(regions=regions)).regions == ()


FORGED = {
    "nothing": "", "no token": "abc", "two parts": "a.b", "another secret": signed("x" * 32), "another key": signed(OTHER, "RS256"),
    "no signature": jwt.encode(claims(), None, algorithm="none"), "unsigned": signed().rpartition(".")[0] + ".",
    "another algorithm": signed(SECRET + SECRET, "HS512"), "expired": signed(exp=time.time() - 3_600), "no expiry": signed(exp=None),
    "not yet": signed(nbf=time.time() + 3_600), "nobody": signed(sub=None), "no tenant": signed(org_id=None), "tenants": signed(org_id=["tingi"]),
    "too long": signed(pad="x" * 9_000),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_anything_else_is_refused(name):
    with pytest.raises(Unauthenticated) as caught:
        Verifier(SETTINGS).principal(FORGED[name])
    assert caught.value.code == "unauthenticated"
    assert SECRET not in str(caught.value)


def test_the_public_key_is_no_secret_to_sign_with():
    """The classic confusion: a token signed HS256 with the public key's text."""
    import base64
    import hashlib
    import hmac

    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT"}, claims())
    )
    mark = base64.urlsafe_b64encode(hmac.new(PUBLIC.encode(), head + b"." + body, hashlib.sha256).digest()).rstrip(b"=")
    token = b".".join((head, body, mark)).decode()
    for settings in (SETTINGS, replace(SETTINGS, jwt_secret="")):
        with pytest.raises(Unauthenticated):
            Verifier(settings).principal(token)


def test_audience_and_issuer_where_they_are_set():
    strict = Verifier(replace(SETTINGS, jwt_audience="nlq", jwt_issuer="us"))
    assert strict.principal(signed(aud="nlq", iss="us")).sub == "ana"
    for wrong in ({}, {"aud": "nlq"}, {"aud": "nlq", "iss": "them"}, {"aud": "other", "iss": "us"}):
        with pytest.raises(Unauthenticated):
            strict.principal(signed(**wrong))
    assert Verifier(SETTINGS).principal(signed(aud="anything")).sub == "ana"


def test_settings_that_verify_nothing_are_refused(tmp_path):
    for settings in (Settings(), Settings(jwt_secret="short"), Settings(jwt_public_key=str(tmp_path / "none.pem"))):
        with pytest.raises(SettingsError):
            Verifier(settings)
    (tmp_path / "key.pem").write_text(PUBLIC)
    assert Verifier(Settings(jwt_public_key="key.pem", folder=tmp_path)).principal(signed(KEY, "RS256")).sub == "ana"


@contextmanager
def keys_served():
    """A URL that gives the public key as a JWKS."""
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k1", "use": "sig", "alg": "RS256"}

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self):
            data = json.dumps({"keys": [key]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/keys"
    finally:
        server.shutdown()
        server.server_close()


def test_keys_from_a_url():
    with keys_served() as url:
        verifier = Verifier(Settings(jwks_url=url))
        assert verifier.principal(signed(KEY, "RS256")).sub == "ana"
        for token in (signed(OTHER, "RS256"), signed()):
            with pytest.raises(Unauthenticated):
                verifier.principal(token)
    with pytest.raises(EngineDown):
        Verifier(Settings(jwks_url=url)).principal(signed(KEY, "RS256"))


@pytest.mark.parametrize("keys", ["a file", "a URL"])
def test_the_service_takes_tokens_of_either_kind_of_key(home, keys):
    """RS256 over HTTP; without the keys nobody is let in, and it is said that the keys are missing, not the token."""
    with keys_served() as url:
        way = {"NLQ_JWT_PUBLIC_KEY": PUBLIC} if keys == "a file" else {"NLQ_JWKS_URL": url}
        with listening(settings_for(home, **way)) as address:

            def me(token):
                return httpx.get(f"{address}/v1/me", headers={"Authorization": f"Bearer {token}"})

            assert me(signed(KEY, "RS256")).json()["sub"] == "ana"
            assert me(signed(OTHER, "RS256")).status_code == me(signed()).status_code == 401
    if keys == "a URL":
        with listening(settings_for(home, **way)) as address:
            away = me(signed(KEY, "RS256"))
            assert (away.status_code, away.json()["code"]) == (503, "engine_down")
            assert "127.0.0.1" not in away.text
