-- Clouds: coverage by account with calls and the missing permission, connections of tenants.

-- Cells and rows without an account cannot be keyed; the next scan writes both tables anew.
DELETE FROM portfolio.cloud_cells;
ALTER TABLE portfolio.cloud_cells
    ADD COLUMN cloud TEXT COLLATE "C" NOT NULL,
    ADD COLUMN account TEXT COLLATE "C" NOT NULL,
    ADD COLUMN region TEXT COLLATE "C" NOT NULL,
    ADD COLUMN service TEXT COLLATE "C" NOT NULL,
    ADD COLUMN operation TEXT COLLATE "C" NOT NULL;
DROP TABLE portfolio.cloud_coverage;
CREATE TABLE portfolio.cloud_coverage (
    tenant_id TEXT COLLATE "C" NOT NULL,
    cloud TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    resources BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    permission TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    scanned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    digest TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, cloud, account, region, service, operation)
);

ALTER TABLE portfolio.cloud_coverage ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.cloud_coverage FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.cloud_coverage
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.cloud_coverage TO aidiscover_rw;

CREATE TABLE portfolio.cloud_connections (
    tenant_id TEXT COLLATE "C" NOT NULL,
    cloud TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    options JSONB NOT NULL,
    sealed JSONB NOT NULL,
    endpoint TEXT COLLATE "C" NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, cloud, name)
);

ALTER TABLE portfolio.cloud_connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.cloud_connections FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.cloud_connections
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.cloud_connections TO aidiscover_rw;

-- Tiers by group of assets. What was assessed before tells the tenant's tier alone, until the next run.
ALTER TABLE portfolio.platform_assessments ADD COLUMN groups JSONB NOT NULL DEFAULT '[]';
ALTER TABLE portfolio.platform_assessments ALTER COLUMN groups DROP DEFAULT;

-- Repositories: declarations, scans, cells, whose they are, pushes that ask for another look.

CREATE TABLE portfolio.repository_sources (
    tenant_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    application TEXT COLLATE "C" NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE portfolio.repository_scans (
    tenant_id TEXT COLLATE "C" NOT NULL,
    repository_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    application TEXT COLLATE "C" NOT NULL,
    commit TEXT COLLATE "C" NOT NULL,
    basis TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    scanned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    facts JSONB NOT NULL,
    PRIMARY KEY (tenant_id, repository_id)
);

CREATE TABLE portfolio.repository_cells (
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
    rule TEXT COLLATE "C" NOT NULL,
    repository_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, evidence_id)
);

CREATE TABLE portfolio.application_repositories (
    tenant_id TEXT COLLATE "C" NOT NULL,
    repository_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C",
    how TEXT COLLATE "C" NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, repository_id)
);

CREATE TABLE portfolio.reassessment_requests (
    tenant_id TEXT COLLATE "C" NOT NULL,
    delivery_id TEXT COLLATE "C" NOT NULL,
    body_sha256 TEXT COLLATE "C" NOT NULL,
    repository_id TEXT COLLATE "C" NOT NULL,
    commit TEXT COLLATE "C" NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, delivery_id)
);

DO $$
DECLARE name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY['repository_sources', 'repository_scans', 'repository_cells',
                                'application_repositories', 'reassessment_requests'] LOOP
        EXECUTE format('ALTER TABLE portfolio.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE portfolio.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant ON portfolio.%I USING (tenant_id = (SELECT portfolio.tenant())) '
                       'WITH CHECK (tenant_id = (SELECT portfolio.tenant()))', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.%I TO aidiscover_rw', name);
    END LOOP;
END $$;
