-- Clerks of whom this district says that they have left: who said it, and when. The desk ends their signing in when it hears it.
CREATE TABLE clerks_left (
    centre text NOT NULL,
    desk   int2 NOT NULL,
    clerk  int8 NOT NULL,
    name   text NOT NULL,
    staff  text NOT NULL,
    at_ms  int8 NOT NULL,
    PRIMARY KEY (centre, desk, clerk, name)
);

-- What the desk itself said: that a clerk may not sign in any more.
ALTER TABLE clerks ADD COLUMN disabled bool NOT NULL DEFAULT false;
UPDATE clerks c SET disabled = true FROM entries e
WHERE e.centre = c.centre AND e.journal_id = c.journal_id AND e.kind = 'clerk_disabled' AND e.open IS NOT NULL
  -- Of what could not be read, nothing is read here either.
  AND CASE WHEN e.verdict = 'stored' THEN convert_from(e.open, 'UTF8')::json ->> 'clerk' = c.clerk::text ELSE false END;
