"""Settings of signing in at a provider, whose secrets must be found nowhere."""

from __future__ import annotations

from .provider import CLIENT

WEAK = "canary-weak"
CLIENT_SECRET, COOKIE_SECRET = "canary-of-the-client", "canary-7f1c9ab27e04d86391fa3c7be20d"
SECRETS = {"OIDC_CLIENT_SECRET": CLIENT_SECRET, "COOKIE_SECRET": COOKIE_SECRET}
AT_PROVIDER = {
    "OIDC_URL": "https://login.acme.com",
    "OIDC_CLIENT_ID": CLIENT,
    "URL": "https://dash.acme.com",
    **SECRETS,
}
