-- What each issue says, under the mapping: parents, values of mapped fields, what was fetched.

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
),
allowed AS (
    SELECT n.*, w.position
    FROM named n
    JOIN raw_issue i ON i.key = n.key
    JOIN m_parent_way w
      ON (w.project = i.project OR (w.project IS NULL AND i.project NOT IN (SELECT project FROM m_parent_way WHERE project IS NOT NULL)))
     AND w.via = n.via
     AND (w.via <> 'link' OR w.link = lower(nfc_normalize(trim(n.link_name))))
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY key, via, link_name, parent_key ORDER BY position, stub_type_name DESC NULLS LAST) AS again
    FROM allowed
)
SELECT c.key, c.via, c.link_name, c.parent_key, c.position,
       c.stub_type_id, c.stub_type_name, c.stub_subtask, c.stub_level, c.stub_summary,
       CASE WHEN p.key IS NOT NULL THEN 'known' ELSE coalesce(c.state, 'outside') END AS state
FROM numbered c LEFT JOIN raw_issue p ON p.key = c.parent_key
WHERE c.again = 1;

CREATE TABLE m_parent AS
SELECT * EXCLUDE (nth) FROM (
    SELECT *, row_number() OVER (PARTITION BY key ORDER BY position, parent_key) AS nth FROM m_parent_candidate
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
WITH meant AS (
    SELECT v.key, f.meaning, f.position AS field_position, v.position, v.text, v.number
    FROM m_said v
    JOIN raw_issue i ON i.key = v.key
    JOIN m_field f ON f.field_id = v.field_id
     AND (f.project = i.project OR (f.project IS NULL AND i.project NOT IN (SELECT project FROM m_field WHERE project IS NOT NULL)))
    WHERE trim(coalesce(v.text, '')) <> '' OR v.number IS NOT NULL
),
first_field AS (
    SELECT key, meaning, min(field_position) AS field_position FROM meant GROUP BY ALL
)
SELECT m.key, m.meaning,
       string_agg(m.text, chr(10) ORDER BY m.position) AS text,
       arg_min(m.number, m.position) AS number
FROM meant m JOIN first_field USING (key, meaning, field_position)
GROUP BY m.key, m.meaning;

CREATE TABLE m_values AS
PIVOT m_value ON meaning IN (
    'outcome', 'outcome_metric', 'outcome_baseline', 'outcome_target', 'outcome_due', 'actual_outcome',
    'story_points', 'acceptance_criteria', 'team', 'objective', 'key_results', 'owner', 'flagged', 'due'
) USING first(text) AS text, first(number) AS number GROUP BY key;

-- The lists of fetched fields are few, so each is translated once.
CREATE TABLE m_fetched AS
WITH lists AS (
    SELECT DISTINCT fetched, CASE WHEN project IN (SELECT project FROM m_field WHERE project IS NOT NULL) THEN project END AS project
    FROM raw_issue
),
names AS (
    SELECT l.fetched, l.project, coalesce(s.meaning, f.meaning) AS name
    FROM (SELECT fetched, project, unnest(fetched) AS field_id FROM lists) l
    LEFT JOIN m_system_field s ON s.field_id = l.field_id
    LEFT JOIN m_field f ON f.field_id = l.field_id AND f.project IS NOT DISTINCT FROM l.project
    UNION
    SELECT l.fetched, l.project, f.meaning
    FROM (SELECT fetched, project, unnest(fetched) AS field_id FROM lists) l
    JOIN m_field f ON f.field_id = l.field_id AND f.project IS NOT DISTINCT FROM l.project
    UNION
    -- Whoever has the description has every heading in it.
    SELECT l.fetched, l.project, f.meaning
    FROM lists l JOIN m_field f ON starts_with(f.field_id, 'heading:') AND f.project IS NOT DISTINCT FROM l.project
    WHERE list_contains(l.fetched, 'description')
)
SELECT l.fetched, l.project, coalesce(list(n.name ORDER BY n.name) FILTER (WHERE n.name IS NOT NULL), []) AS names
FROM lists l LEFT JOIN names n ON n.fetched = l.fetched AND n.project IS NOT DISTINCT FROM l.project
GROUP BY l.fetched, l.project;
