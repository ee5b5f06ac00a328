-- The days that desks closed, one row a closing: a later one of the same day stands for it, and each stays.
CREATE TABLE days (
    centre     text  NOT NULL,
    journal_id bytea NOT NULL,
    seq        int8  NOT NULL,
    desk       int2  NOT NULL,
    day        date  NOT NULL,
    -- 1 for the day's first closing.
    closing    int4  NOT NULL,
    -- Records kept at the desk when it was closed, void ones among them, and slips that came out.
    kept       int8  NOT NULL,
    void       int8  NOT NULL,
    slips      int8  NOT NULL,
    -- What was still open then, as it was told.
    undelivered int8 NOT NULL,
    unanswered int8  NOT NULL,
    drafts     int8  NOT NULL,
    PRIMARY KEY (centre, journal_id, seq)
);
CREATE INDEX days_by_day ON days (centre, desk, day);
