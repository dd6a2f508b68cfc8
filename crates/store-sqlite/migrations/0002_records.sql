-- Which messages an endpoint wants: a filter document.
ALTER TABLE endpoint ADD COLUMN filter TEXT;

-- Documents of the dialects.
CREATE TABLE record (
    app_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    partition TEXT NOT NULL,
    at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_key ON record (app_id, kind, key);
CREATE INDEX record_listed ON record (app_id, kind, partition, at, key);
CREATE INDEX record_by_key ON record (kind, key);

-- How many records of a partition lie in each hour, so that a page by number costs the same wherever it lies.
CREATE TABLE record_count (
    app_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    partition TEXT NOT NULL,
    hour INTEGER NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (app_id, kind, partition, hour)
) STRICT, WITHOUT ROWID;
