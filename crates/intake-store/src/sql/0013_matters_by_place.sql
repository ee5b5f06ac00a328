-- A matter lies by the place of the entry that registered it, as the journal does: a list of matters found by their places (a
-- search, the earlier matters under one paper) goes down a tree that fits in memory, in order. By its number a matter is found
-- through an index, which is also what keeps numbers apart.
CREATE TABLE matters_by_place (
    place          INTEGER NOT NULL PRIMARY KEY,
    number         TEXT    NOT NULL UNIQUE,
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
    FOREIGN KEY (version_epoch, version_seq) REFERENCES journal (epoch, seq),
    CHECK (place = (epoch << 40) | registered_seq)
) STRICT;
INSERT INTO matters_by_place
    (place, number, epoch, local_date, serial, registered_seq, carried, version, version_epoch, version_seq, void_epoch,
     void_seq, void_reason, slips, slip_epoch, slip_seq, import_key)
    SELECT (epoch << 40) | registered_seq, number, epoch, local_date, serial, registered_seq, carried, version, version_epoch,
           version_seq, void_epoch, void_seq, void_reason, slips, slip_epoch, slip_seq, import_key
    FROM matters ORDER BY epoch, registered_seq;
DROP TABLE matters;
ALTER TABLE matters_by_place RENAME TO matters;
CREATE UNIQUE INDEX matters_by_import ON matters (import_key) WHERE import_key <> '';
-- A serial is unique by the number it stands in; this finds a day's matters and its last serial.
CREATE INDEX matters_by_day ON matters (local_date, epoch, carried, serial);
