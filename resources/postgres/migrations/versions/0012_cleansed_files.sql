-- What cleansing came to in each file, and a digest of all that it read.

CREATE TABLE portfolio.cleansed_files (
    tenant_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    rows BIGINT NOT NULL,
    cells JSONB NOT NULL,
    PRIMARY KEY (tenant_id, file_id)
);

ALTER TABLE portfolio.cleansed_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.cleansed_files FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.cleansed_files
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.cleansed_files TO aidiscover_rw;
