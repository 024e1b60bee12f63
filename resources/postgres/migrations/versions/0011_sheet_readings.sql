-- How each sheet was read: the digest of bytes and code, and the highest number that one of its rows ever had.

CREATE TABLE portfolio.sheet_readings (
    tenant_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    sheet_index BIGINT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    last_number BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, file_id, sheet_index)
);

ALTER TABLE portfolio.sheet_readings ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.sheet_readings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.sheet_readings
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.sheet_readings TO aidiscover_rw;
