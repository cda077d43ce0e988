"""Real sessions for the generated requests, and connection strings that get further than the parser."""

import itertools
import json
import os
import re
import urllib.error
import urllib.request

import schemathesis
from hypothesis import strategies as st

SERVER = os.environ["SERVER"]
SAMPLE = "sqlite:sample.db"
STRINGS = [
    SAMPLE,
    "sqlite:none.db",
    "sqlite:../sample.db",
    "sqlite:sample.db?mode=rwc",
    "postgres://alice:secret@127.0.0.1:1/app",
    "postgres://alice@127.0.0.1:1/app",
    "mysql://alice:secret@127.0.0.1/app",
]


def sign_in():
    """The cookies of a new session."""
    request = urllib.request.Request(
        f"{SERVER}/api/connect",
        data=json.dumps({"connectionString": SAMPLE}).encode(),
        headers={"content-type": "application/json", "x-session-keepalive": "1"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        cookies = answer.headers.get_all("set-cookie")
    pairs = dict(cookie.split(";")[0].split("=", 1) for cookie in cookies)
    assert len(pairs) == 2, f"a session and a ticket, not {list(pairs)}"
    return pairs


def own_handle(cookies):
    """The handle of the session that these are the cookies of, if it is one."""
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    request = urllib.request.Request(f"{SERVER}/api/sessions", headers={"cookie": header})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return next(entry["handle"] for entry in json.load(answer)["sessions"] if entry["current"])
    except urllib.error.HTTPError:
        return None


@schemathesis.auth(refresh_interval=None)
class Session:
    """Signs in for each request anew: a request may sign out. In turn with both cookies, one of them, and none."""

    def __init__(self):
        self.turn = itertools.cycle([("session", "ticket"), ("session",), ("ticket",), ()])
        self.own = itertools.cycle([True, False, False])

    def get(self, case, context):
        cookies = sign_in()
        # Protected work needs the session itself.
        kinds = ("session",) if case.operation.path == "/api/database" else next(self.turn)
        return {name: value for name, value in cookies.items() if name.startswith(kinds)}

    def set(self, case, data, context):
        case.cookies.update(data)
        # Every third handle that has the form of one is the session's own.
        handle = (case.path_parameters or {}).get("handle")
        if isinstance(handle, str) and re.fullmatch("[A-Za-z0-9_-]+", handle) and next(self.own):
            own = own_handle(data)
            if own:
                case.path_parameters["handle"] = own


@schemathesis.hook
def flatmap_body(context, body):
    """A connection string stays as it is, or becomes one of those that mean something. What is no text stays."""
    if isinstance(body, dict) and isinstance(body.get("connectionString"), str) and body["connectionString"]:
        return st.sampled_from([body["connectionString"], *STRINGS]).map(lambda text: {**body, "connectionString": text})
    return st.just(body)
