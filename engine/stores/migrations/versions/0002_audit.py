"""The audit trail: append-only by rights and triggers, chained per tenant by SHA-256.

``chat2sql.engine.audit.verify`` recomputes the chain and has to agree with ``audit_hash`` to the byte.
Forward only: there is no way to drop an audit trail.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE chat2sql.audit (
    tenant      text NOT NULL,
    seq         bigint NOT NULL CHECK (seq > 0),
    request_id  text NOT NULL,
    workflow_id text NOT NULL,
    run_id      text NOT NULL,
    activity_id text NOT NULL,
    attempt     integer NOT NULL CHECK (attempt > 0),
    step        text NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('completed', 'failed', 'cancelled', 'lost')),
    worker      text,
    started_at  timestamptz,
    finished_at timestamptz,
    summary     text NOT NULL,
    detail      text NOT NULL,
    error_type  text,
    recorded_at timestamptz NOT NULL,
    prev_hash   bytea NOT NULL,
    hash        bytea NOT NULL,
    PRIMARY KEY (tenant, seq),
    UNIQUE (tenant, workflow_id, run_id, activity_id, attempt)
);
CREATE INDEX audit_of_question ON chat2sql.audit (tenant, request_id, seq);
COMMENT ON TABLE chat2sql.audit IS 'One row per attempt of a step; append-only, each row chained to the one before';
COMMENT ON COLUMN chat2sql.audit.tenant IS 'Whose question it was; each tenant has a chain of its own';
COMMENT ON COLUMN chat2sql.audit.seq IS 'Place in the tenant''s chain, from 1, without gaps';
COMMENT ON COLUMN chat2sql.audit.request_id IS 'The question';
COMMENT ON COLUMN chat2sql.audit.workflow_id IS 'The workflow that answered it';
COMMENT ON COLUMN chat2sql.audit.run_id IS 'The run of that workflow';
COMMENT ON COLUMN chat2sql.audit.activity_id IS 'The activity within the run';
COMMENT ON COLUMN chat2sql.audit.attempt IS 'Which attempt of the activity, from 1';
COMMENT ON COLUMN chat2sql.audit.step IS 'The step';
COMMENT ON COLUMN chat2sql.audit.outcome IS 'How the attempt ended; lost: it left no row of its own, its worker was killed';
COMMENT ON COLUMN chat2sql.audit.worker IS 'The worker that ran it; null where unknown';
COMMENT ON COLUMN chat2sql.audit.started_at IS 'When the attempt began; null where unknown';
COMMENT ON COLUMN chat2sql.audit.finished_at IS 'When the attempt ended; null where unknown';
COMMENT ON COLUMN chat2sql.audit.summary IS 'What happened, in one line';
COMMENT ON COLUMN chat2sql.audit.detail IS 'What happened, as JSON text';
COMMENT ON COLUMN chat2sql.audit.error_type IS 'Class of the error of a failed attempt';
COMMENT ON COLUMN chat2sql.audit.recorded_at IS 'When the row was written, by the database''s clock';
COMMENT ON COLUMN chat2sql.audit.prev_hash IS 'Hash of the row before; 32 zero bytes in the first';
COMMENT ON COLUMN chat2sql.audit.hash IS 'SHA-256 of prev_hash and the canonical text of this row';

CREATE TABLE chat2sql.audit_heads (
    tenant text PRIMARY KEY,
    seq    bigint NOT NULL CHECK (seq > 0),
    hash   bytea NOT NULL
);
COMMENT ON TABLE chat2sql.audit_heads IS 'The last row of each tenant''s chain, so that a missing tail is seen';
COMMENT ON COLUMN chat2sql.audit_heads.tenant IS 'The tenant';
COMMENT ON COLUMN chat2sql.audit_heads.seq IS 'Place of the last row';
COMMENT ON COLUMN chat2sql.audit_heads.hash IS 'Hash of the last row';
"""

GUARDS = """
CREATE FUNCTION chat2sql.audit_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on chat2sql.% is refused: the audit trail is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION chat2sql.audit_refuse() IS 'Refuses what an append-only table must not suffer, from its owner too';

CREATE FUNCTION chat2sql.audit_head_advances() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.tenant <> OLD.tenant OR NEW.seq <> OLD.seq + 1 THEN
        RAISE EXCEPTION 'the head of an audit chain only moves forward'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION chat2sql.audit_head_advances() IS 'Lets the head of a chain move by one row only';

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON chat2sql.audit
    FOR EACH STATEMENT EXECUTE FUNCTION chat2sql.audit_refuse();
CREATE TRIGGER audit_heads_stay BEFORE DELETE OR TRUNCATE ON chat2sql.audit_heads
    FOR EACH STATEMENT EXECUTE FUNCTION chat2sql.audit_refuse();
CREATE TRIGGER audit_heads_advance BEFORE UPDATE ON chat2sql.audit_heads
    FOR EACH ROW EXECUTE FUNCTION chat2sql.audit_head_advances();
"""

# These two run under audit_append's pinned search path alone; pinning it again would cost a third of the time.
HASH = """
CREATE FUNCTION chat2sql.audit_hash(entry chat2sql.audit) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(entry.prev_hash || convert_to(jsonb_build_array(
        'chat2sql-audit-1', entry.tenant, entry.seq, entry.request_id, entry.workflow_id, entry.run_id,
        entry.activity_id, entry.attempt, entry.step, entry.outcome, entry.worker,
        (extract(epoch FROM entry.started_at) * 1000000)::bigint,
        (extract(epoch FROM entry.finished_at) * 1000000)::bigint,
        entry.summary, entry.detail, entry.error_type,
        (extract(epoch FROM entry.recorded_at) * 1000000)::bigint
    )::text, 'UTF8'))
$$;
COMMENT ON FUNCTION chat2sql.audit_hash(chat2sql.audit) IS
    'SHA-256 of prev_hash and the row as a JSON array; times are microseconds since 1970, UTC';

CREATE FUNCTION chat2sql.audit_link(entry chat2sql.audit) RETURNS chat2sql.audit
LANGUAGE plpgsql AS $$
BEGIN
    SELECT head.seq + 1, head.hash INTO entry.seq, entry.prev_hash
        FROM chat2sql.audit_heads AS head WHERE head.tenant = entry.tenant;
    IF NOT FOUND THEN
        entry.seq := 1;
        entry.prev_hash := decode(repeat('00', 32), 'hex');
    END IF;
    entry.recorded_at := clock_timestamp();
    entry.hash := chat2sql.audit_hash(entry);
    INSERT INTO chat2sql.audit VALUES (entry.*);
    INSERT INTO chat2sql.audit_heads AS head VALUES (entry.tenant, entry.seq, entry.hash)
        ON CONFLICT (tenant) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
    RETURN entry;
END
$$;
COMMENT ON FUNCTION chat2sql.audit_link(chat2sql.audit) IS 'Adds one row to the end of its chain; the caller holds the lock';
"""

APPEND = """
CREATE FUNCTION chat2sql.audit_append(
    p_tenant text, p_request_id text, p_workflow_id text, p_run_id text, p_activity_id text,
    p_attempt integer, p_step text, p_outcome text, p_worker text, p_started_at timestamptz,
    p_finished_at timestamptz, p_summary text, p_detail text, p_error_type text
) RETURNS TABLE (seq bigint, hash bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry chat2sql.audit;
    missing integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('chat2sql.audit ' || p_tenant, 0));
    RETURN QUERY SELECT a.seq, a.hash FROM chat2sql.audit AS a
        WHERE a.tenant = p_tenant AND a.workflow_id = p_workflow_id AND a.run_id = p_run_id
            AND a.activity_id = p_activity_id AND a.attempt = p_attempt;
    IF FOUND THEN
        RETURN;
    END IF;
    entry.tenant := p_tenant;
    entry.request_id := p_request_id;
    entry.workflow_id := p_workflow_id;
    entry.run_id := p_run_id;
    entry.activity_id := p_activity_id;
    entry.step := p_step;
    entry.outcome := 'lost';
    entry.summary := '';
    entry.detail := '{}';
    FOR missing IN
        SELECT n FROM generate_series(1, p_attempt - 1) AS n
            WHERE NOT EXISTS (
                SELECT FROM chat2sql.audit AS a
                    WHERE a.tenant = p_tenant AND a.workflow_id = p_workflow_id AND a.run_id = p_run_id
                        AND a.activity_id = p_activity_id AND a.attempt = n)
            ORDER BY n
    LOOP
        entry.attempt := missing;
        PERFORM chat2sql.audit_link(entry);
    END LOOP;
    entry.attempt := p_attempt;
    entry.outcome := p_outcome;
    entry.worker := p_worker;
    entry.started_at := p_started_at;
    entry.finished_at := p_finished_at;
    entry.summary := p_summary;
    entry.detail := p_detail;
    entry.error_type := p_error_type;
    entry := chat2sql.audit_link(entry);
    RETURN QUERY SELECT entry.seq, entry.hash;
END
$$;
COMMENT ON FUNCTION chat2sql.audit_append IS
    'The only way into the audit trail: adds the attempt, after the lost attempts before it, once';
REVOKE ALL ON FUNCTION chat2sql.audit_refuse(), chat2sql.audit_head_advances(),
    chat2sql.audit_hash(chat2sql.audit), chat2sql.audit_link(chat2sql.audit), chat2sql.audit_append FROM PUBLIC;
"""


def upgrade() -> None:
    """Create the trail, its guards and the function that appends to it."""
    for statements in (TABLES, GUARDS, HASH, APPEND):
        op.execute(statements)
