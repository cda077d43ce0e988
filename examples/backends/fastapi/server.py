"""The protocol of session-keepalive in FastAPI: sessions in memory, which a restart forgets, and a signed ticket in a
cookie, which brings them back.

    pip install -r requirements.txt && TICKET_KEY=$(openssl rand -hex 32) python server.py

The key must be the same after every restart, and so must ENDED_FILE, which holds what was signed out. One process: the
sessions are in its memory.
"""

import base64
import dataclasses
import hashlib
import hmac
import json
import os
import secrets
import time
from pathlib import Path

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, StrictBool, StrictStr

PORT = os.environ.get("PORT", "3000")
ORIGIN = os.environ.get("ORIGIN", f"http://127.0.0.1:{PORT}")
ENDED_FILE = Path(os.environ.get("ENDED_FILE", "ended.jsonl"))
IDLE = int(os.environ.get("IDLE", 24 * 3600))  # seconds
ABSOLUTE = int(os.environ.get("ABSOLUTE", 30 * 24 * 3600))
KEY = bytes.fromhex(os.environ.get("TICKET_KEY", ""))
if len(KEY) < 32:
    raise SystemExit("TICKET_KEY must be 32 random bytes in hex: openssl rand -hex 32")

# --- What is yours: who may sign in --------------------------------------------------------------------------------
ACCOUNTS = {"alice": "wonderland"}  # a real application keeps hashes, and slows down who guesses


def is_right(name: str, password: str) -> bool:
    return hmac.compare_digest(ACCOUNTS.get(name, "").encode(), password.encode()) and name in ACCOUNTS


# --- Refusals: RFC 9457 with the protocol's code -------------------------------------------------------------------
class Refusal(Exception):
    def __init__(self, status, code, detail, *, retry_after=None, clears_cookies=False):
        self.status, self.code, self.detail = status, code, detail
        self.retry_after, self.clears_cookies = retry_after, clears_cookies

    def response(self) -> Response:
        body = {"type": "about:blank", "status": self.status, "code": self.code, "detail": self.detail}
        response = JSONResponse(body, self.status, media_type="application/problem+json")
        if self.retry_after:
            response.headers["retry-after"] = str(self.retry_after)
        if self.clears_cookies:
            clear_cookies(response)
        return response


def unknown() -> Refusal:
    return Refusal(401, "SESSION_UNKNOWN", "There is no such session.")


# --- Sessions ------------------------------------------------------------------------------------------------------
@dataclasses.dataclass
class Session:
    """One sign-in. The id is the secret in the cookie; times are in seconds."""

    family: str
    id: str
    subject: str
    created: float
    active: float
    epoch: int = 1
    remember: bool = True


sessions: dict[str, Session] = {}
# What was signed out must stay so over a restart: families, and per subject the moment they signed out everywhere.
ended_families: set[str] = set()
ended_subjects: dict[str, float] = {}


def learn(family=None, subject=None, before=0.0):
    if family:
        ended_families.add(family)
    else:
        ended_subjects[subject] = before


if ENDED_FILE.exists():
    for line in ENDED_FILE.read_text().splitlines():
        learn(**json.loads(line))


def end(**what):
    """Ends for good: on the disk first, then here. A disk that fails is a 503, so that the module asks again."""
    try:
        with ENDED_FILE.open("a") as file:
            file.write(json.dumps(what) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        raise Refusal(503, "STORE_UNAVAILABLE", "What ends cannot be written down now.", retry_after=5)
    learn(**what)


def last_moment(session) -> float:
    return min(session.active + IDLE, session.created + ABSOLUTE)


def refuse_ended(session):
    if session.family in ended_families or session.created <= ended_subjects.get(session.subject, 0):
        raise Refusal(401, "SESSION_REVOKED", "The session was signed out.")
    if time.time() >= session.active + IDLE:
        raise Refusal(401, "SESSION_TIMEOUT", "Nobody has used the session for too long.")
    if time.time() >= session.created + ABSOLUTE:
        raise Refusal(401, "SESSION_EXPIRED", "The session is too old.")


def begin(session: Session) -> Session:
    for old in [old for old in sessions.values() if time.time() >= last_moment(old)]:
        del sessions[old.family]
    sessions[session.family] = session
    return session


# --- The ticket: what is needed to go on, signed. It holds no secret of the person; seal yours if it does. ---------
def sign(text: str) -> str:
    return hmac.new(KEY, f"ticket {ORIGIN} {text}".encode(), hashlib.sha256).hexdigest()


def ticket_of(session: Session) -> str:
    kept = {name: getattr(session, name) for name in ("family", "subject", "created", "active", "epoch")}
    text = base64.urlsafe_b64encode(json.dumps(kept).encode()).decode().rstrip("=")
    return f"{text}.{sign(text)}"


def read_ticket(request: Request) -> Session | None:
    """The session that the ticket of this request is for. Refuses one that is missing or cannot be trusted."""
    text, _, signature = request.cookies.get(TICKET, "").partition(".")
    if not text:
        raise unknown()
    if not hmac.compare_digest(signature.encode(), sign(text).encode()):
        raise Refusal(401, "RECONNECT_REFUSED", "The ticket is not ours.", clears_cookies=True)
    return Session(id="", **json.loads(base64.urlsafe_b64decode(text + "==")))


def read_session(request: Request) -> Session | None:
    """The session that this request names and this process knows."""
    family, _, id = request.cookies.get(SESSION, "").partition(".")
    session = sessions.get(family)
    return session if session and hmac.compare_digest(session.id.encode(), id.encode()) else None


def named(request: Request) -> Session | None:
    """Whose request this is, also where this process has forgotten the session."""
    try:
        return read_session(request) or read_ticket(request)
    except Refusal:
        return None


def establish(request: Request) -> tuple[Session, bool]:
    """The session of this request, and whether it was brought back by its ticket."""
    if live := read_session(request):
        refuse_ended(live)
        return live, False
    ticket = read_ticket(request)
    refuse_ended(ticket)
    # Another tab may have been faster: then this is the same session, not a second one.
    back = sessions.get(ticket.family)
    return back or begin(dataclasses.replace(ticket, id=secrets.token_urlsafe(32), epoch=ticket.epoch + 1)), True


# --- Cookies: out of the reach of script. Plain http is for this machine, where ports share their cookies. ---------
SECURE = ORIGIN.startswith("https:")
SESSION, TICKET = ("__Host-session", "__Host-ticket") if SECURE else (f"session-{PORT}", f"ticket-{PORT}")
LOOK = {"httponly": True, "secure": SECURE, "samesite": "strict", "path": "/"}


def clear_cookies(response: Response):
    response.delete_cookie(SESSION, **LOOK)
    response.delete_cookie(TICKET, **LOOK)


def answer(response: Response, session: Session, *, reconnected=False, cookies=True) -> dict:
    idle_in, absolute_in = (max(0, int(at - time.time())) for at in (session.active + IDLE, session.created + ABSOLUTE))
    left = min(idle_in, absolute_in)
    if cookies:
        response.set_cookie(SESSION, f"{session.family}.{session.id}", **LOOK)
        if session.remember:
            response.set_cookie(TICKET, ticket_of(session), max_age=left, **LOOK)
        else:
            response.delete_cookie(TICKET, **LOOK)
    return {
        "valid": True, "reconnected": reconnected, "epoch": session.epoch, "subject": session.subject,
        "idleIn": idle_in, "absoluteIn": absolute_in, "warnIn": max(0, left - 300), "nextCheckIn": None,
    }


# --- The calls -----------------------------------------------------------------------------------------------------
app = FastAPI()


def csrf_refusal(request: Request) -> Refusal | None:
    """Cross-site requests can't work."""
    headers = request.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    foreign = origin != ORIGIN if origin is not None else site not in (None, "same-origin", "none")
    content_type = headers.get("content-type", "").replace(" ", "").lower()
    is_json = content_type in ("application/json", "application/json;charset=utf-8")
    marked = headers.get("x-session-keepalive") == "1" and is_json
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if headers.get("host") != ORIGIN.split("//")[1] or foreign or (changes and not marked):
        how = f"Call from {ORIGIN}, with x-session-keepalive: 1 and content-type: application/json."
        return Refusal(403, "CSRF_REFUSED", how)
    # Browsers always say how long a body is; who does not is not read.
    length = headers.get("content-length", "0" if "transfer-encoding" not in headers else "")
    if not length.isdigit() or int(length) > 16_384:
        return Refusal(413, "PAYLOAD_TOO_LARGE", "The body is too large, or does not say its length.")
    return None


@app.middleware("http")
async def guard(request: Request, call_next):
    refusal = csrf_refusal(request)
    response = refusal.response() if refusal else await call_next(request)
    response.headers["cache-control"] = "no-store"
    return response


@app.exception_handler(Refusal)
async def refused(request: Request, refusal: Refusal):
    return refusal.response()


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError):
    # Where, not what: the value may be a password.
    fields = ", ".join(".".join(str(part) for part in problem["loc"]) for problem in error.errors())
    return Refusal(400, "INVALID_REQUEST", f"Unknown, missing or of the wrong type: {fields}.").response()


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")  # a field that nobody knows is a mistake


class Connect(Body):
    name: StrictStr
    password: StrictStr
    remember: StrictBool = True


class Validate(Body):
    activity: StrictBool = False


class Logout(Body):
    everywhere: StrictBool = False


@app.post("/api/connect")
async def connect(request: Request, response: Response, body: Connect):
    if not is_right(body.name, body.password):
        raise Refusal(422, "CONNECTION_REFUSED", "Name or password is wrong.")
    # A new id for a new sign-in: whoever knew the one before knows nothing.
    if before := named(request):
        end(family=before.family)
    family, id, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), time.time()
    return answer(response, begin(Session(family, id, body.name, now, now, remember=body.remember)))


@app.post("/api/validate-session")
async def validate(request: Request, response: Response, body: Validate = Validate()):
    session, reconnected = establish(request)
    if body.activity:
        session.active = time.time()
    # A new ticket whenever it would say something new.
    return answer(response, session, reconnected=reconnected, cookies=reconnected or body.activity)


@app.post("/api/reconnect")
async def reconnect(request: Request, response: Response, body: Body = Body()):
    session, _ = establish(request)
    return answer(response, session, reconnected=True)


@app.post("/api/logout", status_code=204)
async def logout(request: Request, response: Response, body: Logout = Logout()):
    # The ticket counts too: this may be the first request after a restart.
    if session := named(request):
        end(**({"subject": session.subject, "before": time.time()} if body.everywhere else {"family": session.family}))
    clear_cookies(response)


async def current(request: Request) -> Session:
    """For what is protected: SESSION_UNKNOWN where the session is lost; `session.fetch` brings it back, asks again."""
    session = read_session(request)
    if not session:
        raise unknown()
    refuse_ended(session)
    return session


@app.get("/api/me")
async def me(session: Session = Depends(current)):
    return {"subject": session.subject}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(PORT), log_level="warning")
