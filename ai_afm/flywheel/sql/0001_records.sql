-- Records of a lab. Rows are added, never changed and never removed: the triggers see to it.

-- What was looked at: a picture that never changes, named by the hash of its channels and place.
CREATE TABLE frames (
    sha256     TEXT PRIMARY KEY,
    blob       TEXT NOT NULL,              -- .npz with all channels, NaN where nothing was settled
    lines      INTEGER NOT NULL CHECK (lines > 0),
    pixels     INTEGER NOT NULL CHECK (pixels > 0),
    region     TEXT NOT NULL,              -- JSON: centre m, size m, angle rad
    channels   TEXT NOT NULL,              -- JSON list of names
    mode       TEXT NOT NULL,
    instrument TEXT NOT NULL,
    sample     TEXT NOT NULL,
    run        TEXT NOT NULL,              -- hash of the first row of the run's journal, or ''
    kind       TEXT NOT NULL,              -- scan, map or file
    number     INTEGER NOT NULL,           -- of the scan or map in its run
    file       TEXT NOT NULL,              -- where it lay
    added      TEXT NOT NULL
);

-- What a model saw in a frame.
CREATE TABLE predictions (
    id           INTEGER PRIMARY KEY,
    frame        TEXT NOT NULL REFERENCES frames (sha256),
    model        TEXT NOT NULL,            -- name@version
    model_sha256 TEXT NOT NULL,
    blob         TEXT NOT NULL,            -- the segmentation file as the run has stored it
    settled      INTEGER NOT NULL,
    ood          INTEGER NOT NULL,
    ood_score    REAL,
    added        TEXT NOT NULL,
    UNIQUE (frame, model_sha256, blob)
);

-- What a person may be asked: crops of frames.
CREATE TABLE items (
    id         INTEGER PRIMARY KEY,
    prediction INTEGER NOT NULL REFERENCES predictions (id),
    top        INTEGER NOT NULL,
    left       INTEGER NOT NULL,
    lines      INTEGER NOT NULL CHECK (lines > 0),
    pixels     INTEGER NOT NULL CHECK (pixels > 0),
    random     INTEGER NOT NULL,           -- drawn by lot: the only ones that an evaluation may use
    urgent     INTEGER NOT NULL,           -- the run asked for a person
    stake      REAL NOT NULL,              -- px of line, each weighted with its doubt
    doubt      REAL NOT NULL,              -- mean along the lines, 0 to 1
    length     REAL NOT NULL,              -- m of line
    features   TEXT NOT NULL,              -- JSON list of numbers, for novelty
    reason     TEXT NOT NULL,
    added      TEXT NOT NULL
);

-- What happened to an item; the last row counts.
CREATE TABLE item_states (
    id        INTEGER PRIMARY KEY,
    item      INTEGER NOT NULL REFERENCES items (id),
    state     TEXT NOT NULL CHECK (state IN ('leased', 'open', 'skipped', 'unsure', 'rejected', 'done')),
    annotator TEXT NOT NULL,
    until     REAL,                        -- end of a lease, s since 1970
    revision  INTEGER REFERENCES corrections (revision),
    reason    TEXT NOT NULL,
    added     TEXT NOT NULL
);

-- What a person says is right in a window of a frame.
CREATE TABLE corrections (
    revision   INTEGER PRIMARY KEY AUTOINCREMENT,
    frame      TEXT NOT NULL REFERENCES frames (sha256),
    top        INTEGER NOT NULL,
    left       INTEGER NOT NULL,
    lines      INTEGER NOT NULL CHECK (lines > 0),
    pixels     INTEGER NOT NULL CHECK (pixels > 0),
    prediction INTEGER REFERENCES predictions (id),
    before     TEXT NOT NULL,              -- label that it began with
    after      TEXT NOT NULL,              -- label that it ended with
    strokes    TEXT,                       -- JSON of all strokes
    annotator  TEXT NOT NULL,
    seconds    REAL NOT NULL,
    reason     TEXT NOT NULL,
    parent     INTEGER REFERENCES corrections (revision),
    branch     INTEGER NOT NULL,           -- 1: its parent was no longer the newest; kept beside
    item       INTEGER REFERENCES items (id),
    added      TEXT NOT NULL
);

-- A correction under way.
CREATE TABLE sessions (
    id         INTEGER PRIMARY KEY,
    frame      TEXT NOT NULL REFERENCES frames (sha256),
    top        INTEGER NOT NULL,
    left       INTEGER NOT NULL,
    lines      INTEGER NOT NULL CHECK (lines > 0),
    pixels     INTEGER NOT NULL CHECK (pixels > 0),
    prediction INTEGER REFERENCES predictions (id),
    parent     INTEGER REFERENCES corrections (revision),
    item       INTEGER REFERENCES items (id),
    annotator  TEXT NOT NULL,
    added      TEXT NOT NULL
);

-- The strokes of a session, one row each.
CREATE TABLE strokes (
    session INTEGER NOT NULL REFERENCES sessions (id),
    number  INTEGER NOT NULL,              -- 1, 2, 3, ...
    stroke  TEXT NOT NULL,                 -- JSON
    added   TEXT NOT NULL,
    PRIMARY KEY (session, number)
);

-- How a session ended; one without a row here is open.
CREATE TABLE closings (
    session  INTEGER PRIMARY KEY REFERENCES sessions (id),
    revision INTEGER REFERENCES corrections (revision),   -- NULL: given up
    added    TEXT NOT NULL
);

-- What else happened.
CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL,
    payload  TEXT NOT NULL,                -- JSON
    added    TEXT NOT NULL
);

CREATE INDEX predictions_of_frame ON predictions (frame);
CREATE INDEX states_of_item ON item_states (item, id);
CREATE INDEX corrections_of_place ON corrections (frame, annotator, revision);
CREATE INDEX events_of_kind ON events (kind, sequence);

CREATE TRIGGER frames_update BEFORE UPDATE ON frames BEGIN
    SELECT RAISE(ABORT, 'rows of frames are never changed');
END;

CREATE TRIGGER frames_delete BEFORE DELETE ON frames BEGIN
    SELECT RAISE(ABORT, 'rows of frames are never removed');
END;

CREATE TRIGGER predictions_update BEFORE UPDATE ON predictions BEGIN
    SELECT RAISE(ABORT, 'rows of predictions are never changed');
END;

CREATE TRIGGER predictions_delete BEFORE DELETE ON predictions BEGIN
    SELECT RAISE(ABORT, 'rows of predictions are never removed');
END;

CREATE TRIGGER items_update BEFORE UPDATE ON items BEGIN
    SELECT RAISE(ABORT, 'rows of items are never changed');
END;

CREATE TRIGGER items_delete BEFORE DELETE ON items BEGIN
    SELECT RAISE(ABORT, 'rows of items are never removed');
END;

CREATE TRIGGER item_states_update BEFORE UPDATE ON item_states BEGIN
    SELECT RAISE(ABORT, 'rows of item_states are never changed');
END;

CREATE TRIGGER item_states_delete BEFORE DELETE ON item_states BEGIN
    SELECT RAISE(ABORT, 'rows of item_states are never removed');
END;

CREATE TRIGGER corrections_update BEFORE UPDATE ON corrections BEGIN
    SELECT RAISE(ABORT, 'rows of corrections are never changed');
END;

CREATE TRIGGER corrections_delete BEFORE DELETE ON corrections BEGIN
    SELECT RAISE(ABORT, 'rows of corrections are never removed');
END;

CREATE TRIGGER sessions_update BEFORE UPDATE ON sessions BEGIN
    SELECT RAISE(ABORT, 'rows of sessions are never changed');
END;

CREATE TRIGGER sessions_delete BEFORE DELETE ON sessions BEGIN
    SELECT RAISE(ABORT, 'rows of sessions are never removed');
END;

CREATE TRIGGER strokes_update BEFORE UPDATE ON strokes BEGIN
    SELECT RAISE(ABORT, 'rows of strokes are never changed');
END;

CREATE TRIGGER strokes_delete BEFORE DELETE ON strokes BEGIN
    SELECT RAISE(ABORT, 'rows of strokes are never removed');
END;

CREATE TRIGGER closings_update BEFORE UPDATE ON closings BEGIN
    SELECT RAISE(ABORT, 'rows of closings are never changed');
END;

CREATE TRIGGER closings_delete BEFORE DELETE ON closings BEGIN
    SELECT RAISE(ABORT, 'rows of closings are never removed');
END;

CREATE TRIGGER events_update BEFORE UPDATE ON events BEGIN
    SELECT RAISE(ABORT, 'rows of events are never changed');
END;

CREATE TRIGGER events_delete BEFORE DELETE ON events BEGIN
    SELECT RAISE(ABORT, 'rows of events are never removed');
END;
