-- What each issue says, under the mapping: parents, values of mapped fields, what was fetched.

-- Whose fields and ways to a parent hold for a project: its own, or (NULL) those of all that have none.
CREATE TABLE m_project_fields AS
SELECT p.project, f.project AS fields_of
FROM (SELECT DISTINCT project FROM raw_issue) p LEFT JOIN (SELECT DISTINCT project FROM m_field) f ON f.project = p.project;

CREATE TABLE m_project_ways AS
SELECT p.project, w.project AS ways_of
FROM (SELECT DISTINCT project FROM raw_issue) p LEFT JOIN (SELECT DISTINCT project FROM m_parent_way) w ON w.project = p.project;

CREATE TABLE m_link AS
WITH both_ends AS (
    SELECT key, other_key, link_type, direction, name FROM raw_link
    UNION
    -- The other end of a link that only one end tells of.
    SELECT l.other_key, l.key, l.link_type, CASE l.direction WHEN 'outward' THEN 'inward' ELSE 'outward' END, NULL
    FROM raw_link l JOIN raw_issue i ON i.key = l.other_key
),
named AS (
    SELECT link_type, direction, min(name) AS name FROM raw_link GROUP BY ALL
),
merged AS (
    SELECT b.key, b.other_key, b.link_type, b.direction, coalesce(min(b.name), min(n.name)) AS given
    FROM both_ends b LEFT JOIN named n USING (link_type, direction)
    GROUP BY b.key, b.other_key, b.link_type, b.direction
),
kinds AS (
    -- Jira's own link types keep their English names on most sites; a renamed type is known by its words.
    SELECT *, CASE
        WHEN lower(link_type) IN ('blocks', 'blocker', 'blocking', 'block') OR lower(given) IN ('blocks', 'is blocked by', 'blocked by') THEN 'block'
        WHEN lower(link_type) IN ('duplicate', 'duplicates') THEN 'duplicate'
        WHEN lower(link_type) IN ('cloners', 'clone', 'clones') THEN 'clone'
        WHEN lower(link_type) IN ('relates', 'related', 'relate', 'relation') THEN 'relate'
        ELSE 'other' END AS family,
        CASE WHEN lower(given) IN ('is blocked by', 'blocked by') THEN 'inward' WHEN lower(given) = 'blocks' THEN 'outward' ELSE direction END AS way
    FROM merged
)
SELECT key, other_key,
    CASE family
        WHEN 'block' THEN CASE way WHEN 'outward' THEN 'blocks' ELSE 'blocked_by' END
        WHEN 'duplicate' THEN CASE way WHEN 'outward' THEN 'duplicates' ELSE 'duplicated_by' END
        WHEN 'clone' THEN CASE way WHEN 'outward' THEN 'clones' ELSE 'cloned_by' END
        WHEN 'relate' THEN 'relates'
        ELSE 'other' END AS kind,
    coalesce(given, CASE family
        WHEN 'block' THEN CASE way WHEN 'outward' THEN 'blocks' ELSE 'is blocked by' END
        ELSE concat(link_type, CASE way WHEN 'outward' THEN '' ELSE ' (from the other end)' END) END) AS name
FROM kinds;

CREATE TABLE m_parent_candidate AS
WITH named AS (
    SELECT p.key, p.via, NULL AS link_name, coalesce(p.parent_key, p.parent_id) AS parent_key,
           p.stub_type_id, p.stub_type_name, p.stub_subtask, p.stub_level, p.stub_summary, p.state
    FROM raw_parent p WHERE p.parent_key IS NOT NULL OR p.parent_id IS NOT NULL
    UNION ALL
    SELECT l.key, 'link', l.name, l.other_key, NULL, NULL, NULL, NULL, NULL, NULL FROM m_link l
    WHERE EXISTS (SELECT 1 FROM m_parent_way w WHERE w.via = 'link')
),
allowed AS (
    SELECT i.rowid AS n, p.rowid AS parent_n, n.*, w.position
    FROM named n
    JOIN raw_issue i ON i.key = n.key
    JOIN m_project_ways o ON o.project = i.project
    JOIN m_parent_way w
      ON w.project IS NOT DISTINCT FROM o.ways_of AND w.via = n.via
     AND (w.via <> 'link' OR w.link = lower(nfc_normalize(trim(n.link_name))))
    LEFT JOIN raw_issue p ON p.key = n.parent_key
),
-- Most issues name one parent: only the others are looked at for repetitions.
several AS (
    SELECT n FROM allowed GROUP BY n HAVING count(*) > 1
)
SELECT * EXCLUDE (again, state), CASE WHEN parent_n IS NOT NULL THEN 'known' ELSE coalesce(state, 'outside') END AS state FROM (
    SELECT a.*, 1 AS again FROM allowed a ANTI JOIN several s ON s.n = a.n
    UNION ALL
    SELECT a.*, row_number() OVER (PARTITION BY a.n, a.via, a.link_name, a.parent_key ORDER BY a.position, a.stub_type_name DESC NULLS LAST) AS again
    FROM allowed a SEMI JOIN several s ON s.n = a.n
) WHERE again = 1;

CREATE TABLE m_parent AS
WITH several AS (
    SELECT n FROM m_parent_candidate GROUP BY n HAVING count(*) > 1
)
SELECT c.* FROM m_parent_candidate c ANTI JOIN several s ON s.n = c.n
UNION ALL
SELECT * EXCLUDE (nth) FROM (
    SELECT c.*, row_number() OVER (PARTITION BY c.n ORDER BY c.position, c.parent_key) AS nth
    FROM m_parent_candidate c SEMI JOIN several s ON s.n = c.n
) WHERE nth = 1;

-- Types that issues name in their epic link: Jira's level 1 where it does not say so itself.
CREATE TABLE m_epic_type AS
SELECT DISTINCT p.source, p.type_id, p.type_name
FROM raw_parent c JOIN raw_issue p ON p.key = c.parent_key
WHERE c.via IN ('epic_link', 'epic');

-- What fields say, and the sections of descriptions beside them.
CREATE VIEW m_said AS
SELECT key, field_id, position, text, number FROM raw_field_value
UNION ALL SELECT key, field_id, position, text, number FROM m_section;

-- One row per issue and meaning: the first field or heading in order that holds something.
CREATE TABLE m_value AS
WITH meant AS MATERIALIZED (
    SELECT i.rowid AS n, f.meaning, f.position AS field_position, v.position, v.text, v.number
    FROM m_said v
    JOIN raw_issue i ON i.key = v.key
    JOIN m_project_fields o ON o.project = i.project
    JOIN m_field f ON f.field_id = v.field_id AND f.project IS NOT DISTINCT FROM o.fields_of
    WHERE trim(coalesce(v.text, '')) <> '' OR v.number IS NOT NULL
),
-- Most meanings have one value in an issue: only the others are put together.
several AS (
    SELECT n, meaning, min(field_position) AS field_position FROM meant GROUP BY n, meaning HAVING count(*) > 1
)
SELECT m.n, m.meaning, m.text, m.number FROM meant m ANTI JOIN several s USING (n, meaning)
UNION ALL
SELECT m.n, m.meaning,
       string_agg(m.text, chr(10) ORDER BY m.position) AS text,
       arg_min(m.number, m.position) AS number
FROM meant m JOIN several USING (n, meaning, field_position)
GROUP BY m.n, m.meaning;

CREATE TABLE m_values AS
PIVOT m_value ON meaning IN (
    'outcome', 'outcome_metric', 'outcome_baseline', 'outcome_target', 'outcome_due', 'actual_outcome',
    'story_points', 'acceptance_criteria', 'team', 'objective', 'key_results', 'owner', 'flagged', 'due'
) USING first(text) AS text, first(number) AS number GROUP BY n;

-- The sets of fetched fields are few, so each is translated once.
CREATE TABLE m_fetched AS
WITH held AS MATERIALIZED (
    SELECT DISTINCT project, fetched_set FROM raw_issue
),
sets AS (
    SELECT DISTINCT h.fetched_set, o.fields_of FROM held h JOIN m_project_fields o ON o.project = h.project
),
ids AS (
    SELECT s.fetched_set, s.fields_of, unnest(r.field_ids) AS field_id FROM sets s JOIN raw_fetched r ON r.fetched_set = s.fetched_set
),
names AS (
    SELECT i.fetched_set, i.fields_of, coalesce(s.meaning, f.meaning) AS name
    FROM ids i
    LEFT JOIN m_system_field s ON s.field_id = i.field_id
    LEFT JOIN m_field f ON f.field_id = i.field_id AND f.project IS NOT DISTINCT FROM i.fields_of
    UNION
    SELECT i.fetched_set, i.fields_of, f.meaning
    FROM ids i JOIN m_field f ON f.field_id = i.field_id AND f.project IS NOT DISTINCT FROM i.fields_of
    UNION
    -- Whoever has the description has every heading in it.
    SELECT i.fetched_set, i.fields_of, f.meaning
    FROM ids i JOIN m_field f ON starts_with(f.field_id, 'heading:') AND f.project IS NOT DISTINCT FROM i.fields_of
    WHERE i.field_id = 'description'
),
listed AS (
    SELECT s.fetched_set, s.fields_of, coalesce(list(n.name ORDER BY n.name) FILTER (WHERE n.name IS NOT NULL), []) AS names
    FROM sets s LEFT JOIN names n ON n.fetched_set = s.fetched_set AND n.fields_of IS NOT DISTINCT FROM s.fields_of
    GROUP BY s.fetched_set, s.fields_of
)
SELECT i.project, i.fetched_set, l.names
FROM held i
JOIN m_project_fields o ON o.project = i.project
JOIN listed l ON l.fetched_set = i.fetched_set AND l.fields_of IS NOT DISTINCT FROM o.fields_of;
