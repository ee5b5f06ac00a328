-- What the district did with matters: which entry of its journal for the desk says it, and who did it. What was done and its
-- words stand in that entry alone.
CREATE TABLE matter_acts (
    centre     text  NOT NULL,
    number     text  NOT NULL,
    -- Random, in the entry too: the form it came from, which is taken once.
    act_id     bytea NOT NULL,
    desk       int2  NOT NULL,
    journal_id bytea NOT NULL,
    seq        int8  NOT NULL,
    staff      text  NOT NULL,
    -- A restored district says what its desk may not have heard of again in its next journal.
    PRIMARY KEY (centre, number, act_id, journal_id)
);

-- How far the desk holds this journal, as it last said itself. What stands behind it is written again where the desk turns
-- out to hold another version: this database came from a backup.
ALTER TABLE district_journals ADD COLUMN told_seq int8 NOT NULL DEFAULT 0;
