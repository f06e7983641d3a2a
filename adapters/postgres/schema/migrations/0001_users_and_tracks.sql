CREATE TABLE users (
    user_id      bigint      GENERATED ALWAYS AS IDENTITY,
    user_name    text        NOT NULL,
    token_sha256 bytea       NOT NULL,
    created_at   timestamptz NOT NULL,

    CONSTRAINT users_primary_key PRIMARY KEY (user_id),
    CONSTRAINT users_token_sha256_unique UNIQUE (token_sha256),
    CONSTRAINT users_user_name_length CHECK (char_length(user_name) BETWEEN 1 AND 100),
    CONSTRAINT users_token_sha256_length CHECK (octet_length(token_sha256) = 32)
);

CREATE TABLE tracks (
    track_id        bigint      GENERATED ALWAYS AS IDENTITY,
    track_uuid      uuid        NOT NULL,
    user_id         bigint      NOT NULL,
    track_file_name text        NOT NULL,
    duration        interval    NOT NULL,
    sample_rate     integer     NOT NULL, -- of the MP3, in Hz
    channels        smallint    NOT NULL, -- of the MP3
    bitrate         text        NOT NULL, -- of the MP3: kb/s, or V0 to V9 for LAME's variable bit rates
    mp3_size        bigint      NOT NULL, -- in bytes
    mp3_sha256      bytea       NOT NULL,
    wav_size        bigint      NOT NULL, -- in bytes
    wav_sha256      bytea       NOT NULL,
    repairs         text[]      NOT NULL,
    created_at      timestamptz NOT NULL,
    track_file_bin  bytea       STORAGE EXTERNAL NOT NULL, -- uncompressed, so that a slice is read without the rest

    CONSTRAINT tracks_primary_key PRIMARY KEY (track_id),
    CONSTRAINT tracks_track_uuid_unique UNIQUE (track_uuid),
    CONSTRAINT tracks_user_id_known FOREIGN KEY (user_id) REFERENCES users (user_id),
    CONSTRAINT tracks_track_file_name_length CHECK (char_length(track_file_name) BETWEEN 1 AND 150),
    CONSTRAINT tracks_duration_not_negative CHECK (duration >= interval '0'),
    CONSTRAINT tracks_sample_rate_positive CHECK (sample_rate > 0),
    CONSTRAINT tracks_channels_one_or_two CHECK (channels IN (1, 2)),
    CONSTRAINT tracks_bitrate_form CHECK (bitrate ~ '^([0-9]{1,3}|V[0-9])$'),
    CONSTRAINT tracks_mp3_size_positive CHECK (mp3_size > 0),
    CONSTRAINT tracks_mp3_sha256_length CHECK (octet_length(mp3_sha256) = 32),
    CONSTRAINT tracks_wav_size_positive CHECK (wav_size > 0),
    CONSTRAINT tracks_wav_sha256_length CHECK (octet_length(wav_sha256) = 32),
    CONSTRAINT tracks_track_file_bin_size CHECK (octet_length(track_file_bin) = mp3_size)
);

CREATE INDEX tracks_user_id ON tracks (user_id);
