-- The tag of an MP3 whose texts were changed, which is downloaded in place of the first bytes of what is stored; all four
-- are null of all others. What is stored stays as it is, and mp3_size and mp3_sha256 with it.
ALTER TABLE tracks
    ADD COLUMN tag           bytea,
    ADD COLUMN tag_replaces  integer, -- so many bytes of what is stored
    ADD COLUMN tagged_size   bigint,  -- of what is downloaded, in bytes
    ADD COLUMN tagged_sha256 bytea,

    ADD CONSTRAINT tracks_tag_whole CHECK (
        (tag IS NULL) = (tag_replaces IS NULL)
        AND (tag IS NULL) = (tagged_size IS NULL)
        AND (tag IS NULL) = (tagged_sha256 IS NULL)
    ),
    ADD CONSTRAINT tracks_tag_length CHECK (octet_length(tag) <= 1048576),
    ADD CONSTRAINT tracks_tag_replaces_range CHECK (tag_replaces >= 0 AND tag_replaces < mp3_size),
    ADD CONSTRAINT tracks_tagged_size_sum CHECK (tagged_size = mp3_size - tag_replaces + octet_length(tag)),
    ADD CONSTRAINT tracks_tagged_sha256_length CHECK (octet_length(tagged_sha256) = 32);

-- The words by which a track is found (domain/search.py), each behind its user's number, as in 17:talk, so that a search
-- stays within the tracks of one user. Null of tracks that an older version stored; they are indexed by and by.
ALTER TABLE tracks ADD COLUMN words text[];

-- Without a list of pending words, which each search would have to go through.
CREATE INDEX tracks_words ON tracks USING gin (array_to_tsvector(words)) WITH (fastupdate = off);
CREATE INDEX tracks_without_words ON tracks (track_id) WHERE words IS NULL;
