-- Which files desks added to matters, one row an entry. Names and keys stand in the entries.
CREATE TABLE attachments (
    centre     text  NOT NULL,
    journal_id bytea NOT NULL,
    seq        int8  NOT NULL,
    desk       int2  NOT NULL,
    number     text  NOT NULL,
    blob       bytea NOT NULL,
    -- Of the file, as the desk says.
    bytes      int8  NOT NULL,
    kind       text  NOT NULL,
    pages      int8  NOT NULL,
    -- The desk took it off again: it is not asked for, and what is there stays.
    removed    bool  NOT NULL DEFAULT false,
    -- Whether an entry still opens the bytes here, and whether the desk still has them to send.
    opens      bool  NOT NULL,
    at_desk    bool  NOT NULL,
    -- Whether the bytes are here, whole.
    there      bool  NOT NULL,
    PRIMARY KEY (centre, journal_id, seq)
);
CREATE INDEX attachments_by_matter ON attachments (centre, number, desk);
CREATE INDEX attachments_by_blob ON attachments (centre, desk, blob);
CREATE INDEX attachments_missing ON attachments (centre, desk, bytes, blob)
    WHERE opens AND at_desk AND NOT removed AND NOT there;

-- The encrypted bytes of a desk's files, in the pieces in which they came.
CREATE TABLE blobs (
    centre text  NOT NULL,
    desk   int2  NOT NULL,
    blob   bytea NOT NULL,
    length int8  NOT NULL,
    sha256 bytea NOT NULL,
    held   int8  NOT NULL DEFAULT 0,
    whole  bool  NOT NULL DEFAULT false,
    PRIMARY KEY (centre, desk, blob)
);
CREATE TABLE blob_pieces (
    centre text  NOT NULL,
    desk   int2  NOT NULL,
    blob   bytea NOT NULL,
    at     int8  NOT NULL,
    bytes  bytea NOT NULL,
    PRIMARY KEY (centre, desk, blob, at),
    FOREIGN KEY (centre, desk, blob) REFERENCES blobs ON DELETE CASCADE
);
-- They are encrypted: compressing them again costs time and saves nothing.
ALTER TABLE blob_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- What was stored before this about files, to be folded at the start.
CREATE TABLE attachments_unfolded (
    centre     text  NOT NULL,
    journal_id bytea NOT NULL,
    seq        int8  NOT NULL,
    PRIMARY KEY (centre, journal_id, seq)
);
INSERT INTO attachments_unfolded (centre, journal_id, seq)
    SELECT centre, journal_id, seq FROM entries WHERE verdict = 'stored'
    AND kind IN ('attachment_added', 'attachment_removed', 'resealed', 'erased', 'carried');
