-- What the pages show and find. `sealed` is NULL on matters that were folded before this: they are folded again at the start.
ALTER TABLE matters ADD COLUMN sealed           bool;
-- When it really reached the desk, where it was entered later: clocks count from it.
ALTER TABLE matters ADD COLUMN received_on      date;
-- What the matter was filed under; NULL where nothing was, or the record is sealed or erased.
ALTER TABLE matters ADD COLUMN category_edition int8;
ALTER TABLE matters ADD COLUMN category         text;
-- By what a person finds it: names, phones and papers, each behind the letter of its kind. Nothing of a sealed one.
ALTER TABLE matters ADD COLUMN found_by         text[] NOT NULL DEFAULT '{}';
CREATE INDEX matters_found_by ON matters USING gin (found_by);
CREATE INDEX matters_unfolded ON matters (centre, number) WHERE sealed IS NULL;

-- When the desk last asked where both sides stand, and how far it was then.
ALTER TABLE desks    ADD COLUMN seen_ms  int8;
ALTER TABLE journals ADD COLUMN told_seq int8;

-- What a desk is called and where it is reached: few, and asked for by visitors.
CREATE INDEX entries_desk_changed ON entries (centre, journal_id, seq) WHERE kind = 'desk_changed';
