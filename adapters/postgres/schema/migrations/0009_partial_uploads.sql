-- Resumable uploads that every node reaches: used where UPLOADS_IN is database.
CREATE TABLE partial_uploads (
    upload_id     uuid        NOT NULL,
    user_id       bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    bytes         bigint      NOT NULL, -- of its pieces; of an ended one what is to be told
    is_ended      boolean     NOT NULL,
    facts         text        NOT NULL, -- all else that is known of it, as JSON
    writer        uuid,                 -- who writes it, or did last: what anybody else writes is refused
    writing_until timestamptz,          -- from then on another one may; null while nobody does

    CONSTRAINT partial_uploads_primary_key PRIMARY KEY (upload_id),
    CONSTRAINT partial_uploads_user_id_known FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE,
    CONSTRAINT partial_uploads_bytes_not_negative CHECK (bytes >= 0)
) WITH (fillfactor = 70); -- each piece changes a row, in its place where there is room and no index has what changes

CREATE INDEX partial_uploads_unfinished ON partial_uploads (user_id) WHERE NOT is_ended;
CREATE INDEX partial_uploads_user_id ON partial_uploads (user_id);
CREATE INDEX partial_uploads_created_at ON partial_uploads (created_at, upload_id);

CREATE TABLE partial_upload_pieces (
    upload_id uuid   NOT NULL,
    start     bigint NOT NULL, -- byte of the upload; the piece before it ends there
    piece     bytea  STORAGE EXTERNAL NOT NULL, -- at most 1 MiB, uncompressed: sound is not made smaller

    CONSTRAINT partial_upload_pieces_primary_key PRIMARY KEY (upload_id, start),
    CONSTRAINT partial_upload_pieces_upload_id_known FOREIGN KEY (upload_id)
        REFERENCES partial_uploads (upload_id) ON DELETE CASCADE,
    CONSTRAINT partial_upload_pieces_size CHECK (octet_length(piece) BETWEEN 1 AND 1048576)
);
