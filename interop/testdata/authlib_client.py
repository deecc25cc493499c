"""Authlib takes the authorization code flow with PKCE and checks what it gets.

Prints the authorization URL, reads the URL of the landing, prints what it found
as JSON."""
import json
import sys

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oidc.core import CodeIDToken

issuer, client_id, secret, callback = sys.argv[1:5]
meta = requests.get(issuer + "/.well-known/openid-configuration", timeout=10).json()
assert meta["issuer"] == issuer, meta["issuer"]

session = OAuth2Session(
    client_id, secret, scope="openid profile email", redirect_uri=callback, code_challenge_method="S256")
verifier, nonce = generate_token(48), generate_token()
url, state = session.create_authorization_url(meta["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
print(url, flush=True)
landing = sys.stdin.readline().strip()

token = session.fetch_token(meta["token_endpoint"], authorization_response=landing, state=state, code_verifier=verifier)
keys = JsonWebKey.import_key_set(requests.get(meta["jwks_uri"], timeout=10).json())
claims = jwt.decode(
    token["id_token"], keys, claims_cls=CodeIDToken,
    claims_options={"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}},
    claims_params={"client_id": client_id, "nonce": nonce, "access_token": token["access_token"]})
claims.validate()
user = session.get(meta["userinfo_endpoint"]).json()
active = session.introspect_token(meta["introspection_endpoint"], token=token["access_token"]).json()
fresh = session.refresh_token(meta["token_endpoint"], refresh_token=token["refresh_token"])
revoked = session.revoke_token(meta["revocation_endpoint"], token=fresh["refresh_token"], token_type_hint="refresh_token")
after = session.introspect_token(meta["introspection_endpoint"], token=fresh["refresh_token"]).json()
print(json.dumps({
    "sub": claims["sub"], "email": user["email"], "active": active["active"],
    "refreshed": fresh["access_token"] != token["access_token"],
    "revoked": revoked.status_code, "active_after": after["active"]}))
