-- The tables that this district published to its desks, in the order in which it did. They belong to no centre: a spread database
-- keeps them in one place.
CREATE TABLE tables_published (
    id         int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    name       text NOT NULL,
    version    text NOT NULL,
    valid_from date NOT NULL,
    -- As it was written, JSON or TOML.
    content    text NOT NULL,
    -- Who published it, and when.
    staff      text NOT NULL,
    at_ms      int8 NOT NULL,
    UNIQUE (kind, name, version)
);
