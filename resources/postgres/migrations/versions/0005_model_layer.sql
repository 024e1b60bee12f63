-- The model layer: its ledger, kept answers, memories, secrets, settings; crews and overrides of a tenant.

-- Names the operator when it is made: the working role may not look into the schema that holds the extension.
CREATE FUNCTION portfolio.cosine_distance(kept vector, asked text) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kept <=> asked::vector;

CREATE TABLE portfolio.recommendation_overrides (
    tenant_id TEXT COLLATE "C" NOT NULL,
    override_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    strategy TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    proposed TEXT COLLATE "C",
    proposed_by TEXT COLLATE "C",
    crew TEXT COLLATE "C" NOT NULL,
    confidence DOUBLE PRECISION,
    agents JSONB NOT NULL,
    traits JSONB NOT NULL,
    embedding VECTOR(256) NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, override_id)
);

ALTER TABLE portfolio.recommendation_overrides ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.recommendation_overrides FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.recommendation_overrides
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.recommendation_overrides TO aidiscover_rw;

CREATE TABLE portfolio.crew_definitions (
    tenant_id TEXT COLLATE "C" NOT NULL,
    crew TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    definition JSONB NOT NULL,
    drafted_by TEXT COLLATE "C" NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, crew, version)
);

ALTER TABLE portfolio.crew_definitions ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.crew_definitions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.crew_definitions
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.crew_definitions TO aidiscover_rw;

CREATE TABLE portfolio.crew_results (
    tenant_id TEXT COLLATE "C" NOT NULL,
    crew TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    summary TEXT COLLATE "C" NOT NULL,
    findings JSONB NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, crew, subject)
);

ALTER TABLE portfolio.crew_results ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.crew_results FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.crew_results
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.crew_results TO aidiscover_rw;

CREATE TABLE portfolio.llm_calls (
    tenant_id TEXT COLLATE "C" NOT NULL,
    call_id TEXT COLLATE "C" NOT NULL,
    kickoff_id TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    crew TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    step BIGINT NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    model_asked TEXT COLLATE "C" NOT NULL,
    model_served TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cached_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION,
    latency_ms DOUBLE PRECISION NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    error_class TEXT COLLATE "C" NOT NULL,
    prompt_hash TEXT COLLATE "C" NOT NULL,
    response_hash TEXT COLLATE "C" NOT NULL,
    redactions BIGINT NOT NULL,
    budget_left_tokens BIGINT,
    budget_left_usd DOUBLE PRECISION,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, call_id)
);

ALTER TABLE portfolio.llm_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.llm_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.llm_calls
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.llm_calls TO aidiscover_rw;
CREATE INDEX llm_calls_run_id ON portfolio.llm_calls (tenant_id, run_id);
CREATE INDEX llm_calls_at ON portfolio.llm_calls (tenant_id, at);

CREATE TABLE portfolio.tool_calls (
    tenant_id TEXT COLLATE "C" NOT NULL,
    tool_call_id TEXT COLLATE "C" NOT NULL,
    call_id TEXT COLLATE "C" NOT NULL,
    kickoff_id TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    crew TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    tool TEXT COLLATE "C" NOT NULL,
    arguments JSONB NOT NULL,
    result_hash TEXT COLLATE "C" NOT NULL,
    result_chars BIGINT NOT NULL,
    evidence JSONB NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    error_class TEXT COLLATE "C" NOT NULL,
    latency_ms DOUBLE PRECISION NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, tool_call_id)
);

ALTER TABLE portfolio.tool_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.tool_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.tool_calls
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.tool_calls TO aidiscover_rw;
CREATE INDEX tool_calls_run_id ON portfolio.tool_calls (tenant_id, run_id);

CREATE TABLE portfolio.crew_messages (
    tenant_id TEXT COLLATE "C" NOT NULL,
    kickoff_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    crew TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    call_id TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    artefact JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, kickoff_id, number)
);

ALTER TABLE portfolio.crew_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.crew_messages FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.crew_messages
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.crew_messages TO aidiscover_rw;
CREATE INDEX crew_messages_at ON portfolio.crew_messages (tenant_id, at);

CREATE TABLE portfolio.llm_responses (
    tenant_id TEXT COLLATE "C" NOT NULL,
    prompt_hash TEXT COLLATE "C" NOT NULL,
    crew TEXT COLLATE "C" NOT NULL,
    model_asked TEXT COLLATE "C" NOT NULL,
    model_served TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    response JSONB NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, prompt_hash)
);

ALTER TABLE portfolio.llm_responses ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.llm_responses FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.llm_responses
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.llm_responses TO aidiscover_rw;
CREATE INDEX llm_responses_expires_at ON portfolio.llm_responses (tenant_id, expires_at);

CREATE TABLE portfolio.agent_memories (
    tenant_id TEXT COLLATE "C" NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    embedder TEXT COLLATE "C" NOT NULL,
    private BOOLEAN NOT NULL,
    embedding VECTOR(256) NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    categories JSONB NOT NULL,
    details JSONB NOT NULL,
    importance DOUBLE PRECISION NOT NULL,
    source TEXT COLLATE "C",
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, record_id)
);

ALTER TABLE portfolio.agent_memories ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.agent_memories FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.agent_memories
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.agent_memories TO aidiscover_rw;
CREATE INDEX agent_memories_scope ON portfolio.agent_memories (tenant_id, scope text_pattern_ops);

CREATE TABLE portfolio.provider_secrets (
    tenant_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    sealed TEXT COLLATE "C" NOT NULL,
    data_key TEXT COLLATE "C" NOT NULL,
    master_key TEXT COLLATE "C" NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

ALTER TABLE portfolio.provider_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.provider_secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.provider_secrets
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.provider_secrets TO aidiscover_rw;

CREATE TABLE portfolio.tenant_settings (
    tenant_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value JSONB NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

ALTER TABLE portfolio.tenant_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.tenant_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.tenant_settings
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.tenant_settings TO aidiscover_rw;

CREATE TABLE portfolio.recommendation_history (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    strategy TEXT COLLATE "C",
    confidence DOUBLE PRECISION,
    decided_by TEXT COLLATE "C",
    digest TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, application_id, run_id)
);

ALTER TABLE portfolio.recommendation_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.recommendation_history FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.recommendation_history
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.recommendation_history TO aidiscover_rw;

CREATE TABLE portfolio.settled_runs (
    tenant_id TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    recommendations BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, run_id)
);

ALTER TABLE portfolio.settled_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio.settled_runs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portfolio.settled_runs
    USING (tenant_id = (SELECT portfolio.tenant())) WITH CHECK (tenant_id = (SELECT portfolio.tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.settled_runs TO aidiscover_rw;

-- Recommendations of earlier runs ask for no review; the next discovery writes them anew.
ALTER TABLE portfolio.recommendations ADD COLUMN review TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE portfolio.recommendations ALTER COLUMN review DROP DEFAULT;
