-- The centre's own steps with a matter, one row an entry. What a step says stands in the journal. Follows from the journal.
CREATE TABLE steps (
    epoch           INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    -- The registration number.
    number          TEXT    NOT NULL,
    -- Its own name, by which it is taken back.
    step            TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    -- 0 while it stands.
    withdrawn_epoch INTEGER NOT NULL DEFAULT 0,
    withdrawn_seq   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (epoch, seq),
    FOREIGN KEY (epoch, seq) REFERENCES journal (epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX steps_by_matter ON steps (number, epoch, seq);
