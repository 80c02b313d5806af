-- The raw tables: what every source fills and nothing else knows (DESIGN section 2).
-- Rich text is in one plain form (flowlint/sources/layout.py): "# Title", "- item", code behind a tab, all else text.
-- Times are UTC. Lists are [], never NULL. Beside a text stand two normalised columns, made once at load:
--   x_norm   lower case, NFC, every run of white space one blank, trimmed
--   x_words  the same with every run of other than letters, digits and marks one blank, and a blank at both ends
-- Identity is (source, id). `key` is unique in a run: where two sources hold the same key it carries its source's
-- alias (acme:PAY-1), and native_key is the tracker's own. Issues are referred to by `key` from everywhere.

CREATE TABLE raw_source (
    source VARCHAR NOT NULL,            -- alias: host in `self`, else the configured name, else 'export'
    tracker VARCHAR NOT NULL,           -- jira, rally, aha
    newest TIMESTAMP,                   -- newest `updated` (export) or the moment of the pull (site)
    restricted BOOLEAN NOT NULL         -- read through a query, or a page of a larger total: children may be missing
);

CREATE TABLE raw_issue (
    source VARCHAR NOT NULL, id VARCHAR NOT NULL, key VARCHAR NOT NULL, native_key VARCHAR NOT NULL,
    project VARCHAR NOT NULL,           -- key of the project
    url VARCHAR,                        -- page for people, http(s) or NULL
    summary VARCHAR, summary_norm VARCHAR, summary_words VARCHAR,
    description VARCHAR,                -- its normalised columns are `issue`'s, made where a rule reads them: most runs read none
    type_id VARCHAR, type_name VARCHAR,
    subtask BOOLEAN,                    -- Jira's own `subtask`; NULL where the record does not say
    hierarchy_level INTEGER,            -- Jira's own `hierarchyLevel`; NULL where the record does not say
    status_id VARCHAR, status_name VARCHAR,
    status_category VARCHAR,            -- new, indeterminate, done (Jira's keys); NULL where not said
    resolution VARCHAR,
    assignee VARCHAR, reporter VARCHAR, -- hashed identity
    assignee_name VARCHAR,              -- only where reports may name people, else NULL
    labels VARCHAR[] NOT NULL, components VARCHAR[] NOT NULL,
    created TIMESTAMP, updated TIMESTAMP, resolved TIMESTAMP, due DATE,
    subtask_keys VARCHAR[] NOT NULL,    -- keys in `fields.subtasks`
    in_scope BOOLEAN NOT NULL DEFAULT true, -- false: a parent or child of what was asked for, there to be joined
    fetched_set BIGINT NOT NULL         -- what the record holds, null or not: a row of raw_fetched
);

-- Issues differ little in which fields they hold, so each set stands once.
CREATE TABLE raw_fetched (
    fetched_set BIGINT NOT NULL,
    field_ids VARCHAR[] NOT NULL        -- ids of fields; 'changelog' where it came along
);

-- Every way in which an issue names a parent, before any is chosen.
CREATE TABLE raw_parent (
    key VARCHAR NOT NULL,
    via VARCHAR NOT NULL,               -- parent, epic_link, epic, parent_link
    parent_key VARCHAR,                 -- key in this run
    parent_id VARCHAR,                  -- where only an id was given and no key could be found for it
    stub_type_id VARCHAR, stub_type_name VARCHAR, stub_subtask BOOLEAN, stub_level INTEGER, stub_summary VARCHAR,
    state VARCHAR                       -- hidden, moved, missing, where the source says so and the parent is not in the data
);

-- Values of custom fields that the mapping speaks of, one row per value (a list gives several, ordered by position).
-- A field that was fetched and is null or an empty list gives no row; `raw_issue.fetched` tells it from one not fetched.
CREATE TABLE raw_field_value (
    key VARCHAR NOT NULL, field_id VARCHAR NOT NULL, position INTEGER NOT NULL,
    text VARCHAR,                       -- plain text: of an option its value, of a person a hash, of a team its name
    number DOUBLE                       -- where the JSON value is a number, or text that is one
);

CREATE TABLE raw_link (
    key VARCHAR NOT NULL, other_key VARCHAR NOT NULL,
    link_type VARCHAR NOT NULL,         -- name of the type: Blocks
    direction VARCHAR NOT NULL,         -- outward: key <outward> other; inward: key <inward> other
    name VARCHAR NOT NULL               -- as seen from key: blocks, is blocked by
);

CREATE TABLE raw_sprint (
    source VARCHAR NOT NULL, id VARCHAR NOT NULL, name VARCHAR,
    state VARCHAR,                      -- future, active, closed
    goal VARCHAR,                       -- NULL: not known; '': known to be empty
    goal_known BOOLEAN NOT NULL, board_id VARCHAR,
    started TIMESTAMP, ends TIMESTAMP, completed TIMESTAMP
);
CREATE TABLE raw_issue_sprint (key VARCHAR NOT NULL, source VARCHAR NOT NULL, sprint_id VARCHAR NOT NULL);

CREATE TABLE raw_version (
    source VARCHAR NOT NULL, project VARCHAR NOT NULL, id VARCHAR NOT NULL, name VARCHAR NOT NULL,
    released BOOLEAN, archived BOOLEAN, start_date DATE, release_date DATE
);
CREATE TABLE raw_issue_version (key VARCHAR NOT NULL, source VARCHAR NOT NULL, version_id VARCHAR NOT NULL, name VARCHAR NOT NULL);

CREATE TABLE raw_change (
    key VARCHAR NOT NULL, "at" TIMESTAMP NOT NULL,
    seq INTEGER NOT NULL,               -- order within the issue, from 1
    field VARCHAR NOT NULL,             -- field id where known, else its name: status, issuetype, …
    from_id VARCHAR, from_text VARCHAR, to_id VARCHAR, to_text VARCHAR
);

-- The site's metadata, from files beside an export, from envelopes, or from the site; filled as far as known.
-- What issues carry is there too; an id is NULL where an export tells names alone (CSV).
CREATE TABLE raw_site_type (
    source VARCHAR NOT NULL, id VARCHAR, name VARCHAR NOT NULL, untranslated VARCHAR,
    subtask BOOLEAN, hierarchy_level INTEGER, project VARCHAR    -- key or id of its project where the type is a project's own
);
CREATE TABLE raw_site_status (
    source VARCHAR NOT NULL, id VARCHAR, name VARCHAR NOT NULL, untranslated VARCHAR,
    category VARCHAR, project VARCHAR
);
CREATE TABLE raw_site_field (
    source VARCHAR NOT NULL, id VARCHAR NOT NULL, name VARCHAR, custom BOOLEAN,
    schema_type VARCHAR, schema_items VARCHAR, schema_custom VARCHAR,
    sample VARCHAR,                     -- what its values look like (flowlint/config/observed.py)
    fetched BIGINT NOT NULL, filled BIGINT NOT NULL    -- records that hold it, and that hold a value in it
);
-- Which of these the site itself told in full: what is not among them does not exist.
CREATE TABLE raw_site_list (
    source VARCHAR NOT NULL,
    kind VARCHAR NOT NULL               -- types, statuses, fields
);
CREATE TABLE raw_site_project (
    source VARCHAR NOT NULL, id VARCHAR, key VARCHAR NOT NULL, name VARCHAR, archived BOOLEAN
);
