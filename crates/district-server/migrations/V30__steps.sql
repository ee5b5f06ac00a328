-- The centre's own steps with each matter, as its desk told them: days and words of a list. What was said stands in the entry.
CREATE TABLE steps (
    centre      text  NOT NULL,
    journal_id  bytea NOT NULL,
    seq         int8  NOT NULL,
    desk        int2  NOT NULL,
    -- The registration number, and the step's own name by which it is taken back.
    number      text  NOT NULL,
    step        text  NOT NULL,
    kind        text  NOT NULL,
    done_on     date  NOT NULL,
    due_on      date,
    way         text,
    received_on date,
    ending      text,
    withdrawn   bool  NOT NULL DEFAULT false,
    PRIMARY KEY (centre, journal_id, seq)
);
CREATE INDEX steps_by_matter ON steps (centre, number, step);
