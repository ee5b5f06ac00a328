-- What is being typed. Not in the journal, never sent. The body is the application's own, opaque here.
CREATE TABLE drafts (
    id         TEXT    NOT NULL PRIMARY KEY,
    clerk      INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    body       BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_by_change ON drafts (changed_ms);

-- Which files stand with a matter. Name and key stand in the journal, at (epoch, added_seq).
CREATE TABLE attachments (
    number        TEXT    NOT NULL,
    blob          BLOB    NOT NULL,
    epoch         INTEGER NOT NULL,
    added_seq     INTEGER NOT NULL,
    -- 0 while it stands. In an epoch of its own: a matter of before a restore can lose a file after it.
    removed_epoch INTEGER NOT NULL DEFAULT 0,
    removed_seq   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (number, blob),
    FOREIGN KEY (epoch, added_seq) REFERENCES journal (epoch, seq)
) STRICT, WITHOUT ROWID;

-- One row: what names the files of attachments, so that a name tells nothing of its content.
CREATE TABLE blob_naming (
    id  INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    key BLOB    NOT NULL
) STRICT;
