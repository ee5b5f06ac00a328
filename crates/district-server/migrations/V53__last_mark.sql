-- Each desk that asks where both sides stand asks which backup was marked last.
CREATE INDEX backup_heads_by_mark ON backup_heads (mark);
