-- Every key begins with the centre, so that the schema can be spread over several machines by it.
-- What desks said lies in `entries`, as the bytes they wrote; `matters` and `clerks` are folded from it.

CREATE TABLE enrolment_codes (
    centre      text   NOT NULL,
    secret_hash bytea  NOT NULL,
    desk        int2   NOT NULL,
    expires_ms  int8   NOT NULL,
    used_ms     int8,
    used_key    bytea,
    PRIMARY KEY (centre, secret_hash)
);

CREATE TABLE desks (
    centre    text  NOT NULL,
    desk      int2  NOT NULL,
    key       bytea NOT NULL,
    issued_ms int8  NOT NULL,
    PRIMARY KEY (centre, desk)
);

-- The desks' journals, one for each epoch of a desk.
CREATE TABLE journals (
    centre      text  NOT NULL,
    journal_id  bytea NOT NULL,
    desk        int2  NOT NULL,
    mark        text  NOT NULL,
    head_seq    int8  NOT NULL DEFAULT 0,
    head_hash   bytea NOT NULL,
    applied_seq int8  NOT NULL DEFAULT 0,
    forked      bool  NOT NULL DEFAULT false,
    PRIMARY KEY (centre, journal_id)
);
CREATE INDEX journals_by_desk ON journals (centre, desk);
-- Found at start: what was stored and not applied when the process ended.
CREATE INDEX journals_behind ON journals (centre, journal_id) WHERE applied_seq < head_seq;

CREATE TABLE entries (
    centre          text  NOT NULL,
    journal_id      bytea NOT NULL,
    seq             int8  NOT NULL,
    hash            bytea NOT NULL,
    kind            text  NOT NULL,
    clerk           int8  NOT NULL,
    at_ms           int8  NOT NULL,
    boot            bytea NOT NULL,
    mono_ms         int8  NOT NULL,
    -- Salt and content are NULL once erased; the digest stays and proves the chain.
    open_salt       bytea,
    open            bytea,
    open_digest     bytea NOT NULL,
    personal_salt   bytea,
    personal        bytea,
    personal_digest bytea NOT NULL,
    -- Set when applied, where the content can be read.
    number          text,
    verdict         text  NOT NULL DEFAULT 'pending',
    verdict_code    text,
    verdict_ref     int8,
    received_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (centre, journal_id, seq),
    CHECK (verdict IN ('pending', 'stored', 'set_aside', 'superseded', 'waiting'))
);
CREATE INDEX entries_not_plain ON entries (centre, journal_id, seq) WHERE verdict IN ('set_aside', 'superseded', 'waiting');

-- Entries that contradict one held before: both are kept, and a person looks at them.
CREATE TABLE forks (
    centre          text  NOT NULL,
    journal_id      bytea NOT NULL,
    seq             int8  NOT NULL,
    hash            bytea NOT NULL,
    kind            text  NOT NULL,
    clerk           int8  NOT NULL,
    at_ms           int8  NOT NULL,
    boot            bytea NOT NULL,
    mono_ms         int8  NOT NULL,
    open_salt       bytea,
    open            bytea,
    open_digest     bytea NOT NULL,
    personal_salt   bytea,
    personal        bytea,
    personal_digest bytea NOT NULL,
    received_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (centre, journal_id, seq, hash)
);

-- One row a registration. The journal is part of the key: a machine rolled back can give one number twice, and both
-- visitors are kept.
CREATE TABLE matters (
    centre              text  NOT NULL,
    number              text  NOT NULL,
    journal_id          bytea NOT NULL,
    desk                int2  NOT NULL,
    registered_seq      int8  NOT NULL,
    version_seq         int8  NOT NULL,
    version             int4  NOT NULL,
    void                bool  NOT NULL DEFAULT false,
    slips               int4  NOT NULL DEFAULT 0,
    local_date          date  NOT NULL,
    headcount           int8  NOT NULL,
    party               text  NOT NULL,
    owes_written_notice bool  NOT NULL,
    -- NULL where the visitor did not state it, or where the personal part was erased.
    name                text,
    address             text,
    title               text,
    demand              text,
    query_code          text,
    PRIMARY KEY (centre, number, journal_id)
);
CREATE INDEX matters_by_day ON matters (centre, local_date);

CREATE TABLE clerks (
    centre     text  NOT NULL,
    journal_id bytea NOT NULL,
    clerk      int8  NOT NULL,
    role       text  NOT NULL,
    name       text,
    PRIMARY KEY (centre, journal_id, clerk)
);

-- The district's own journal for each desk. The newest (highest `epoch`) is written; older ones stay readable.
CREATE TABLE district_journals (
    centre     text  NOT NULL,
    journal_id bytea NOT NULL,
    desk       int2  NOT NULL,
    epoch      int4  NOT NULL,
    mark       text  NOT NULL,
    head_seq   int8  NOT NULL DEFAULT 0,
    head_hash  bytea NOT NULL,
    -- The desk's head of the district's journal that this district did not know, because of which this one was opened.
    over_seq   int8,
    over_hash  bytea,
    PRIMARY KEY (centre, journal_id),
    UNIQUE (centre, desk, epoch)
);

CREATE TABLE district_entries (
    centre     text  NOT NULL,
    journal_id bytea NOT NULL,
    seq        int8  NOT NULL,
    hash       bytea NOT NULL,
    -- The CBOR of the entry, as it goes to the desk.
    entry      bytea NOT NULL,
    PRIMARY KEY (centre, journal_id, seq)
);
