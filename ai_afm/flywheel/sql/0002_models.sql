-- Models of a lab: what was added, how it was judged, what it may do. Rows are only ever added.

-- A model that the lab knows. Its files are found by name@version; the hashes say which files.
CREATE TABLE models (
    model       TEXT PRIMARY KEY,          -- name@version
    sha256      TEXT NOT NULL,             -- of weights.safetensors
    card_sha256 TEXT NOT NULL,             -- of card.toml
    parents     TEXT NOT NULL,             -- JSON list of name@version
    dataset     TEXT NOT NULL,             -- JSON: what it was trained on; {} where that is not told
    annotators  TEXT NOT NULL,             -- JSON list: whose corrections are in that
    added       TEXT NOT NULL
);

-- What a gate has found.
CREATE TABLE gates (
    id          INTEGER PRIMARY KEY,
    model       TEXT NOT NULL REFERENCES models (model),
    sha256      TEXT NOT NULL,             -- of the weights that were judged
    data_sha256 TEXT NOT NULL,             -- of the data that they were judged on
    passed      INTEGER NOT NULL CHECK (passed IN (0, 1)),
    report      TEXT NOT NULL,             -- JSON, all of it
    added       TEXT NOT NULL
);

-- What a model may do; the last row of each model counts.
CREATE TABLE model_states (
    id     INTEGER PRIMARY KEY,
    model  TEXT NOT NULL REFERENCES models (model),
    sha256 TEXT NOT NULL,
    state  TEXT NOT NULL CHECK (state IN ('candidate', 'shadow', 'active', 'retired')),
    who    TEXT NOT NULL,
    reason TEXT NOT NULL,
    gate   INTEGER REFERENCES gates (id),  -- that allowed it, NULL where none was needed
    added  TEXT NOT NULL
);

CREATE INDEX states_of_model ON model_states (model, id);
CREATE INDEX gates_of_model ON gates (model, id);

CREATE TRIGGER models_update BEFORE UPDATE ON models BEGIN
    SELECT RAISE(ABORT, 'rows of models are never changed');
END;

CREATE TRIGGER models_delete BEFORE DELETE ON models BEGIN
    SELECT RAISE(ABORT, 'rows of models are never removed');
END;

CREATE TRIGGER gates_update BEFORE UPDATE ON gates BEGIN
    SELECT RAISE(ABORT, 'rows of gates are never changed');
END;

CREATE TRIGGER gates_delete BEFORE DELETE ON gates BEGIN
    SELECT RAISE(ABORT, 'rows of gates are never removed');
END;

CREATE TRIGGER model_states_update BEFORE UPDATE ON model_states BEGIN
    SELECT RAISE(ABORT, 'rows of model_states are never changed');
END;

CREATE TRIGGER model_states_delete BEFORE DELETE ON model_states BEGIN
    SELECT RAISE(ABORT, 'rows of model_states are never removed');
END;
