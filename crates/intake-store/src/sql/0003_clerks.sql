-- What the journal says of the clerks. The keyring lies outside the database and is written first; what it says beyond this
-- table is journalled at the next sign-in.
CREATE TABLE clerks (
    clerk     INTEGER NOT NULL PRIMARY KEY,
    name      TEXT    NOT NULL,
    role      TEXT    NOT NULL,
    disabled  INTEGER NOT NULL DEFAULT 0,
    reader    INTEGER NOT NULL DEFAULT 0,
    passwords INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT OR REPLACE INTO clerks (clerk, name, role)
    SELECT json_extract(CAST(open AS TEXT), '$.clerk'),
           coalesce(json_extract(CAST(personal AS TEXT), '$.name'), ''),
           json_extract(CAST(open AS TEXT), '$.role')
    FROM journal WHERE kind = 'clerk_added' ORDER BY epoch, seq;

-- Earlier versions of a matter that became sealed: erased where they stood, and where their words are sealed again.
CREATE TABLE resealed (
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    by_epoch INTEGER NOT NULL,
    by_seq   INTEGER NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- After how many minutes of rest the desk locks.
ALTER TABLE desk ADD COLUMN lock_minutes INTEGER NOT NULL DEFAULT 5;
