CREATE TABLE users (
    user_id      bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT users_primary_key PRIMARY KEY,
    user_name    text        NOT NULL CONSTRAINT users_user_name_length CHECK (char_length(user_name) BETWEEN 1 AND 100),
    token_sha256 bytea       NOT NULL CONSTRAINT users_token_sha256_length CHECK (octet_length(token_sha256) = 32)
                             CONSTRAINT users_token_sha256_unique UNIQUE,
    created_at   timestamptz NOT NULL
);

-- track_file_bin is not compressed (an MP3 does not shrink), so that a slice is read without the rest.
CREATE TABLE tracks (
    track_id        bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT tracks_primary_key PRIMARY KEY,
    track_uuid      uuid        NOT NULL CONSTRAINT tracks_track_uuid_unique UNIQUE,
    user_id         bigint      NOT NULL CONSTRAINT tracks_user_id_known REFERENCES users,
    track_file_name text        NOT NULL CONSTRAINT tracks_track_file_name_length CHECK (char_length(track_file_name) BETWEEN 1 AND 150),
    duration        interval    NOT NULL CONSTRAINT tracks_duration_not_negative CHECK (duration >= interval '0'),
    sample_rate     integer     NOT NULL CONSTRAINT tracks_sample_rate_positive CHECK (sample_rate > 0),
    channels        smallint    NOT NULL CONSTRAINT tracks_channels_one_or_two CHECK (channels IN (1, 2)),
    bitrate         text        NOT NULL CONSTRAINT tracks_bitrate_form CHECK (bitrate ~ '^([0-9]{1,3}|V[0-9])$'),
    mp3_size        bigint      NOT NULL CONSTRAINT tracks_mp3_size_positive CHECK (mp3_size > 0),
    mp3_sha256      bytea       NOT NULL CONSTRAINT tracks_mp3_sha256_length CHECK (octet_length(mp3_sha256) = 32),
    wav_size        bigint      NOT NULL CONSTRAINT tracks_wav_size_positive CHECK (wav_size > 0),
    wav_sha256      bytea       NOT NULL CONSTRAINT tracks_wav_sha256_length CHECK (octet_length(wav_sha256) = 32),
    repairs         text[]      NOT NULL,
    created_at      timestamptz NOT NULL,
    track_file_bin  bytea       STORAGE EXTERNAL NOT NULL,
    CONSTRAINT tracks_track_file_bin_size CHECK (octet_length(track_file_bin) = mp3_size)
);

CREATE INDEX tracks_user_id ON tracks (user_id);
