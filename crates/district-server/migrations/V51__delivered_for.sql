-- Papers travel with the matters that the windows of a centre hear of: those that were told of before are told once more.
INSERT INTO to_share SELECT DISTINCT m.centre, d.desk, m.number FROM matters m
JOIN documents p ON p.centre = m.centre AND p.number = m.number JOIN desks d ON d.centre = m.centre
WHERE d.desk <> m.desk AND m.sealed = false ON CONFLICT DO NOTHING;

-- What was delivered of a paper, also by another desk than the one that issued it.
CREATE INDEX deliveries_by_document ON deliveries (centre, document_journal, document_seq);
-- What one desk said of another's paper before that one told of it.
CREATE INDEX entries_waiting_elsewhere ON entries (centre, journal_id) WHERE verdict = 'waiting' AND verdict_ref = 0;
