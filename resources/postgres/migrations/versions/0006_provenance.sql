-- Provenance (what sources are worth, what changed, what people said about identity, flags), technologies, questions.

CREATE TABLE portfolio.source_changes (
    tenant_id TEXT COLLATE "C" NOT NULL,
    file_id TEXT COLLATE "C" NOT NULL,
    previous_file_id TEXT COLLATE "C" NOT NULL,
    sheet TEXT COLLATE "C" NOT NULL,
    row_key TEXT COLLATE "C" NOT NULL,
    change TEXT COLLATE "C" NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    previous_record_id TEXT COLLATE "C" NOT NULL,
    cells JSONB NOT NULL,
    PRIMARY KEY (tenant_id, file_id, sheet, row_key)
);

ALTER TABLE portfolio.source_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.source_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.source_changes
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.source_changes TO aidiscover_rw;

CREATE TABLE portfolio.source_standings (
    tenant_id TEXT COLLATE "C" NOT NULL,
    sheet_key TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    trust DOUBLE PRECISION NOT NULL,
    as_of TEXT COLLATE "C",
    reason TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, sheet_key)
);

ALTER TABLE portfolio.source_standings ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.source_standings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.source_standings
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.source_standings TO aidiscover_rw;

CREATE TABLE portfolio.identity_decisions (
    tenant_id TEXT COLLATE "C" NOT NULL,
    decision_id TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    verdict TEXT COLLATE "C" NOT NULL,
    left_keys JSONB NOT NULL,
    right_keys JSONB NOT NULL,
    left_name TEXT COLLATE "C" NOT NULL,
    right_name TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, decision_id)
);

ALTER TABLE portfolio.identity_decisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.identity_decisions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.identity_decisions
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.identity_decisions TO aidiscover_rw;

CREATE TABLE portfolio.entity_presences (
    tenant_id TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    first_seen TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen TIMESTAMP WITH TIME ZONE NOT NULL,
    gone_since TIMESTAMP WITH TIME ZONE,
    sources JSONB NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    last_known JSONB NOT NULL,
    PRIMARY KEY (tenant_id, entity, entity_id)
);

ALTER TABLE portfolio.entity_presences ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.entity_presences FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.entity_presences
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.entity_presences TO aidiscover_rw;

CREATE TABLE portfolio.data_flags (
    tenant_id TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    flag_id TEXT COLLATE "C" NOT NULL,
    problem TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    evidence JSONB NOT NULL,
    PRIMARY KEY (tenant_id, stage, flag_id)
);

ALTER TABLE portfolio.data_flags ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.data_flags FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.data_flags
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.data_flags TO aidiscover_rw;

CREATE TABLE portfolio.technology_uses (
    tenant_id TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL,
    evidence_id TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    mention TEXT COLLATE "C" NOT NULL,
    product TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    vendor TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    cycle TEXT COLLATE "C" NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    released TEXT COLLATE "C",
    support_ends TEXT COLLATE "C",
    end_of_life TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, entity, entity_id, evidence_id, product, cycle)
);

ALTER TABLE portfolio.technology_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.technology_uses FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.technology_uses
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.technology_uses TO aidiscover_rw;

CREATE TABLE portfolio.attribute_questions (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    ask TEXT COLLATE "C" NOT NULL,
    questionnaire TEXT COLLATE "C" NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, application_id, attribute)
);

ALTER TABLE portfolio.attribute_questions ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.attribute_questions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.attribute_questions
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.attribute_questions TO aidiscover_rw;

CREATE TABLE portfolio.open_questions (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    ask TEXT COLLATE "C" NOT NULL,
    question TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    minutes DOUBLE PRECISION NOT NULL,
    change DOUBLE PRECISION NOT NULL,
    would_become JSONB NOT NULL,
    worth DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (tenant_id, application_id, attribute)
);

ALTER TABLE portfolio.open_questions ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.open_questions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.open_questions
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.open_questions TO aidiscover_rw;

-- Rows of earlier runs get plain values; the next discovery writes them anew.
ALTER TABLE portfolio.applications ADD COLUMN matched_by TEXT COLLATE "C" NOT NULL DEFAULT 'single';
ALTER TABLE portfolio.applications ALTER COLUMN matched_by DROP DEFAULT;

ALTER TABLE portfolio.dependencies
    ADD COLUMN directed BOOLEAN NOT NULL DEFAULT true,
    ADD COLUMN strength DOUBLE PRECISION NOT NULL DEFAULT 0.5,
    ADD COLUMN observations BIGINT NOT NULL DEFAULT 1,
    ADD COLUMN evidence JSONB NOT NULL DEFAULT '[]';
ALTER TABLE portfolio.dependencies
    ALTER COLUMN directed DROP DEFAULT,
    ALTER COLUMN strength DROP DEFAULT,
    ALTER COLUMN observations DROP DEFAULT,
    ALTER COLUMN evidence DROP DEFAULT;

ALTER TABLE portfolio.attribute_values
    ADD COLUMN rule TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN presence DOUBLE PRECISION NOT NULL DEFAULT 0,
    ADD COLUMN validity DOUBLE PRECISION NOT NULL DEFAULT 0,
    ADD COLUMN freshness DOUBLE PRECISION NOT NULL DEFAULT 0,
    ADD COLUMN agreement DOUBLE PRECISION NOT NULL DEFAULT 0,
    ADD COLUMN trust DOUBLE PRECISION NOT NULL DEFAULT 0,
    ADD COLUMN problem TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE portfolio.attribute_values
    ALTER COLUMN rule DROP DEFAULT,
    ALTER COLUMN presence DROP DEFAULT,
    ALTER COLUMN validity DROP DEFAULT,
    ALTER COLUMN freshness DROP DEFAULT,
    ALTER COLUMN agreement DROP DEFAULT,
    ALTER COLUMN trust DROP DEFAULT,
    ALTER COLUMN problem DROP DEFAULT;

ALTER TABLE portfolio.pattern_clusters
    ADD COLUMN gap_report TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN methods JSONB NOT NULL DEFAULT '[]';
ALTER TABLE portfolio.pattern_clusters
    ALTER COLUMN gap_report DROP DEFAULT,
    ALTER COLUMN methods DROP DEFAULT;
