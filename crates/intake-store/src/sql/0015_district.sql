-- A district restored from an older dump opens another journal for this desk. The one told at enrolment is epoch 1, and
-- stands in `desk.admission`; each later one is here. What stood only in an older one stays.
CREATE TABLE district_epochs (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id > 1),
    journal BLOB    NOT NULL UNIQUE
) STRICT;

CREATE TABLE district_journal_of_epochs (
    epoch INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    hash  BLOB    NOT NULL,
    entry BLOB    NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT;
INSERT INTO district_journal_of_epochs (epoch, seq, hash, entry) SELECT 1, seq, hash, entry FROM district_journal;
DROP TABLE district_journal;
ALTER TABLE district_journal_of_epochs RENAME TO district_journal;

-- What the district did with matters, one row an act. Follows from its journals; a matter need not be here (yet). A restored
-- district may say an act again in its next journal: the first one stands.
CREATE TABLE district_acts (
    number TEXT    NOT NULL,
    act_id BLOB    NOT NULL,
    epoch  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (number, act_id)
) STRICT, WITHOUT ROWID;

-- Matters of the centre's other desks as they were told last, one row a number. Follows from the district's journals.
CREATE TABLE shared_matters (
    number TEXT    NOT NULL PRIMARY KEY,
    epoch  INTEGER NOT NULL,
    seq    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Clerks of whom the district says that they have left, one row an entry. Follows from its journals.
CREATE TABLE clerks_left (
    epoch INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    clerk INTEGER NOT NULL,
    name  TEXT    NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- The tables that the district published, one row a version. Follows from its journals.
CREATE TABLE district_tables (
    kind    TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    version TEXT    NOT NULL,
    epoch   INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (kind, name, version)
) STRICT, WITHOUT ROWID;

-- Matters with an act of the district that no clerk has looked at yet.
CREATE TABLE acts_unseen (
    number TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
