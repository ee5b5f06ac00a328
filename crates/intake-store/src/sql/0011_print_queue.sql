-- What is to be printed, in order. A row names the entry that a paper is drawn from and holds nothing that a visitor said.
-- Not journalled and never sent: it tells of printers, and the copy itself stands in the journal.
CREATE TABLE print_jobs (
    id         INTEGER NOT NULL PRIMARY KEY,
    -- Random; part of the job's name at the printer, which is asked by it whether it ever got the job.
    mark       TEXT    NOT NULL UNIQUE,
    -- A word of the papers; empty for the test page.
    paper      TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    -- The entry. No foreign key: an entry can give way to the district's, and the paper was handed out all the same.
    epoch      INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    -- Which copy it is: from 2 on it says 补打.
    copy       INTEGER NOT NULL,
    -- How many of it come out.
    copies     INTEGER NOT NULL,
    sheet      TEXT    NOT NULL,
    -- Where it was sent, or where a clerk wants it sent; empty for the printer set for its sheet.
    printer    TEXT    NOT NULL DEFAULT '',
    state      TEXT    NOT NULL,
    -- The code of why it failed.
    reason     TEXT    NOT NULL DEFAULT '',
    -- The printer's own number of it; 0 where it never took it.
    job        INTEGER NOT NULL DEFAULT 0,
    queued_ms  INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX print_jobs_by_number ON print_jobs (number);

-- On what a slip is printed: a5, roll80, or a4 as the foot of the visit's form.
ALTER TABLE desk ADD COLUMN slip_sheet TEXT NOT NULL DEFAULT 'a5';

-- Where a kind of paper lies, as far as it is not simply in the desk's printer.
CREATE TABLE sheet_printers (
    sheet   TEXT NOT NULL PRIMARY KEY,
    -- Empty for the desk's printer.
    address TEXT NOT NULL,
    -- The printer's name for the paper; empty for the usual one.
    media   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
