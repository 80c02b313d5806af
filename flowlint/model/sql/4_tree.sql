-- Levels, states and the tree. One parent per issue: what the walk down from the roots never meets is the
-- cycles and what hangs below them.

CREATE TABLE m_base AS
WITH leveled AS (
    SELECT n.* EXCLUDE (level, level_rank, flow_item, conditions),
           CASE WHEN c.level IS NOT NULL THEN c.level ELSE n.level END AS level,
           CASE WHEN c.level IS NOT NULL THEN c.level_rank ELSE n.level_rank END AS level_rank,
           coalesce(c.flow_item, n.flow_item) AS flow_item
    FROM m_narrow n
    LEFT JOIN m_condition c ON c.number = n.conditions[1] AND NOT n.left_out AND n.container IS NULL AND n.okr IS NULL
),
placed AS (
    SELECT l.*, s.stage, s.step,
           CASE WHEN s.flow_state = 'done' AND g.resolution IS NOT NULL THEN 'cancelled' ELSE s.flow_state END AS flow_state,
           -- A status that the mapping does not place is open or done by Jira's category.
           coalesce(s.flow_state, CASE l.status_category WHEN 'new' THEN 'new' WHEN 'indeterminate' THEN 'active' WHEN 'done' THEN 'done' END) AS state_or_category,
           g.resolution IS NOT NULL AS given_up
    FROM leveled l
    LEFT JOIN m_status s ON s.value_stream IS NOT DISTINCT FROM l.value_stream AND s.project = l.project
     AND s.status_id IS NOT DISTINCT FROM l.status_id AND s.status_name IS NOT DISTINCT FROM l.status_name
     AND s.status_category IS NOT DISTINCT FROM l.status_category
    LEFT JOIN m_given_up g ON g.value_stream IS NOT DISTINCT FROM l.value_stream AND g.project = l.project AND g.resolution = l.resolution
)
SELECT p.* EXCLUDE (state_or_category, given_up),
       p.level_rank - run.flow_item_rank AS level_offset,
       CASE sign(p.level_rank - run.flow_item_rank) WHEN 1 THEN 'above' WHEN 0 THEN 'at' WHEN -1 THEN 'below' END AS level_position,
       coalesce(p.flow_item IN ('feature', 'defect', 'risk', 'debt') AND NOT p.left_out, false) AS counted,
       coalesce(p.level_rank = run.flow_item_rank AND p.flow_item IS DISTINCT FROM 'none' AND p.container IS NULL AND p.okr IS NULL AND NOT p.left_out, false) AS is_flow_item,
       coalesce(p.level_rank > run.flow_item_rank AND p.container IS NULL AND p.okr IS NULL AND NOT p.left_out, false) AS is_portfolio_item,
       p.state_or_category IN ('new', 'waiting', 'active') AS is_open,
       p.state_or_category = 'done' AND NOT p.given_up AS is_done,
       p.state_or_category = 'cancelled' OR (p.state_or_category = 'done' AND p.given_up) AS is_cancelled,
       m.parent_key, m.parent_n, m.via AS parent_via,
       coalesce(m.state, h.state, 'none') AS parent_state,
       m.stub_type_id, m.stub_type_name, m.stub_subtask, m.stub_level
FROM placed p CROSS JOIN m_run run
LEFT JOIN m_parent m ON m.n = p.n
-- Nothing was told of its parents, so having none is not known.
LEFT JOIN (SELECT DISTINCT key, state FROM raw_parent WHERE state = 'hidden' AND parent_key IS NULL AND parent_id IS NULL) h ON h.key = p.key;

-- What the type of a parent outside the data means, where a stub names it.
CREATE TABLE m_stub_type AS
SELECT b.n, t.level, t.level_rank, t.flow_item, t.container, t.okr, t.left_out
FROM m_base b
JOIN m_type t ON t.project = regexp_extract(b.parent_key, '([^:]*)-[0-9]+$', 1)
 AND t.type_id IS NOT DISTINCT FROM b.stub_type_id AND t.type_name IS NOT DISTINCT FROM b.stub_type_name
WHERE b.parent_state NOT IN ('known', 'none') AND (b.stub_type_id IS NOT NULL OR b.stub_type_name IS NOT NULL);

-- What the tree hands down: whether a portfolio item, or an outcome, was met on the way.
CREATE TABLE m_own AS
SELECT b.n, b.key, b.parent_n, CASE WHEN b.parent_n IS NOT NULL THEN b.parent_key END AS parent_key, b.is_portfolio_item,
       CASE WHEN trim(coalesce(v.outcome_text, '')) <> '' THEN true
            WHEN NOT b.is_portfolio_item THEN false
            WHEN list_contains(f.names, 'outcome') THEN false END AS has_outcome,
       -- Above the data: what a stub says of the parent is all that is known.
       CASE WHEN t.level_rank > run.flow_item_rank AND t.container IS NULL AND t.okr IS NULL AND NOT t.left_out THEN true
            WHEN b.parent_state IN ('none', 'missing', 'moved') THEN false
       END AS portfolio_above,
       CASE WHEN b.parent_state IN ('none', 'missing', 'moved') THEN false END AS outcome_above
FROM m_base b CROSS JOIN m_run run
LEFT JOIN m_values v ON v.n = b.n
LEFT JOIN m_fetched f ON f.fetched_set = b.fetched_set AND f.project = b.project
LEFT JOIN m_stub_type t ON t.n = b.n;

CREATE TABLE m_walk AS
WITH RECURSIVE down AS (
    SELECT n, n AS root_n, 1 AS depth, is_portfolio_item, portfolio_above AS reaches_portfolio,
           has_outcome OR outcome_above AS reaches_outcome
    FROM m_own WHERE parent_n IS NULL
    UNION ALL
    SELECT o.n, d.root_n, d.depth + 1, o.is_portfolio_item, d.is_portfolio_item OR d.reaches_portfolio,
           o.has_outcome OR d.reaches_outcome
    FROM down d JOIN m_own o ON o.parent_n = d.n
)
SELECT n, root_n, depth, reaches_portfolio, reaches_outcome FROM down;
