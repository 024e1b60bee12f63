-- Tables of many rows become blocks of compressed rows: docs/adr/0015-row-blocks.md.

CREATE TABLE portfolio.row_blocks (
    tenant_id TEXT COLLATE "C" NOT NULL,
    table_name TEXT COLLATE "C" NOT NULL,
    block BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    first BYTEA NOT NULL,
    rows BIGINT NOT NULL,
    spans JSONB NOT NULL,
    digest BYTEA NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, table_name, block)
);
-- The data is compressed already, and without it a row is short: the directory of a table is a few pages.
ALTER TABLE portfolio.row_blocks ALTER COLUMN data SET STORAGE EXTERNAL;

ALTER TABLE portfolio.row_blocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.row_blocks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.row_blocks
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.row_blocks TO aidiscover_rw;
