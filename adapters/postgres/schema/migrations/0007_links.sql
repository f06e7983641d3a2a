-- Links that their owner can limit and revoke, and who downloads by them.
ALTER TABLE tracks ADD COLUMN link_revoked_at timestamptz; -- since when the permanent link opens nothing

CREATE TABLE links (
    link_id       uuid        NOT NULL, -- random: whoever knows it may download
    track_uuid    uuid        NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz,          -- null: never
    max_downloads bigint,               -- null: any number
    downloads     bigint      NOT NULL, -- that were begun; those of one client by ranges are one
    inline        boolean     NOT NULL, -- a browser plays the MP3 instead of saving it
    revoked_at    timestamptz,

    CONSTRAINT links_primary_key PRIMARY KEY (link_id),
    CONSTRAINT links_track_uuid_known FOREIGN KEY (track_uuid) REFERENCES tracks (track_uuid) ON DELETE CASCADE,
    CONSTRAINT links_max_downloads_positive CHECK (max_downloads > 0),
    CONSTRAINT links_downloads_allowed CHECK (downloads BETWEEN 0 AND coalesce(max_downloads, downloads))
);

CREATE INDEX links_newest ON links (track_uuid, created_at DESC, link_id DESC);

-- Clients that began a download of late, so that what they ask for next by ranges is the same one.
-- Locks are taken in one order: the row of the link, then those of its clients.
CREATE TABLE link_clients (
    link_id  uuid        NOT NULL,
    client   bytea       NOT NULL, -- a digest of the link, the address and the program
    begun_at timestamptz NOT NULL,

    CONSTRAINT link_clients_primary_key PRIMARY KEY (link_id, client),
    CONSTRAINT link_clients_link_id_known FOREIGN KEY (link_id) REFERENCES links (link_id) ON DELETE CASCADE,
    CONSTRAINT link_clients_client_length CHECK (octet_length(client) = 32)
);

CREATE INDEX link_clients_newest ON link_clients (link_id, begun_at DESC, client DESC);
CREATE INDEX link_clients_oldest ON link_clients (begun_at);
