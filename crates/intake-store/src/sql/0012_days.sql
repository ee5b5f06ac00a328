-- The closing sheets, one row an entry: the closing of a day, and each later copy of one. Follows from the journal.
CREATE TABLE closings (
    epoch INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    -- At +08:00.
    day   TEXT    NOT NULL,
    -- 1 for a closing; from 2 on a copy of the last closing before it.
    copy  INTEGER NOT NULL,
    PRIMARY KEY (epoch, seq),
    FOREIGN KEY (epoch, seq) REFERENCES journal (epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX closings_by_day ON closings (day, epoch, seq);
