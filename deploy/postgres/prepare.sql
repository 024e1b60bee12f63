-- What an administrator of a PostgreSQL server runs once. After it the product needs no right to make roles, databases
-- or extensions: AIDISCOVER_DATABASE_URL is postgresql://aidiscover_owner:PASSWORD@HOST/aidiscover.
--   psql --set=ON_ERROR_STOP=1 --set=password="$PASSWORD" --file=deploy/postgres/prepare.sql postgresql://admin@HOST/postgres
\set ON_ERROR_STOP on
\if :{?password}
\else
\set password `cat /run/secrets/database_password`
\endif

-- Row-level security binds aidiscover_rw to the tenant of each transaction; none of the three is above it.
CREATE ROLE aidiscover_owner LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS;
CREATE ROLE aidiscover_rw LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS;
CREATE ROLE aidiscover_dagster LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS;
-- Dagster commits each event by itself; a power cut may cost it the last 0.6 s of its log, never consistency.
ALTER ROLE aidiscover_dagster SET synchronous_commit = off;

-- Managed services: who makes a database for a role must be a member of it.
GRANT aidiscover_owner, aidiscover_dagster TO CURRENT_USER;
CREATE DATABASE aidiscover OWNER aidiscover_owner;
CREATE DATABASE dagster OWNER aidiscover_dagster;
REVOKE ALL ON DATABASE aidiscover FROM PUBLIC;
REVOKE ALL ON DATABASE dagster FROM PUBLIC;

\connect aidiscover
CREATE EXTENSION vector;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
