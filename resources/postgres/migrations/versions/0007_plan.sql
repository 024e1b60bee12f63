-- Policies of tenants, similarity groups, waves with dates, problems of a plan, reviews; more columns of recommendations.

CREATE TABLE portfolio.similarity_groups (
    tenant_id TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    members JSONB NOT NULL,
    size BIGINT NOT NULL,
    similarity DOUBLE PRECISION NOT NULL,
    common JSONB NOT NULL,
    PRIMARY KEY (tenant_id, group_id)
);

ALTER TABLE portfolio.similarity_groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.similarity_groups FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.similarity_groups
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.similarity_groups TO aidiscover_rw;

CREATE TABLE portfolio.tenant_policies (
    tenant_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    document JSONB NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, kind, version)
);

ALTER TABLE portfolio.tenant_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.tenant_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.tenant_policies
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.tenant_policies TO aidiscover_rw;

CREATE TABLE portfolio.scenario_outcomes (
    tenant_id TEXT COLLATE "C" NOT NULL,
    scenario TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    strategy TEXT COLLATE "C" NOT NULL,
    instead_of TEXT COLLATE "C" NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    why TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, scenario, application_id)
);

ALTER TABLE portfolio.scenario_outcomes ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.scenario_outcomes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.scenario_outcomes
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.scenario_outcomes TO aidiscover_rw;

CREATE TABLE portfolio.waves (
    tenant_id TEXT COLLATE "C" NOT NULL,
    wave BIGINT NOT NULL,
    is_pilot BOOLEAN NOT NULL,
    starts TEXT COLLATE "C",
    ends TEXT COLLATE "C",
    applications BIGINT NOT NULL,
    servers BIGINT NOT NULL,
    effort_days DOUBLE PRECISION NOT NULL,
    capacity BIGINT NOT NULL,
    risks JSONB NOT NULL,
    units JSONB NOT NULL,
    PRIMARY KEY (tenant_id, wave)
);

ALTER TABLE portfolio.waves ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.waves FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.waves
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.waves TO aidiscover_rw;

CREATE TABLE portfolio.plan_problems (
    tenant_id TEXT COLLATE "C" NOT NULL,
    problem_id TEXT COLLATE "C" NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    applications JSONB NOT NULL,
    relax TEXT COLLATE "C" NOT NULL,
    dropped BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, problem_id)
);

ALTER TABLE portfolio.plan_problems ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.plan_problems FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.plan_problems
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.plan_problems TO aidiscover_rw;

ALTER TABLE portfolio.recommendations ADD COLUMN target TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE portfolio.recommendations ALTER COLUMN target DROP DEFAULT;
ALTER TABLE portfolio.recommendations ADD COLUMN target_why TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE portfolio.recommendations ALTER COLUMN target_why DROP DEFAULT;
ALTER TABLE portfolio.recommendations ADD COLUMN counterfactuals JSONB NOT NULL DEFAULT '[]';
ALTER TABLE portfolio.recommendations ALTER COLUMN counterfactuals DROP DEFAULT;
ALTER TABLE portfolio.recommendations ADD COLUMN effort JSONB NOT NULL DEFAULT '{}';
ALTER TABLE portfolio.recommendations ALTER COLUMN effort DROP DEFAULT;
ALTER TABLE portfolio.recommendations ADD COLUMN cost JSONB NOT NULL DEFAULT '{}';
ALTER TABLE portfolio.recommendations ALTER COLUMN cost DROP DEFAULT;
ALTER TABLE portfolio.recommendations ADD COLUMN question TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE portfolio.recommendations ALTER COLUMN question DROP DEFAULT;
ALTER TABLE portfolio.recommendations ADD COLUMN policy TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE portfolio.recommendations ALTER COLUMN policy DROP DEFAULT;
-- The owner, too, sees no row of a table that forces its policy.
ALTER TABLE portfolio.recommendations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE portfolio.recommendations ADD COLUMN foretold DOUBLE PRECISION;
UPDATE portfolio.recommendations SET foretold = confidence;
ALTER TABLE portfolio.recommendations ALTER COLUMN foretold SET NOT NULL;
ALTER TABLE portfolio.recommendations FORCE ROW LEVEL SECURITY;
ALTER TABLE portfolio.cluster_members ADD COLUMN "similar" JSONB NOT NULL DEFAULT '[]';
ALTER TABLE portfolio.cluster_members ALTER COLUMN "similar" DROP DEFAULT;
ALTER TABLE portfolio.cluster_members ADD COLUMN x DOUBLE PRECISION NOT NULL DEFAULT 0;
ALTER TABLE portfolio.cluster_members ALTER COLUMN x DROP DEFAULT;
ALTER TABLE portfolio.cluster_members ADD COLUMN y DOUBLE PRECISION NOT NULL DEFAULT 0;
ALTER TABLE portfolio.cluster_members ALTER COLUMN y DROP DEFAULT;

-- Overrides become one kind of review entry. What was said before names its facts nowhere, so none are compared.
CREATE TABLE portfolio.review_entries (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    entry_id TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    strategy TEXT COLLATE "C",
    reason TEXT COLLATE "C" NOT NULL,
    about TEXT COLLATE "C" NOT NULL,
    proposed TEXT COLLATE "C",
    proposed_by TEXT COLLATE "C",
    crew TEXT COLLATE "C" NOT NULL,
    confidence DOUBLE PRECISION,
    foretold DOUBLE PRECISION,
    agents JSONB NOT NULL,
    facts JSONB NOT NULL,
    traits JSONB NOT NULL,
    embedding VECTOR(256) NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, application_id, number)
);

ALTER TABLE portfolio.recommendation_overrides NO FORCE ROW LEVEL SECURITY;
INSERT INTO portfolio.review_entries
SELECT
    tenant_id,
    application_id,
    row_number() OVER (PARTITION BY tenant_id, application_id ORDER BY at, override_id),
    override_id,
    CASE WHEN strategy = proposed THEN 'approve' ELSE 'override' END,
    strategy,
    reason,
    '',
    proposed,
    proposed_by,
    crew,
    confidence,
    confidence,
    agents,
    '{}',
    traits,
    embedding,
    by,
    at
FROM portfolio.recommendation_overrides;
DROP TABLE portfolio.recommendation_overrides;

ALTER TABLE portfolio.review_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.review_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.review_entries
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
-- Entries are added and never changed.
GRANT SELECT, INSERT ON portfolio.review_entries TO aidiscover_rw;
