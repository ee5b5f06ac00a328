-- The district's own people. These tables belong to no centre: a spread database keeps them in one place.

CREATE TABLE staff (
    name        text  PRIMARY KEY,
    role        text  NOT NULL CHECK (role IN ('viewer', 'officer', 'administrator')),
    -- Argon2id of the password, with what it was made with.
    salt        bytea NOT NULL,
    memory_kib  int4  NOT NULL,
    passes      int4  NOT NULL,
    hash        bytea NOT NULL,
    added_ms    int8  NOT NULL,
    -- Since when this person may not sign in. Nobody is deleted: what they did keeps their name.
    disabled_ms int8
);

CREATE TABLE staff_sessions (
    -- Of the 32 random bytes that the browser holds: whoever reads this table cannot be anybody.
    token_hash bytea PRIMARY KEY,
    name       text  NOT NULL REFERENCES staff,
    begun_ms   int8  NOT NULL,
    seen_ms    int8  NOT NULL
);
CREATE INDEX staff_sessions_by_name ON staff_sessions (name);

-- What staff did: who, when, what, about which matter or desk. Never what a visitor said or what was typed to find one.
CREATE TABLE staff_acts (
    id     int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms  int8 NOT NULL,
    -- Empty where a name was typed that nobody has.
    name   text NOT NULL,
    act    text NOT NULL,
    centre text,
    desk   int2,
    number text,
    -- The reason that the person gave.
    reason text,
    -- How much was shown.
    shown  int8
);

-- Tries that are slowed down, by name, number and address. Kept for an hour.
CREATE TABLE slowed_tries (
    about   text  NOT NULL,
    -- SHA-256 of what was tried.
    key     bytea NOT NULL,
    tries   int4  NOT NULL DEFAULT 0,
    last_ms int8  NOT NULL,
    PRIMARY KEY (about, key)
);
CREATE INDEX slowed_tries_by_time ON slowed_tries (last_ms);
