-- What people taught the mapper. The vector type is made with the database (resources/postgres/access.py).
CREATE TABLE portfolio.mapping_corrections (
    tenant_id TEXT COLLATE "C" NOT NULL,
    correction_id TEXT COLLATE "C" NOT NULL,
    header TEXT COLLATE "C" NOT NULL,
    words TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    unit TEXT COLLATE "C",
    statistic TEXT COLLATE "C",
    source TEXT COLLATE "C" NOT NULL,
    sheet TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    neighbours JSONB NOT NULL,
    profile JSONB NOT NULL,
    proposed TEXT COLLATE "C",
    confidence DOUBLE PRECISION,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    embedding VECTOR(256) NOT NULL,
    PRIMARY KEY (tenant_id, correction_id)
);

ALTER TABLE portfolio.mapping_corrections ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.mapping_corrections FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.mapping_corrections
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.mapping_corrections TO aidiscover_rw;
