-- The writer gives messages their numbers. AUTOINCREMENT reads and writes a row and a page of its own for each message;
-- the file is the same without it, so only the text of the schema changes.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, ' AUTOINCREMENT', '') WHERE type = 'table' AND name = 'message';
PRAGMA writable_schema = RESET;

-- Numbers up to this one may have been given: none of them is given again, because lanes remember how far they have
-- read.
CREATE TABLE message_number (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    reserved INTEGER NOT NULL
) STRICT;
INSERT INTO message_number (id, reserved)
    VALUES (1, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'message'), 0));
DELETE FROM sqlite_sequence WHERE name = 'message';
