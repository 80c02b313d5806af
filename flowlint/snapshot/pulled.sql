-- What a pull brought, as the site told it (people hashed): the tables of a snapshot file. From here a run fills the raw tables.

CREATE TABLE pulled_about (about JSON NOT NULL);    -- one row: see About in site_snapshot.py

CREATE TABLE pulled_issue (
    id BIGINT NOT NULL, key VARCHAR NOT NULL,
    in_scope BOOLEAN NOT NULL,          -- false: a parent or child of what was asked for, there to be joined
    updated VARCHAR,                    -- as the site wrote it
    refs VARCHAR NOT NULL,              -- JSON: what the record refers to (see Keeper), so that nobody has to parse whole records
    record VARCHAR NOT NULL             -- JSON: id, key, self and the fields asked for, null where the site left one out
);

CREATE TABLE pulled_change (
    id BIGINT NOT NULL,                 -- of the issue; one row for each that was asked about
    histories VARCHAR NOT NULL          -- JSON: a list of {id, created, items}, whole
);

-- Issues that others name as parents and the site does not show.
CREATE TABLE pulled_hidden (name VARCHAR NOT NULL);     -- id or key, as it was named

CREATE TABLE pulled_metadata (
    kind VARCHAR NOT NULL,              -- fields, types, statuses, projects, versions, sprints, server_info
    nth INTEGER NOT NULL,
    entry JSON NOT NULL
);
