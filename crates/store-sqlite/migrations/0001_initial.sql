-- Ids are 16 bytes that sort by time; instants are microseconds since 1970, UTC. See docs/decisions/0002-sqlite-layout.md.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE environment (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
    id BLOB PRIMARY KEY,
    environment_id BLOB NOT NULL,
    role TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_key_of_environment ON api_key (environment_id, id);

CREATE TABLE application (
    id BLOB PRIMARY KEY,
    environment_id BLOB NOT NULL,
    uid TEXT,
    name TEXT NOT NULL,
    dialect TEXT NOT NULL,
    rate_limit_per_s INTEGER,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX application_of_environment ON application (environment_id, id);
CREATE UNIQUE INDEX application_uid ON application (environment_id, uid) WHERE uid IS NOT NULL;

CREATE TABLE event_type (
    environment_id BLOB NOT NULL,
    name TEXT NOT NULL,
    id BLOB NOT NULL UNIQUE,
    description TEXT NOT NULL,
    archived INTEGER NOT NULL,
    deprecated INTEGER NOT NULL,
    feature_flag TEXT,
    schemas TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (environment_id, name)
) STRICT, WITHOUT ROWID;

-- headers and secrets are sealed under the master key, with the endpoint's id.
CREATE TABLE endpoint (
    id BLOB NOT NULL UNIQUE,
    app_id BLOB NOT NULL,
    uid TEXT,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    event_types TEXT,
    channels TEXT,
    rate_limit_per_s INTEGER,
    max_in_flight INTEGER NOT NULL,
    retry_schedule_ms TEXT,
    dialect_settings TEXT,
    metadata TEXT NOT NULL,
    failing_since INTEGER,
    disabled_at INTEGER,
    disabled_reason TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    headers BLOB NOT NULL,
    secrets BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX endpoint_of_application ON endpoint (app_id, id);
CREATE UNIQUE INDEX endpoint_uid ON endpoint (app_id, uid) WHERE uid IS NOT NULL;

-- AUTOINCREMENT: a number is never given twice, because lanes remember how far they have read.
CREATE TABLE message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    event_id TEXT,
    event_type TEXT NOT NULL,
    channels TEXT,
    created_at INTEGER NOT NULL,
    payload_until INTEGER,
    payload BLOB
) STRICT;
CREATE UNIQUE INDEX message_of_application ON message (app_id, id);
CREATE UNIQUE INDEX message_event_id ON message (app_id, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX message_payload_until ON message (payload_until) WHERE payload_until IS NOT NULL;

-- stage: 0 no attempt yet, 1 scheduled retry, 2 asked for by hand.
CREATE TABLE delivery (
    endpoint_id BLOB NOT NULL,
    stage INTEGER NOT NULL,
    message_seq INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    PRIMARY KEY (endpoint_id, stage, message_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (endpoint_id, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE attempt (
    message_id BLOB NOT NULL,
    id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    manual INTEGER NOT NULL,
    success INTEGER NOT NULL,
    response_status INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    next_attempt_at INTEGER,
    error_class TEXT,
    error TEXT,
    url TEXT NOT NULL,
    response_body BLOB,
    PRIMARY KEY (message_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_of_endpoint ON attempt (endpoint_id, id);

-- Idempotency keys: either the message that was made, or the answer that was given.
CREATE TABLE once (
    key BLOB PRIMARY KEY,
    request BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    message_id BLOB,
    status INTEGER,
    body BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX once_expires ON once (expires_at);

-- Owners that were deleted and whose rows are still to be erased. kind: 0 endpoint, 1 application.
CREATE TABLE erasing (
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE probe (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
