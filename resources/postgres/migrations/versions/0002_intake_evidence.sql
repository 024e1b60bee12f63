-- What the intake keeps of files and rows that it cannot use as they are.

ALTER TABLE portfolio.source_files ADD COLUMN warnings JSONB NOT NULL DEFAULT '[]';
ALTER TABLE portfolio.source_files ALTER COLUMN warnings DROP DEFAULT;

ALTER TABLE portfolio.source_sheets ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE portfolio.source_sheets ALTER COLUMN hidden DROP DEFAULT;

ALTER TABLE portfolio.skipped_rows ADD COLUMN cells JSONB NOT NULL DEFAULT '[]';
ALTER TABLE portfolio.skipped_rows ALTER COLUMN cells DROP DEFAULT;
