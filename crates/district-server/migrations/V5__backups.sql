-- How much of each journal the last two test-restored backups hold. A backup is one `mark` with one random `name`, on the
-- row of every journal that was known when it was marked. What both of the last two hold is archived.
CREATE TABLE backup_heads (
    centre     text  NOT NULL,
    journal_id bytea NOT NULL,
    mark       int8  NOT NULL,
    name       bytea NOT NULL,
    marked_ms  int8  NOT NULL,
    head_seq   int8  NOT NULL,
    PRIMARY KEY (centre, journal_id, mark)
);
