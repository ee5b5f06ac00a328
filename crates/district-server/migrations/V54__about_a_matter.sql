-- What was said about a matter is found by its number. Its registration is found in `matters`, and writes no row of this.
CREATE INDEX entries_about ON entries (centre, number) WHERE kind <> 'registered' AND number IS NOT NULL;
