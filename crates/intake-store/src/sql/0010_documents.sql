-- The papers that were issued, one row an entry. A number that a machine gave twice after it was rolled back stands in two rows.
CREATE TABLE documents (
    epoch      INTEGER NOT NULL,
    issued_seq INTEGER NOT NULL,
    -- The registration number.
    number     TEXT    NOT NULL,
    -- Its own number as it is written, and by its parts: the next serial is counted by them.
    document   TEXT    NOT NULL,
    code_word  TEXT    NOT NULL,
    year       INTEGER NOT NULL,
    mark       TEXT    NOT NULL,
    serial     INTEGER NOT NULL,
    -- 0 while it stands.
    void_epoch INTEGER NOT NULL DEFAULT 0,
    void_seq   INTEGER NOT NULL DEFAULT 0,
    copies     INTEGER NOT NULL DEFAULT 1,
    -- 0 before the second copy.
    copy_epoch INTEGER NOT NULL DEFAULT 0,
    copy_seq   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (epoch, issued_seq),
    FOREIGN KEY (epoch, issued_seq) REFERENCES journal (epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_by_matter ON documents (number, document);
CREATE INDEX documents_by_series ON documents (code_word, year, mark, serial);

-- Each delivery of each paper: one entry can be about several papers, and one paper can be tried again.
CREATE TABLE deliveries (
    document_epoch INTEGER NOT NULL,
    document_seq   INTEGER NOT NULL,
    epoch          INTEGER NOT NULL,
    seq            INTEGER NOT NULL,
    PRIMARY KEY (document_epoch, document_seq, epoch, seq),
    FOREIGN KEY (document_epoch, document_seq) REFERENCES documents (epoch, issued_seq),
    FOREIGN KEY (epoch, seq) REFERENCES journal (epoch, seq)
) STRICT, WITHOUT ROWID;
