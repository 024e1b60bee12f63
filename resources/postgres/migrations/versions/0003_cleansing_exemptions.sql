-- Cleansing with a trace: the rule beside each transform, what became of each distinct text, and rules undone.
-- Cells of earlier runs get an empty rule; the next discovery writes them anew.
ALTER TABLE portfolio.cleansed_cells ADD COLUMN rule TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE portfolio.cleansed_cells ALTER COLUMN rule DROP DEFAULT;
ALTER TABLE portfolio.cloud_cells ADD COLUMN rule TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE portfolio.cloud_cells ALTER COLUMN rule DROP DEFAULT;

CREATE TABLE portfolio.cleansed_texts (
    tenant_id TEXT COLLATE "C" NOT NULL,
    evidence_id TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    original TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C",
    rule TEXT COLLATE "C" NOT NULL,
    transform TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    cells BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, evidence_id)
);

CREATE TABLE portfolio.cleansing_exemptions (
    tenant_id TEXT COLLATE "C" NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    original TEXT COLLATE "C" NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, rule, field, original)
);

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['cleansed_texts', 'cleansing_exemptions']
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
