-- Frozen lists of corrections. The list itself is a blob: its SHA-256 is the name of the set.

CREATE TABLE datasets (
    sha256   TEXT PRIMARY KEY,             -- of the list, a JSON file among the blobs
    kind     TEXT NOT NULL CHECK (kind IN ('training', 'golden')),
    name     TEXT NOT NULL,                -- what people call it
    left_out TEXT NOT NULL,                -- JSON: reason -> number of corrections
    added    TEXT NOT NULL
);

-- Corrections that are not learned from, for now or for good; the last row counts.
CREATE TABLE quarantine (
    id       INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL REFERENCES corrections (revision),
    held     INTEGER NOT NULL,             -- 1: kept out, 0: let in again
    person   TEXT NOT NULL,
    reason   TEXT NOT NULL,
    added    TEXT NOT NULL
);

CREATE TRIGGER datasets_update BEFORE UPDATE ON datasets BEGIN
    SELECT RAISE(ABORT, 'rows of datasets are never changed');
END;

CREATE TRIGGER datasets_delete BEFORE DELETE ON datasets BEGIN
    SELECT RAISE(ABORT, 'rows of datasets are never removed');
END;

CREATE TRIGGER quarantine_update BEFORE UPDATE ON quarantine BEGIN
    SELECT RAISE(ABORT, 'rows of quarantine are never changed');
END;

CREATE TRIGGER quarantine_delete BEFORE DELETE ON quarantine BEGIN
    SELECT RAISE(ABORT, 'rows of quarantine are never removed');
END;
