-- A session is live while `ended_at` is null; nothing ever makes it null again.
CREATE TABLE IF NOT EXISTS session (
    family BLOB NOT NULL UNIQUE,
    epoch INTEGER NOT NULL,
    subject TEXT,
    sealed BLOB NOT NULL,
    remember INTEGER NOT NULL,
    created INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    last_activity INTEGER NOT NULL,
    proven INTEGER NOT NULL,
    rotated INTEGER NOT NULL,
    user_agent TEXT,
    ended_at INTEGER,
    reason INTEGER,
    CHECK ((ended_at IS NULL) = (reason IS NULL))
) STRICT;
CREATE INDEX IF NOT EXISTS live_by_activity ON session (last_activity, family) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS live_by_created ON session (created) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS live_by_subject ON session (subject, last_activity, family) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS ended_by_time ON session (reason, ended_at) WHERE ended_at IS NOT NULL;

-- The ids of a session, as hashes; `replaced` is null for the current one, and the others are aliases since then.
CREATE TABLE IF NOT EXISTS session_id (
    id BLOB NOT NULL UNIQUE,
    family BLOB NOT NULL,
    replaced INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS session_id_of_family ON session_id (family);

-- How many sessions there are, and how crowded each subject is, so that no sign-in has to count.
CREATE TABLE IF NOT EXISTS tally (
    live INTEGER NOT NULL,
    ended INTEGER NOT NULL
) STRICT;
INSERT INTO tally SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM tally);
CREATE TABLE IF NOT EXISTS crowd (
    subject TEXT PRIMARY KEY,
    live INTEGER NOT NULL,
    oldest INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX IF NOT EXISTS most_crowded ON crowd (live DESC, oldest);

CREATE TRIGGER IF NOT EXISTS session_made AFTER INSERT ON session BEGIN
    UPDATE tally SET live = live + 1;
    INSERT INTO crowd SELECT NEW.subject, 1, NEW.last_activity WHERE NEW.subject IS NOT NULL
        ON CONFLICT (subject) DO UPDATE SET live = live + 1, oldest = min(oldest, excluded.oldest);
END;
CREATE TRIGGER IF NOT EXISTS session_used AFTER UPDATE OF last_activity ON session
    WHEN NEW.subject IS NOT NULL AND NEW.last_activity <> OLD.last_activity BEGIN
    UPDATE crowd SET oldest =
            (SELECT min(last_activity) FROM session WHERE subject = NEW.subject AND ended_at IS NULL)
        WHERE subject = NEW.subject;
END;
-- It ends, and leaves its subject's crowd; or somebody signs in on it, and it joins one.
CREATE TRIGGER IF NOT EXISTS session_left AFTER UPDATE OF subject ON session
    WHEN OLD.subject IS NOT NULL AND OLD.subject IS NOT NEW.subject BEGIN
    DELETE FROM crowd WHERE subject = OLD.subject AND live = 1;
    UPDATE crowd SET live = live - 1, oldest =
            (SELECT min(last_activity) FROM session WHERE subject = OLD.subject AND ended_at IS NULL)
        WHERE subject = OLD.subject;
END;
CREATE TRIGGER IF NOT EXISTS session_joined AFTER UPDATE OF subject ON session
    WHEN NEW.subject IS NOT NULL AND NEW.subject IS NOT OLD.subject BEGIN
    INSERT INTO crowd VALUES (NEW.subject, 1, NEW.last_activity)
        ON CONFLICT (subject) DO UPDATE SET live = live + 1, oldest = min(oldest, excluded.oldest);
END;
CREATE TRIGGER IF NOT EXISTS session_ended AFTER UPDATE OF ended_at ON session BEGIN
    UPDATE tally SET live = live - 1, ended = ended + 1;
END;
-- Only what has ended is ever dropped.
CREATE TRIGGER IF NOT EXISTS session_dropped AFTER DELETE ON session BEGIN
    UPDATE tally SET ended = ended - 1;
    DELETE FROM session_id WHERE family = OLD.family;
END;
