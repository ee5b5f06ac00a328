-- Matters of which another desk of the same centre is still to hear, one row a matter and a desk that hears.
CREATE TABLE to_share (
    centre     text  NOT NULL,
    desk       int2  NOT NULL,
    number     text  NOT NULL,
    PRIMARY KEY (centre, desk, number)
);
INSERT INTO to_share SELECT DISTINCT m.centre, d.desk, m.number FROM matters m JOIN desks d ON d.centre = m.centre
WHERE d.desk <> m.desk AND m.sealed = false;

-- In which entries of its journals this district told a desk of a matter: their words go where the matter becomes sealed.
CREATE TABLE shared (
    centre     text  NOT NULL,
    desk       int2  NOT NULL,
    number     text  NOT NULL,
    journal_id bytea NOT NULL,
    seq        int8  NOT NULL,
    PRIMARY KEY (centre, desk, number, journal_id, seq)
);
