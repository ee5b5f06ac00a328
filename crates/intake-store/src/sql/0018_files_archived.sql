-- Up to where the bytes of every attachment that an entry of the journal adds are within the district's own backups, as last told.
ALTER TABLE epochs ADD COLUMN files_archived_seq INTEGER NOT NULL DEFAULT 0;
