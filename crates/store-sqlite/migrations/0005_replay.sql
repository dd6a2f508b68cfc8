-- Messages that were sent to try an endpoint out: no replay sends them again.
CREATE TABLE trial (
    message_seq INTEGER PRIMARY KEY
) STRICT;

-- Deliveries that somebody dropped before they were made.
CREATE TABLE canceled (
    message_seq INTEGER NOT NULL,
    endpoint_id BLOB NOT NULL,
    PRIMARY KEY (message_seq, endpoint_id)
) STRICT, WITHOUT ROWID;

-- Replays of a span of time. cursor: the last message that was looked at.
CREATE TABLE replay (
    id BLOB PRIMARY KEY,
    app_id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    which TEXT NOT NULL,
    state TEXT NOT NULL,
    cursor BLOB,
    asked INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX replay_of_application ON replay (app_id, id);
CREATE UNIQUE INDEX replay_running ON replay (endpoint_id) WHERE state = 'running';
