"""The SQL of the figures. Each kind of fact is stated once; the counts and the rows both select from that statement.

Parameters: campaign (counted with those handed down from it); units, owners, parts (three arrays,
reporting.figures.places); start, cutoff, known (instants of the span) and day (the Shanghai day of the cut-off).
Everything else is constant text, none of it from input.
"""
# ruff: noqa: S608 - the texts that are put together are the constants of this file

PLACE = """
WITH place AS (
    SELECT * FROM unnest(%(units)s::bigint[], %(owners)s::bigint[], %(parts)s::bigint[])
        AS listed (unit_id, owner_id, part_id)
)"""

# The campaign, and those handed down from it: a city that works in its own is counted here as before.
COUNTED = """ANY(ARRAY(
        SELECT id FROM campaigns_campaign
        WHERE id = %(campaign)s OR parent_id = %(campaign)s AND published_at <= %(cutoff)s
    ))"""

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
    WHERE visit.campaign_id = """
    + COUNTED
    + """
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

# One pass over the facts into the few kinds that there are, then every figure a sum over those kinds.
VISIT_COUNTS = (
    VISITS
    + """,
kinds AS (
    SELECT owner_id, part_id, is_key, industry, outcome, is_late,
        count(*) FILTER (WHERE counted_week) AS site_week, count(*) FILTER (WHERE counted_total) AS site_total,
        count(*) FILTER (WHERE in_week) AS visit_week, count(*) AS visit_total
    FROM facts GROUP BY owner_id, part_id, is_key, industry, outcome, is_late
)
SELECT owner_id, part_id, counted.path, sum(counted.week)::bigint, sum(counted.total)::bigint
FROM kinds CROSS JOIN LATERAL (VALUES
    ('enterprises.' || CASE WHEN is_key THEN 'key' ELSE 'other' END, site_week, site_total),
    ('industry.' || industry, site_week, site_total),
    ('outcome.' || outcome, visit_week, visit_total),
    (CASE WHEN is_late THEN 'late' END, visit_week, visit_total)
) AS counted (path, week, total)
WHERE counted.path IS NOT NULL
GROUP BY owner_id, part_id, counted.path
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
# cut-off. How it stood at the cut-off, and when the week began (what was mended by then is not this week's work), says
# the same version when it is as old, else one superseded since: few rows, which an index finds.
ISSUES = (
    PLACE
    + """,
facts AS (
    SELECT place.owner_id, place.part_id, issue.id AS issue_id, issue.number,
        issue.recorded_at AS found_at, issue.recorded_at > %(start)s AS in_week,
        now.nature, now.gravity, now.issue_type, now.handling, now.texts,
        stood.state, stood.deadline_on,
        stood.state IN ('reported', 'closed') AS rectified, stood.state = 'closed' AS closed,
        began.state IS DISTINCT FROM 'reported' AND began.state IS DISTINCT FROM 'closed' AS was_unmended,
        began.state IS DISTINCT FROM 'closed' AS was_open,
        stood.state = 'mending' AND stood.deadline_on < %(day)s AS overdue
    FROM inspections_issue issue
    JOIN inspections_issueversion now
        ON now.issue_id = issue.id AND now.recorded_at <= %(known)s
        AND (now.superseded_at IS NULL OR now.superseded_at > %(known)s) AND now.state <> 'void'
    LEFT JOIN inspections_issueversion at_cutoff
        ON at_cutoff.issue_id = issue.id AND at_cutoff.recorded_at <= %(cutoff)s
        AND at_cutoff.superseded_at > %(cutoff)s AND at_cutoff.superseded_at <= %(known)s
    LEFT JOIN inspections_issueversion at_start
        ON at_start.issue_id = issue.id AND at_start.recorded_at <= %(start)s
        AND at_start.superseded_at > %(start)s AND at_start.superseded_at <= %(known)s
    CROSS JOIN LATERAL (
        SELECT CASE WHEN now.recorded_at <= %(cutoff)s THEN now.state ELSE at_cutoff.state END AS state,
            CASE WHEN now.recorded_at <= %(cutoff)s THEN now.deadline_on ELSE at_cutoff.deadline_on END AS deadline_on
    ) stood
    CROSS JOIN LATERAL (
        SELECT CASE WHEN now.recorded_at <= %(start)s THEN now.state ELSE at_start.state END AS state
    ) began
    JOIN place ON place.unit_id = now.unit_id
    WHERE issue.campaign_id = """
    + COUNTED
    + """ AND issue.recorded_at <= %(cutoff)s AND stood.state IS NOT NULL
        AND now.unit_id = ANY(%(units)s) -- says what the join says, in a form that an index serves
)"""
)

ISSUE_COUNTS = (
    ISSUES
    + """,
kinds AS (
    SELECT owner_id, part_id, nature, gravity, issue_type, handling, texts -> 'elements' AS elements,
        count(*) FILTER (WHERE in_week) AS week, count(*) AS total,
        count(*) FILTER (WHERE rectified AND was_unmended) AS rectified_week,
        count(*) FILTER (WHERE rectified) AS rectified,
        count(*) FILTER (WHERE closed AND was_open) AS closed_week, count(*) FILTER (WHERE closed) AS closed,
        count(*) FILTER (WHERE overdue) AS overdue
    FROM facts GROUP BY owner_id, part_id, nature, gravity, issue_type, handling, elements
)
SELECT owner_id, part_id, counted.path, sum(counted.week)::bigint, sum(counted.total)::bigint
FROM kinds CROSS JOIN LATERAL (
    VALUES ('issues', week, total), ('nature.' || nature, week, total), ('gravity.' || gravity, week, total),
        ('type.' || issue_type, week, total), ('handling.' || handling, week, total),
        ('rectified', rectified_week, rectified), ('closed', closed_week, closed), ('overdue', 0, overdue)
    UNION ALL
    SELECT 'element.' || element, week, total FROM jsonb_array_elements_text(elements) AS named (element)
) AS counted (path, week, total)
GROUP BY owner_id, part_id, counted.path
"""
)

ISSUE_ROWS = (
    ISSUES
    + """
SELECT facts.owner_id, facts.part_id, facts.issue_id, facts.number, facts.found_at, facts.in_week, facts.nature,
    facts.gravity, facts.issue_type, facts.handling, facts.state, facts.deadline_on, facts.overdue,
    facts.rectified, facts.closed, facts.was_unmended, facts.was_open, facts.texts ->> 'enterprise_name',
    facts.texts -> 'elements', facts.texts ->> 'description'
FROM facts
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
    WHERE penaltycase.campaign_id = """
    + COUNTED
    + """ AND step.recorded_at <= %(cutoff)s
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
past AS (
    SELECT DISTINCT ON (target_id) target_id, unit_id, is_key FROM campaigns_targetpast
    WHERE until > %(known)s ORDER BY target_id, until
),
listed AS (
    SELECT DISTINCT ON (target.enterprise_id) target.id AS target_id, target.enterprise_id,
        coalesce(past.unit_id, target.unit_id) AS unit_id, coalesce(past.is_key, target.is_key) AS is_key
    FROM campaigns_target target LEFT JOIN past ON past.target_id = target.id
    WHERE target.campaign_id = """
    + COUNTED
    + """ AND target.listed_at <= %(cutoff)s
    ORDER BY target.enterprise_id, target.campaign_id <> %(campaign)s, target.id
),
inspected AS (
    SELECT DISTINCT visit.enterprise_id
    FROM inspections_visit visit
    JOIN inspections_visitrecord first
        ON first.visit_id = visit.id AND first.version = 1 AND first.recorded_at <= %(cutoff)s
    JOIN inspections_visitrecord record
        ON record.visit_id = visit.id AND record.recorded_at <= %(known)s
        AND (record.superseded_at IS NULL OR record.superseded_at > %(known)s)
    WHERE visit.campaign_id = """
    + COUNTED
    + """ AND record.outcome IN ('done', 'no_problem')
),
facts AS (
    SELECT place.owner_id, place.part_id, listed.target_id, listed.enterprise_id,
        inspected.enterprise_id IS NOT NULL AS inspected
    FROM listed
    JOIN place ON place.unit_id = listed.unit_id
    LEFT JOIN inspected ON inspected.enterprise_id = listed.enterprise_id
    WHERE listed.is_key
)"""
)

TARGET_COUNTS = (
    TARGETS
    + """,
kinds AS (
    SELECT owner_id, part_id, count(*) AS listed, count(*) FILTER (WHERE inspected) AS inspected
    FROM facts GROUP BY owner_id, part_id
)
SELECT owner_id, part_id, counted.path, 0, counted.total
FROM kinds CROSS JOIN LATERAL (VALUES ('key_targets', listed), ('key_inspected', inspected)) AS counted (path, total)
"""
)

TARGET_ROWS = (
    TARGETS
    + """
SELECT facts.owner_id, facts.part_id, facts.target_id, facts.enterprise_id, facts.inspected,
    coalesce(former.name, enterprise.name)
FROM facts
JOIN enterprises_enterprise enterprise ON enterprise.id = facts.enterprise_id
-- A site that was never visited has no name on a record: the register's, as borne when the day of the cut-off began.
LEFT JOIN LATERAL (
    SELECT borne.name FROM enterprises_enterprisename borne
    WHERE borne.enterprise_id = facts.enterprise_id AND borne.valid_to >= %(day)s ORDER BY borne.valid_to LIMIT 1
) former ON true
ORDER BY facts.owner_id, facts.target_id
"""
)
