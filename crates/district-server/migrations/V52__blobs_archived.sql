-- Which marked backups hold a blob whole: the last one, and since which every one of them did. NULL before the first.
ALTER TABLE blobs ADD COLUMN archived_in   int8;
ALTER TABLE blobs ADD COLUMN archived_from int8;
-- The few that the last two do not both hold are found without the others.
CREATE INDEX blobs_by_mark ON blobs (centre, desk, archived_in, archived_from);
