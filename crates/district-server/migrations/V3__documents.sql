-- The papers that desks issued, one row an entry: a machine rolled back can give one number twice, and both are kept.
CREATE TABLE documents (
    centre     text  NOT NULL,
    journal_id bytea NOT NULL,
    seq        int8  NOT NULL,
    desk       int2  NOT NULL,
    -- The registration number, and the paper's own as it is written.
    number     text  NOT NULL,
    document   text  NOT NULL,
    paper      text  NOT NULL,
    issued_on  date  NOT NULL,
    void       bool  NOT NULL DEFAULT false,
    copies     int4  NOT NULL DEFAULT 1,
    PRIMARY KEY (centre, journal_id, seq)
);
CREATE INDEX documents_by_matter ON documents (centre, number, document);

-- Each delivery of each paper. How it went is NULL where that is sealed, or was erased.
CREATE TABLE deliveries (
    centre           text  NOT NULL,
    journal_id       bytea NOT NULL,
    seq              int8  NOT NULL,
    document_journal bytea NOT NULL,
    document_seq     int8  NOT NULL,
    way              text,
    delivered_on     date,
    refused          bool,
    PRIMARY KEY (centre, journal_id, seq, document_journal, document_seq)
);
