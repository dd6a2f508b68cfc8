-- Links to the portal, and sessions. Only the SHA-256 of their texts is here.
-- app_id is null for operators, subject for who is no single person. app_id comes first in the index of scopes,
-- because the passes of an application end with it.
CREATE TABLE pass (
    digest BLOB PRIMARY KEY,
    is_session INTEGER NOT NULL,
    environment_id BLOB NOT NULL,
    app_id BLOB,
    subject TEXT,
    holder TEXT NOT NULL,
    read_only INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pass_listed ON pass (environment_id, is_session, created_at, digest);
CREATE INDEX pass_of_scope ON pass (app_id, environment_id, subject, expires_at);
CREATE INDEX pass_expires ON pass (expires_at);

-- password_hash: the PHC text of argon2id.
CREATE TABLE operator (
    name TEXT PRIMARY KEY,
    environment_id BLOB NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operator_of_environment ON operator (environment_id, name);

-- Who did what in the portal. Outlives the application it speaks of.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    environment_id BLOB NOT NULL,
    app_id BLOB,
    holder TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;
CREATE INDEX audit_listed ON audit (environment_id, seq);
CREATE INDEX audit_of_application ON audit (environment_id, app_id, seq) WHERE app_id IS NOT NULL;
CREATE INDEX audit_at ON audit (at);

-- Attempts by their end, added up by slots of time. owner_kind: 0 endpoint, 1 application, 2 environment.
-- slot_s: when the slot begins, in seconds since 1970. latency: for each step of the histogram that was met, its
-- number in one byte and its count in four, least significant first.
CREATE TABLE stat (
    owner_kind INTEGER NOT NULL,
    owner BLOB NOT NULL,
    resolution_s INTEGER NOT NULL,
    slot_s INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    latency BLOB NOT NULL,
    PRIMARY KEY (owner_kind, owner, resolution_s, slot_s)
) STRICT, WITHOUT ROWID;
CREATE INDEX stat_old ON stat (resolution_s, slot_s);
