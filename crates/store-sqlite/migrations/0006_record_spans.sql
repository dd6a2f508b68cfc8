-- How many records of a partition lie in each span of time, from spans of 65 ms (level 0) to spans of 12.7 days
-- (level 3), each 256 times as long as the one below. A page by number adds up few long spans and goes down into the
-- shorter ones of a single long one, so that it costs the same wherever it lies and however many years are kept.
CREATE TABLE record_span (
    app_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    partition TEXT NOT NULL,
    level INTEGER NOT NULL,
    span INTEGER NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (app_id, kind, partition, level, span)
) STRICT, WITHOUT ROWID;

-- Shifting right rounds down, for instants before 1970 too.
INSERT INTO record_span (app_id, kind, partition, level, span, records)
    SELECT app_id, kind, partition, level.column1, at >> level.column2, count(*)
    FROM record, (VALUES (0, 16), (1, 24), (2, 32), (3, 40)) AS level
    GROUP BY 1, 2, 3, 4, 5;

DROP TABLE record_count;
