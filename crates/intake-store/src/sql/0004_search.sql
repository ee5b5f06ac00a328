-- A registration is longer than a quarter of a page: in a table without rowids each would take a page of its own beside
-- the one it stands in. With rowids two fit into one. Same columns, same key.
CREATE TABLE journal_by_row (
    epoch           INTEGER NOT NULL REFERENCES epochs (id),
    seq             INTEGER NOT NULL,
    hash            BLOB    NOT NULL,
    kind            TEXT    NOT NULL,
    clerk           INTEGER NOT NULL,
    at_ms           INTEGER NOT NULL,
    boot            BLOB    NOT NULL,
    mono_ms         INTEGER NOT NULL,
    open_salt       BLOB    NOT NULL,
    open            BLOB    NOT NULL,
    personal_salt   BLOB,
    personal        BLOB,
    personal_digest BLOB,
    PRIMARY KEY (epoch, seq)
) STRICT;
INSERT INTO journal_by_row (epoch, seq, hash, kind, clerk, at_ms, boot, mono_ms, open_salt, open, personal_salt, personal,
                            personal_digest)
SELECT epoch, seq, hash, kind, clerk, at_ms, boot, mono_ms, open_salt, open, personal_salt, personal, personal_digest
FROM journal ORDER BY epoch, seq;
DROP TABLE journal;
ALTER TABLE journal_by_row RENAME TO journal;

-- Words of matters, as tokens made in tokens.rs. It keeps no text (contentless) and no places within it (detail=none). Its
-- rowid is epoch * 2^40 + registered_seq, so that the newest comes first backwards. Every byte above 127 is of a token.
CREATE VIRTUAL TABLE search USING fts5(tokens, content='', contentless_delete=1, detail=none, tokenize='ascii');

-- The last entry of each epoch that the index has seen. What is above it is looked through.
CREATE TABLE indexed (
    epoch INTEGER NOT NULL PRIMARY KEY,
    seq   INTEGER NOT NULL
) STRICT;

-- Whether tokens that a deletion left behind are still to be taken out of the index: 0 no, 1 to be begun, 2 under way.
CREATE TABLE index_purge (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    step INTEGER NOT NULL
) STRICT;
INSERT INTO index_purge (id, step) VALUES (1, 0);

-- Exact numbers of identity papers, the visitor's and other people's, of matters that are not sealed: for looking up
-- earlier matters when a visitor mentions one.
CREATE TABLE identities (
    paper          TEXT    NOT NULL,
    number         TEXT    NOT NULL,
    epoch          INTEGER NOT NULL,
    registered_seq INTEGER NOT NULL,
    PRIMARY KEY (paper, number, epoch, registered_seq)
) STRICT, WITHOUT ROWID;
