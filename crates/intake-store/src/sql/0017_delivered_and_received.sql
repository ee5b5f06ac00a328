-- Papers of the centre's other desks that were delivered here, one row a paper and entry. Follows from the journal.
CREATE TABLE delivered_for (
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    -- The registration number, and the paper's own as it is written.
    number   TEXT    NOT NULL,
    document TEXT    NOT NULL,
    PRIMARY KEY (epoch, seq, document),
    FOREIGN KEY (epoch, seq) REFERENCES journal (epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivered_for_by_matter ON delivered_for (number);

-- Papers of this desk that another one of the centre delivered, one row a paper and entry of that desk's; epoch and place are the
-- district's entry that tells of it. Follows from the district's journals, which may tell it again: the first one stands.
CREATE TABLE delivered_elsewhere (
    number   TEXT    NOT NULL,
    document TEXT    NOT NULL,
    journal  BLOB    NOT NULL,
    of_seq   INTEGER NOT NULL,
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (number, document, journal, of_seq)
) STRICT, WITHOUT ROWID;

-- What the district sent to this very centre was received, one row an entry. Follows from the journal.
CREATE TABLE acts_received (
    epoch  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    number TEXT    NOT NULL,
    act_id BLOB    NOT NULL,
    PRIMARY KEY (epoch, seq),
    FOREIGN KEY (epoch, seq) REFERENCES journal (epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX acts_received_by_matter ON acts_received (number, act_id);
