-- "idsk": what a stray tool sees first in the decrypted header.
PRAGMA application_id = 1768190827;

-- One row: which desk this is, its settings, and its enrolment.
CREATE TABLE desk (
    id             INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    centre_code    TEXT    NOT NULL,
    centre_name    TEXT    NOT NULL,
    office_phone   TEXT    NOT NULL,
    office_address TEXT    NOT NULL,
    number         INTEGER NOT NULL,
    practice       INTEGER NOT NULL,
    signing_seed   BLOB    NOT NULL,
    printer        TEXT    NOT NULL DEFAULT '',
    pdf_folder     TEXT    NOT NULL DEFAULT '',
    profile        TEXT    NOT NULL DEFAULT '',
    profile_text   TEXT    NOT NULL DEFAULT '',
    admission      BLOB    NOT NULL DEFAULT x''
) STRICT;

-- Each epoch is a journal of its own. remote_* is the district's head as last told: the mark `stored`.
CREATE TABLE epochs (
    id          INTEGER NOT NULL PRIMARY KEY,
    journal     BLOB    NOT NULL UNIQUE,
    mark        TEXT    NOT NULL UNIQUE,
    remote_seq  INTEGER NOT NULL DEFAULT 0,
    remote_hash BLOB    NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000'
) STRICT;

-- The one journal: audit trail and outbox. Parts are the bytes that were written; an erased part has NULL salt and bytes.
CREATE TABLE journal (
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
) STRICT, WITHOUT ROWID;

-- What stands now; the words stand in the journal, at (epoch, version_seq).
CREATE TABLE matters (
    number         TEXT    NOT NULL PRIMARY KEY,
    epoch          INTEGER NOT NULL,
    local_date     TEXT    NOT NULL,
    serial         INTEGER NOT NULL,
    registered_seq INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    version_seq    INTEGER NOT NULL,
    void_seq       INTEGER NOT NULL DEFAULT 0,
    void_reason    TEXT    NOT NULL DEFAULT '',
    slips          INTEGER NOT NULL DEFAULT 0,
    slip_seq       INTEGER NOT NULL DEFAULT 0,
    -- Which row of which ledger it was taken from, so that none is taken twice; empty for what was told at the desk.
    import_key     TEXT    NOT NULL DEFAULT '',
    FOREIGN KEY (epoch, registered_seq) REFERENCES journal (epoch, seq),
    FOREIGN KEY (epoch, version_seq) REFERENCES journal (epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX matters_by_import ON matters (import_key) WHERE import_key <> '';
CREATE UNIQUE INDEX matters_by_day ON matters (local_date, epoch, serial);

-- Only what is not simply stored: set aside, waiting, superseded.
CREATE TABLE verdicts (
    epoch   INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    verdict TEXT    NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- The district's journal for this desk, as it came down.
CREATE TABLE district_journal (
    seq   INTEGER NOT NULL PRIMARY KEY,
    hash  BLOB    NOT NULL,
    entry BLOB    NOT NULL
) STRICT;

CREATE TABLE last_exchange (
    id               INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    at_ms            INTEGER NOT NULL,
    in_step          INTEGER NOT NULL,
    bytes_per_second INTEGER NOT NULL
) STRICT;
