-- The machine it was last opened on, hashed; empty where that is not known.
ALTER TABLE desk ADD COLUMN machine BLOB NOT NULL DEFAULT x'';
-- 1 in every backup: who opens it does not know what was written after it, and opens an epoch first (invariant 9).
ALTER TABLE desk ADD COLUMN is_copy INTEGER NOT NULL DEFAULT 0;

-- A matter can be corrected, voided and printed in a later epoch than the one it was registered in: each place has its own.
CREATE TABLE matters_of_epochs (
    number         TEXT    NOT NULL PRIMARY KEY,
    epoch          INTEGER NOT NULL,
    local_date     TEXT    NOT NULL,
    serial         INTEGER NOT NULL,
    registered_seq INTEGER NOT NULL,
    -- 1 where the registration was carried over: its serial is of the epoch in its number, not of this one.
    carried        INTEGER NOT NULL DEFAULT 0,
    version        INTEGER NOT NULL,
    version_epoch  INTEGER NOT NULL,
    version_seq    INTEGER NOT NULL,
    void_epoch     INTEGER NOT NULL DEFAULT 0,
    void_seq       INTEGER NOT NULL DEFAULT 0,
    void_reason    TEXT    NOT NULL DEFAULT '',
    slips          INTEGER NOT NULL DEFAULT 0,
    slip_epoch     INTEGER NOT NULL DEFAULT 0,
    slip_seq       INTEGER NOT NULL DEFAULT 0,
    -- Which row of which ledger it was taken from, so that none is taken twice; empty for what was told at the desk.
    import_key     TEXT    NOT NULL DEFAULT '',
    FOREIGN KEY (epoch, registered_seq) REFERENCES journal (epoch, seq),
    FOREIGN KEY (version_epoch, version_seq) REFERENCES journal (epoch, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO matters_of_epochs
    (number, epoch, local_date, serial, registered_seq, version, version_epoch, version_seq, void_epoch, void_seq,
     void_reason, slips, slip_epoch, slip_seq, import_key)
    SELECT number, epoch, local_date, serial, registered_seq, version, epoch, version_seq, iif(void_seq > 0, epoch, 0),
           void_seq, void_reason, slips, iif(slip_seq > 0, epoch, 0), slip_seq, import_key
    FROM matters;
DROP TABLE matters;
ALTER TABLE matters_of_epochs RENAME TO matters;
CREATE UNIQUE INDEX matters_by_import ON matters (import_key) WHERE import_key <> '';
-- A serial is unique by the number it stands in; this finds a day's matters and its last serial.
CREATE INDEX matters_by_day ON matters (local_date, epoch, carried, serial);

-- Where each correction stands: two epochs can each have corrected one version, and both stay.
CREATE TABLE corrections (
    number TEXT    NOT NULL,
    epoch  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (number, epoch, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO corrections (number, epoch, seq)
    SELECT json_extract(CAST(open AS TEXT), '$.number'), epoch, seq FROM journal WHERE kind = 'corrected';

-- Registrations whose number was given twice, by a machine that was set back: the later one stands in matters.
CREATE TABLE twins (
    number TEXT    NOT NULL,
    epoch  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (number, epoch, seq)
) STRICT, WITHOUT ROWID;

-- Own entries in whose place the district holds others. They were carried over; here they stay as they stood.
CREATE TABLE forks (
    journal BLOB    NOT NULL,
    seq     INTEGER NOT NULL,
    hash    BLOB    NOT NULL,
    entry   BLOB    NOT NULL,
    PRIMARY KEY (journal, seq, hash)
) STRICT;

-- The last backup that was made and checked, and how far it goes.
CREATE TABLE last_backup (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    at_ms   INTEGER NOT NULL,
    folder  TEXT    NOT NULL,
    journal BLOB    NOT NULL,
    seq     INTEGER NOT NULL
) STRICT;
