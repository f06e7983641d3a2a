-- Requests that may be sent again without being done again, for a day (adapters/postgres/repeats.py).
CREATE TABLE repeatable_requests (
    user_id     bigint      NOT NULL,
    operation   text        NOT NULL,
    key         text        NOT NULL, -- as the client chose it
    track_uuid  uuid        NOT NULL, -- reserved for what is made, which need not be there yet, nor any more
    attempt     bigint      NOT NULL, -- whoever writes says which one is theirs
    alive_at    timestamptz,          -- when who does it was last heard of; null when it is done, or given up
    fingerprint bytea,                -- SHA-256 of what was sent; null, as the next, unless it is done
    result      jsonb,
    created_at  timestamptz NOT NULL,

    CONSTRAINT repeatable_requests_primary_key PRIMARY KEY (user_id, operation, key),
    CONSTRAINT repeatable_requests_user_id_known FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE,
    CONSTRAINT repeatable_requests_operation_length CHECK (char_length(operation) BETWEEN 1 AND 50),
    CONSTRAINT repeatable_requests_key_form CHECK (key ~ '^[!-~]{1,255}$'),
    CONSTRAINT repeatable_requests_attempt_positive CHECK (attempt > 0),
    CONSTRAINT repeatable_requests_fingerprint_length CHECK (octet_length(fingerprint) = 32),
    CONSTRAINT repeatable_requests_outcome_whole CHECK (
        (fingerprint IS NULL) = (result IS NULL) AND (result IS NULL OR alive_at IS NULL)
    )
);

CREATE INDEX repeatable_requests_oldest ON repeatable_requests (created_at);
