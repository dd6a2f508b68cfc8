-- Where the attempts of an endpoint are: its id, the attempt's, the message's, one behind the other, 16 bytes each. An
-- index of `attempt` would have each attempt change another page, as soon as many endpoints take turns.
CREATE TABLE attempt_place (
    place BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Places that are not among those yet, as they came: of each batch, all one behind the other. When there are many, they
-- are sorted in.
CREATE TABLE attempt_arrival (
    seq INTEGER PRIMARY KEY,
    places BLOB NOT NULL CHECK (length(places) % 48 = 0)
) STRICT;

INSERT INTO attempt_place (place)
    SELECT CAST(endpoint_id || id || message_id AS BLOB) FROM attempt INDEXED BY attempt_of_endpoint
    WHERE endpoint_id >= x'' ORDER BY endpoint_id, id;

DROP INDEX attempt_of_endpoint;
