-- Of a draft that was put back with a backup or a copied folder: the time of that. It may have been registered since. 0 for
-- one that was begun here.
ALTER TABLE drafts ADD COLUMN backup_ms INTEGER NOT NULL DEFAULT 0;
-- A backup of before this column, copied into its place by hand: nothing in it is newer than its last entry or save.
UPDATE drafts SET backup_ms = max(changed_ms, coalesce((SELECT max(at_ms) FROM journal), 0))
    WHERE EXISTS (SELECT 1 FROM desk WHERE is_copy = 1);

-- Numbers given twice of which a clerk has seen it: how many earlier registrations of it there were then.
CREATE TABLE twins_seen (
    number  TEXT    NOT NULL PRIMARY KEY,
    earlier INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
