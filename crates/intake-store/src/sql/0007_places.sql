-- An entry's place as one number, epoch * 2^40 + seq, is the key of the table itself: from a place to its entry it is one way
-- down one tree. The search index names its matters by the same numbers. A column of its own, since VACUUM numbers rows anew
-- that have none.
CREATE TABLE journal_by_place (
    place           INTEGER NOT NULL PRIMARY KEY,
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
    UNIQUE (epoch, seq),
    CHECK (place = (epoch << 40) | seq)
) STRICT;
INSERT INTO journal_by_place (place, epoch, seq, hash, kind, clerk, at_ms, boot, mono_ms, open_salt, open, personal_salt,
                              personal, personal_digest)
SELECT (epoch << 40) | seq, epoch, seq, hash, kind, clerk, at_ms, boot, mono_ms, open_salt, open, personal_salt, personal,
       personal_digest
FROM journal ORDER BY epoch, seq;
DROP TABLE journal;
ALTER TABLE journal_by_place RENAME TO journal;
