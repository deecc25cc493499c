"""requests-oauthlib takes the authorization code flow with PKCE, and the grants
without a browser.

Prints the authorization URL, reads the URL of the landing, prints what it found
as JSON."""
import json
import sys

from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError
from requests_oauthlib import OAuth2Session

issuer, client_id, secret, callback, user, password = sys.argv[1:7]
token_url = issuer + "/token"

client = WebApplicationClient(client_id)
verifier = client.create_code_verifier(64)
challenge = client.create_code_challenge(verifier, "S256")
session = OAuth2Session(client=client, scope=["openid", "profile", "email"], redirect_uri=callback)
url, state = session.authorization_url(issuer + "/authorize", code_challenge=challenge, code_challenge_method="S256")
print(url, flush=True)
landing = sys.stdin.readline().strip()

# oauthlib compares state and, as a warning that is an error, the scope.
token = session.fetch_token(token_url, authorization_response=landing, client_secret=secret, code_verifier=verifier)
email = session.get(issuer + "/userinfo").json()["email"]
fresh = session.refresh_token(token_url, auth=(client_id.replace(" ", "+"), secret.replace(" ", "+")))
try:
    session.refresh_token(token_url, refresh_token=token["refresh_token"], client_id=client_id, client_secret=secret)
    replayed = "accepted"
except InvalidGrantError:
    replayed = "invalid_grant"

legacy = OAuth2Session(client=LegacyApplicationClient(client_id, scope=["email"]))
by_password = legacy.fetch_token(token_url, username=user, password=password, client_id=client_id, client_secret=secret)
backend = OAuth2Session(client=BackendApplicationClient(client_id, scope=["photos"]))
own = backend.fetch_token(token_url, client_id=client_id, client_secret=secret)
print(json.dumps({
    "email": email, "refreshed": fresh["access_token"] != token["access_token"], "replayed": replayed,
    "password": by_password["token_type"], "own": own["token_type"]}))
