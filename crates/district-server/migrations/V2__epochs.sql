-- A later epoch of a desk can correct what an earlier one registered: which journal the version stands in.
ALTER TABLE matters ADD COLUMN version_journal bytea;
UPDATE matters SET version_journal = journal_id;
ALTER TABLE matters ALTER COLUMN version_journal SET NOT NULL;

-- The entry of a later epoch that carries a contradicting one over. A journal whose contradicting entries are all carried
-- over is not forked any more.
ALTER TABLE forks ADD COLUMN carried_journal bytea;
ALTER TABLE forks ADD COLUMN carried_seq     int8;
