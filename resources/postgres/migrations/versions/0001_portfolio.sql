-- The portfolio as of revision 0001. Frozen: a change of the row models is a new revision beside this one.

-- Nobody but the owner and the working role; Dagster's role stays out of this database.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO aidiscover_rw', current_database());
END
$$;

-- The tenant bound to this transaction, or NULL. After a transaction the setting is '', not NULL.
CREATE FUNCTION portfolio.tenant() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.tenant_id', true), '');

CREATE TABLE portfolio.tenants (
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    cron TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE portfolio.write_fences (
    tenant_id TEXT COLLATE "C" NOT NULL,
    table_name TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempt INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, table_name),
    FOREIGN KEY(tenant_id) REFERENCES portfolio.tenants (id) ON DELETE CASCADE
);

CREATE TABLE portfolio.source_files (
    tenant_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    bytes BIGINT NOT NULL,
    format TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, file_id)
);

CREATE TABLE portfolio.source_sheets (
    tenant_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    sheet_index BIGINT NOT NULL,
    sheet TEXT COLLATE "C" NOT NULL,
    header_row BIGINT NOT NULL,
    headers JSONB NOT NULL,
    rows BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, file_id, sheet_index)
);

CREATE TABLE portfolio.source_records (
    tenant_id TEXT COLLATE "C" NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    sheet_index BIGINT NOT NULL,
    row BIGINT NOT NULL,
    cells JSONB NOT NULL,
    PRIMARY KEY (tenant_id, record_id)
);

CREATE TABLE portfolio.skipped_rows (
    tenant_id TEXT COLLATE "C" NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    sheet TEXT COLLATE "C" NOT NULL,
    row BIGINT NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, record_id, stage)
);

CREATE TABLE portfolio.field_mappings (
    tenant_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    sheet_index BIGINT NOT NULL,
    sheet TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C",
    column_index BIGINT NOT NULL,
    header TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C",
    unit TEXT COLLATE "C",
    statistic TEXT COLLATE "C",
    confidence DOUBLE PRECISION NOT NULL,
    decision TEXT COLLATE "C" NOT NULL,
    alternatives JSONB NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, file_id, sheet_index, column_index)
);

CREATE TABLE portfolio.cleansed_cells (
    tenant_id TEXT COLLATE "C" NOT NULL,
    evidence_id TEXT COLLATE "C" NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    number DOUBLE PRECISION,
    statistic TEXT COLLATE "C",
    original TEXT COLLATE "C" NOT NULL,
    transform TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, evidence_id)
);

CREATE TABLE portfolio.cloud_cells (
    tenant_id TEXT COLLATE "C" NOT NULL,
    evidence_id TEXT COLLATE "C" NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    number DOUBLE PRECISION,
    statistic TEXT COLLATE "C",
    original TEXT COLLATE "C" NOT NULL,
    transform TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, evidence_id)
);

CREATE TABLE portfolio.cloud_coverage (
    tenant_id TEXT COLLATE "C" NOT NULL,
    cloud TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    resources BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, cloud, region, service)
);

CREATE TABLE portfolio.assets (
    tenant_id TEXT COLLATE "C" NOT NULL,
    asset_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    sources JSONB NOT NULL,
    records BIGINT NOT NULL,
    matched_by TEXT COLLATE "C" NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (tenant_id, asset_id)
);

CREATE TABLE portfolio.applications (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sources JSONB NOT NULL,
    records BIGINT NOT NULL,
    origin TEXT COLLATE "C" NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (tenant_id, application_id)
);

CREATE TABLE portfolio.entity_values (
    tenant_id TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    number DOUBLE PRECISION,
    statistic TEXT COLLATE "C",
    evidence_id TEXT COLLATE "C" NOT NULL,
    chosen BOOLEAN NOT NULL,
    conflict BOOLEAN NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, entity, entity_id, evidence_id)
);

CREATE TABLE portfolio.application_assets (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    asset_id TEXT COLLATE "C" NOT NULL,
    evidence_id TEXT COLLATE "C" NOT NULL,
    how TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, application_id, asset_id)
);

CREATE TABLE portfolio.dependencies (
    tenant_id TEXT COLLATE "C" NOT NULL,
    dependency_id TEXT COLLATE "C" NOT NULL,
    source_application TEXT COLLATE "C",
    target_application TEXT COLLATE "C",
    source_asset TEXT COLLATE "C",
    target_asset TEXT COLLATE "C",
    source_text TEXT COLLATE "C" NOT NULL,
    target_text TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    port BIGINT,
    evidence_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, dependency_id)
);

CREATE TABLE portfolio.platform_assessments (
    tenant_id TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    tier BIGINT NOT NULL,
    automation_percent DOUBLE PRECISION NOT NULL,
    methods JSONB NOT NULL,
    justification TEXT COLLATE "C" NOT NULL,
    strategy TEXT COLLATE "C" NOT NULL,
    capabilities JSONB NOT NULL,
    decided_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, scope)
);

CREATE TABLE portfolio.application_facts (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    number DOUBLE PRECISION,
    evidence JSONB NOT NULL,
    basis TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, application_id, field)
);

CREATE TABLE portfolio.attribute_values (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    quality DOUBLE PRECISION NOT NULL,
    evidence JSONB NOT NULL,
    question TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, application_id, attribute)
);

CREATE TABLE portfolio.pattern_clusters (
    tenant_id TEXT COLLATE "C" NOT NULL,
    cluster_id TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    representative TEXT COLLATE "C" NOT NULL,
    traits JSONB NOT NULL,
    PRIMARY KEY (tenant_id, cluster_id)
);

CREATE TABLE portfolio.cluster_members (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    cluster_id TEXT COLLATE "C" NOT NULL,
    distance DOUBLE PRECISION NOT NULL,
    anomaly BOOLEAN NOT NULL,
    reasons JSONB NOT NULL,
    PRIMARY KEY (tenant_id, application_id)
);

CREATE TABLE portfolio.recommendations (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    strategy TEXT COLLATE "C" NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    decided_by TEXT COLLATE "C" NOT NULL,
    ranking JSONB NOT NULL,
    risk TEXT COLLATE "C" NOT NULL,
    risks JSONB NOT NULL,
    rationale TEXT COLLATE "C" NOT NULL,
    next_steps JSONB NOT NULL,
    evidence JSONB NOT NULL,
    priority BIGINT NOT NULL,
    cluster_id TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, application_id)
);

CREATE TABLE portfolio.wave_assignments (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    wave BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    moves_with JSONB NOT NULL,
    PRIMARY KEY (tenant_id, application_id)
);

CREATE TABLE portfolio.portfolio_reports (
    tenant_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    plan_digest TEXT COLLATE "C" NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, kind)
);

CREATE TABLE portfolio.crew_answers (
    tenant_id TEXT COLLATE "C" NOT NULL,
    crew TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    answer JSONB NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    llm_calls BIGINT NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, crew, subject, digest)
);

CREATE TABLE portfolio.discovery_kpis (
    tenant_id TEXT COLLATE "C" NOT NULL,
    kpi TEXT COLLATE "C" NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, kpi)
);

GRANT USAGE ON SCHEMA portfolio TO aidiscover_rw;

-- (SELECT ...) makes the planner call the function once for each statement instead of once for each row.
-- FORCE: the owner, who runs migrations, sees no rows of a tenant it has not named either.
DO $$
DECLARE
    guarded text;
BEGIN
    FOR guarded IN
        SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'portfolio' AND column_name = 'tenant_id'
    LOOP
        EXECUTE format('ALTER TABLE portfolio.%I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE portfolio.%I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format(
            'CREATE POLICY tenant ON portfolio.%I'
            ' USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()))',
            guarded
        );
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.%I TO aidiscover_rw', guarded);
    END LOOP;
END
$$;

-- The registry: all may be listed; a transaction may register or rename the tenant it is bound to, and remove none.
ALTER TABLE portfolio.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY listed ON portfolio.tenants FOR SELECT USING (true);
CREATE POLICY registered ON portfolio.tenants FOR INSERT WITH CHECK (id = (SELECT portfolio.tenant()));
CREATE POLICY renamed ON portfolio.tenants FOR UPDATE
    USING (id = (SELECT portfolio.tenant())) WITH CHECK (id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT (id, name, cron), UPDATE (name, cron) ON portfolio.tenants TO aidiscover_rw;
