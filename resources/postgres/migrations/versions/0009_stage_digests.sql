-- Digests of what a stage read about each application when it last judged it.

CREATE TABLE portfolio.stage_digests (
    tenant_id TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, stage, application_id)
);

ALTER TABLE portfolio.stage_digests ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.stage_digests FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.stage_digests
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.stage_digests TO aidiscover_rw;
