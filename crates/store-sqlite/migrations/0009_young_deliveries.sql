-- What is owed without an attempt, in the order of messages: what a message owes shares a page, and most of it is gone
-- within a moment. When many rows are there, the oldest are sorted in among `delivery`, by endpoint. So each row here
-- is of a later message than the rows of the first stage there.
CREATE TABLE young_delivery (
    message_seq INTEGER NOT NULL,
    endpoint_id BLOB NOT NULL,
    PRIMARY KEY (message_seq, endpoint_id)
) STRICT, WITHOUT ROWID;
