-- The bytes of attachments that the district holds, as last told: a restored district takes them out again.
CREATE TABLE blobs_there (
    blob BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- How this desk uses its line; no row where nobody said otherwise.
CREATE TABLE line_settings (
    id        INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Whether it exchanges by itself.
    by_itself INTEGER NOT NULL,
    -- Whether it is paid by what travels: attachments wait until somebody asks for it.
    metered   INTEGER NOT NULL
) STRICT;
