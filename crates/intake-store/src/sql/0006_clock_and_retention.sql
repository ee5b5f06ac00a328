-- The district's clock as it was last told, with the desk's own moment of that: a wrong clock at the desk is noticed by it.
CREATE TABLE district_time (
    id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    district_ms INTEGER NOT NULL,
    at_ms       INTEGER NOT NULL,
    boot        BLOB    NOT NULL,
    mono_ms     INTEGER NOT NULL
) STRICT;

-- How much of each journal is safe in the district's own backups: the mark `archived`. Only what is archived is ever erased.
ALTER TABLE epochs ADD COLUMN archived_seq INTEGER NOT NULL DEFAULT 0;

-- One row from an erasure's commit until the file was rewritten without the bytes of what was erased: a power cut between
-- the two must not leave them.
CREATE TABLE unscrubbed (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1)
) STRICT;
