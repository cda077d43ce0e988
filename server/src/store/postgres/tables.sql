-- A session is live while `ended_at` is null; nothing ever makes it null again. Times are milliseconds since 1970.
-- No index has a column that a touch changes, and pages have room: a touch is a heap-only update.
CREATE TABLE keepalive_session (
    family bytea PRIMARY KEY,
    epoch bigint NOT NULL,
    subject text,
    sealed bytea NOT NULL,
    remember boolean NOT NULL,
    created bigint NOT NULL,
    last_seen bigint NOT NULL,
    last_activity bigint NOT NULL,
    proven bigint NOT NULL,
    rotated bigint NOT NULL,
    user_agent text,
    ended_at bigint,
    reason bigint,
    CHECK ((ended_at IS NULL) = (reason IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX keepalive_session_live ON keepalive_session (created) WHERE ended_at IS NULL;
CREATE INDEX keepalive_session_subject ON keepalive_session (subject) WHERE ended_at IS NULL;
CREATE INDEX keepalive_session_ended ON keepalive_session (reason, ended_at) WHERE ended_at IS NOT NULL;

-- The ids of a session, as hashes, in the order of `place`; `replaced` is null for the current one, and the others are
-- aliases since then.
CREATE TABLE keepalive_session_id (
    id bytea PRIMARY KEY,
    family bytea NOT NULL REFERENCES keepalive_session ON DELETE CASCADE,
    place bigint GENERATED ALWAYS AS IDENTITY,
    replaced bigint
) WITH (fillfactor = 80);
CREATE INDEX keepalive_session_id_family ON keepalive_session_id (family);

CREATE TABLE keepalive_layout (
    number bigint NOT NULL
);
INSERT INTO keepalive_layout VALUES (1);
