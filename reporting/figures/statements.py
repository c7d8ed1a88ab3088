"""The SQL of the figures. Each kind of fact is stated once; the counts and the rows both select from that statement.

Parameters: campaign; units, owners, parts (three arrays, reporting.figures.places); start, cutoff, known (instants of
the span) and day (the Shanghai day of the cut-off). Everything else is constant text, none of it from input.
"""
# ruff: noqa: S608 - the texts that are put together are the constants of this file

PLACE = """
WITH place AS (
    SELECT * FROM unnest(%(units)s::bigint[], %(owners)s::bigint[], %(parts)s::bigint[])
        AS listed (unit_id, owner_id, part_id)
)"""

# One row a visit whose record was first received by the cut-off, with the version in force at `known`. Among the visits
# that were really made, the latest of each enterprise stands for it: once in the week, once since the beginning.
VISITS = (
    PLACE
    + """,
visits AS (
    SELECT place.owner_id, place.part_id, visit.id AS visit_id, visit.enterprise_id, record.id AS record_id,
        record.outcome, record.is_late, record.is_key, record.industry, first.recorded_at AS found_at,
        first.recorded_at > %(start)s AS in_week, record.outcome IN ('done', 'no_problem') AS made
    FROM inspections_visit visit
    JOIN place ON place.unit_id = visit.unit_id
    JOIN inspections_visitrecord first
        ON first.visit_id = visit.id AND first.version = 1 AND first.recorded_at <= %(cutoff)s
    JOIN inspections_visitrecord record
        ON record.visit_id = visit.id AND record.recorded_at <= %(known)s
        AND (record.superseded_at IS NULL OR record.superseded_at > %(known)s)
    WHERE visit.campaign_id = %(campaign)s
),
facts AS (
    SELECT visits.*,
        made AND 1 = row_number() OVER (
            PARTITION BY owner_id, enterprise_id, made ORDER BY found_at DESC, visit_id DESC) AS counted_total,
        made AND in_week AND 1 = row_number() OVER (
            PARTITION BY owner_id, enterprise_id, made, in_week ORDER BY found_at DESC, visit_id DESC) AS counted_week
    FROM visits
)"""
)

VISIT_COUNTS = (
    VISITS
    + """
SELECT owner_id, part_id, 'enterprises.' || CASE WHEN is_key THEN 'key' ELSE 'other' END AS path,
    count(*) FILTER (WHERE counted_week) AS week, count(*) FILTER (WHERE counted_total) AS total
FROM facts GROUP BY owner_id, part_id, is_key
UNION ALL
SELECT owner_id, part_id, 'industry.' || industry,
    count(*) FILTER (WHERE counted_week), count(*) FILTER (WHERE counted_total)
FROM facts WHERE industry IS NOT NULL GROUP BY owner_id, part_id, industry
UNION ALL
SELECT owner_id, part_id, 'outcome.' || outcome, count(*) FILTER (WHERE in_week), count(*)
FROM facts GROUP BY owner_id, part_id, outcome
UNION ALL
SELECT owner_id, part_id, 'late', count(*) FILTER (WHERE in_week), count(*)
FROM facts WHERE is_late GROUP BY owner_id, part_id
"""
)

VISIT_ROWS = (
    VISITS
    + """
SELECT facts.owner_id, facts.part_id, facts.visit_id, record.enterprise_name, facts.is_key, facts.industry,
    facts.outcome, facts.is_late, facts.found_at, record.occurred_at, facts.in_week, facts.counted_week,
    facts.counted_total
FROM facts JOIN inspections_visitrecord record ON record.id = facts.record_id
ORDER BY facts.owner_id, facts.visit_id
"""
)

# One row an issue found by the cut-off and not void at `known`; classified as known then, mended as it stood at the
# cut-off. `began` is how it stood when the week began: what was mended by then is not this week's work.
ISSUES = (
    PLACE
    + """,
facts AS (
    SELECT place.owner_id, place.part_id, issue.id AS issue_id, issue.number,
        issue.recorded_at AS found_at, issue.recorded_at > %(start)s AS in_week,
        now.nature, now.gravity, now.issue_type, now.handling, now.id AS version_id,
        stood.state, stood.deadline_on,
        stood.state IN ('reported', 'closed') AS rectified, stood.state = 'closed' AS closed,
        began.state IS DISTINCT FROM 'reported' AND began.state IS DISTINCT FROM 'closed' AS was_unmended,
        began.state IS DISTINCT FROM 'closed' AS was_open,
        stood.state = 'mending' AND stood.deadline_on < %(day)s AS overdue
    FROM inspections_issue issue
    JOIN inspections_issueversion now
        ON now.issue_id = issue.id AND now.recorded_at <= %(known)s
        AND (now.superseded_at IS NULL OR now.superseded_at > %(known)s) AND now.state <> 'void'
    JOIN inspections_issueversion stood
        ON stood.issue_id = issue.id AND stood.recorded_at <= %(cutoff)s
        AND (stood.superseded_at IS NULL OR stood.superseded_at > %(cutoff)s)
    LEFT JOIN inspections_issueversion began
        ON began.issue_id = issue.id AND began.recorded_at <= %(start)s
        AND (began.superseded_at IS NULL OR began.superseded_at > %(start)s)
    JOIN place ON place.unit_id = now.unit_id
    WHERE issue.campaign_id = %(campaign)s AND issue.recorded_at <= %(cutoff)s
        AND now.unit_id = ANY(%(units)s) -- says what the join says, in a form that an index serves
)"""
)

ISSUE_COUNTS = (
    ISSUES
    + """
SELECT owner_id, part_id,
    CASE
        WHEN grouping(nature) = 0 THEN 'nature.' || nature
        WHEN grouping(gravity) = 0 THEN 'gravity.' || gravity
        WHEN grouping(issue_type) = 0 THEN 'type.' || issue_type
        WHEN grouping(handling) = 0 THEN 'handling.' || handling
        ELSE 'issues'
    END AS path,
    count(*) FILTER (WHERE in_week) AS week, count(*) AS total
FROM facts
GROUP BY owner_id, part_id, GROUPING SETS ((), (nature), (gravity), (issue_type), (handling))
UNION ALL
SELECT owner_id, part_id, 'rectified', count(*) FILTER (WHERE was_unmended), count(*)
FROM facts WHERE rectified GROUP BY owner_id, part_id
UNION ALL
SELECT owner_id, part_id, 'closed', count(*) FILTER (WHERE was_open), count(*)
FROM facts WHERE closed GROUP BY owner_id, part_id
UNION ALL
SELECT owner_id, part_id, 'overdue', 0, count(*) FROM facts WHERE overdue GROUP BY owner_id, part_id
UNION ALL
SELECT facts.owner_id, facts.part_id, 'element.' || named.element, count(*) FILTER (WHERE facts.in_week), count(*)
FROM facts
JOIN inspections_issueversion version ON version.id = facts.version_id
CROSS JOIN LATERAL jsonb_array_elements_text(version.texts -> 'elements') AS named (element)
GROUP BY facts.owner_id, facts.part_id, named.element
"""
)

ISSUE_ROWS = (
    ISSUES
    + """
SELECT facts.owner_id, facts.part_id, facts.issue_id, facts.number, facts.found_at, facts.in_week, facts.nature,
    facts.gravity, facts.issue_type, facts.handling, facts.state, facts.deadline_on, facts.overdue,
    facts.rectified, facts.closed, facts.was_unmended, facts.was_open, version.texts ->> 'enterprise_name',
    version.texts -> 'elements', version.texts ->> 'description'
FROM facts JOIN inspections_issueversion version ON version.id = facts.version_id
ORDER BY facts.owner_id, facts.issue_id
"""
)

# One row a step of a case recorded by the cut-off. Steps are never edited; fines in fen.
STEPS = (
    PLACE
    + """,
facts AS (
    SELECT place.owner_id, place.part_id, step.id AS step_id, step.case_id, step.kind, step.occurred_on,
        step.recorded_at, step.recorded_at > %(start)s AS in_week, coalesce((step.fine * 100)::bigint, 0) AS fen
    FROM penalties_casestep step
    JOIN penalties_penaltycase penaltycase ON penaltycase.id = step.case_id
    JOIN place ON place.unit_id = penaltycase.unit_id
    WHERE penaltycase.campaign_id = %(campaign)s AND step.recorded_at <= %(cutoff)s
        AND step.kind IN ('file', 'decide', 'close', 'withdraw')
)"""
)

STEP_COUNTS = (
    STEPS
    + """
SELECT owner_id, part_id,
    CASE kind WHEN 'file' THEN 'cases.filed' WHEN 'decide' THEN 'cases.decided' WHEN 'close' THEN 'cases.closed'
        ELSE 'cases.withdrawn' END AS path,
    count(*) FILTER (WHERE in_week) AS week, count(*) AS total
FROM facts GROUP BY owner_id, part_id, kind
UNION ALL
SELECT owner_id, part_id, 'fines', coalesce(sum(fen) FILTER (WHERE in_week), 0)::bigint, sum(fen)::bigint
FROM facts WHERE kind = 'decide' GROUP BY owner_id, part_id
"""
)

STEP_ROWS = (
    STEPS
    + """
SELECT facts.owner_id, facts.part_id, facts.step_id, facts.case_id, penaltycase.number, penaltycase.party_name,
    penaltycase.cause, facts.kind, facts.occurred_on, facts.recorded_at, facts.in_week, facts.fen
FROM facts JOIN penalties_penaltycase penaltycase ON penaltycase.id = facts.case_id
ORDER BY facts.owner_id, facts.step_id
"""
)

# One row an enterprise that was on the campaign's list as a key one at `known` (class and unit as they were then), and
# whether a visit to it was made by the cut-off.
TARGETS = (
    PLACE
    + """,
listed AS (
    SELECT target.id AS target_id, target.campaign_id, target.enterprise_id,
        coalesce(past.unit_id, target.unit_id) AS unit_id, coalesce(past.is_key, target.is_key) AS is_key
    FROM campaigns_target target
    LEFT JOIN LATERAL (
        SELECT earlier.unit_id, earlier.is_key FROM campaigns_targetpast earlier
        WHERE earlier.target_id = target.id AND earlier.until > %(known)s ORDER BY earlier.until LIMIT 1
    ) past ON true
    WHERE target.campaign_id = %(campaign)s AND target.listed_at <= %(cutoff)s
),
facts AS (
    SELECT place.owner_id, place.part_id, listed.target_id, listed.enterprise_id, EXISTS (
        SELECT FROM inspections_visit visit
        JOIN inspections_visitrecord first
            ON first.visit_id = visit.id AND first.version = 1 AND first.recorded_at <= %(cutoff)s
        JOIN inspections_visitrecord record
            ON record.visit_id = visit.id AND record.recorded_at <= %(known)s
            AND (record.superseded_at IS NULL OR record.superseded_at > %(known)s)
        WHERE visit.campaign_id = listed.campaign_id AND visit.enterprise_id = listed.enterprise_id
            AND record.outcome IN ('done', 'no_problem')
    ) AS inspected
    FROM listed JOIN place ON place.unit_id = listed.unit_id
    WHERE listed.is_key
)"""
)

TARGET_COUNTS = (
    TARGETS
    + """
SELECT owner_id, part_id, 'key_targets' AS path, 0 AS week, count(*) AS total FROM facts GROUP BY owner_id, part_id
UNION ALL
SELECT owner_id, part_id, 'key_inspected', 0, count(*) FROM facts WHERE inspected GROUP BY owner_id, part_id
"""
)

TARGET_ROWS = (
    TARGETS
    + """
SELECT owner_id, part_id, target_id, enterprise_id, inspected FROM facts ORDER BY owner_id, target_id
"""
)
