-- What the recording was and says about itself, and where its MP3 is if not in the row.
ALTER TABLE tracks
    ADD COLUMN wav_codec       text,                              -- null, like the next two, of tracks from before
    ADD COLUMN wav_sample_rate integer,                           -- in Hz
    ADD COLUMN wav_channels    integer,
    ADD COLUMN wav_bits        integer,                           -- of one sample; null where the codec has no such number
    ADD COLUMN texts           jsonb   NOT NULL DEFAULT '{}',     -- title, artist, date, comment…: those that say something
    ADD COLUMN audio_key       text,                              -- of an audio store that has the MP3
    ALTER COLUMN track_file_bin DROP NOT NULL,

    ADD CONSTRAINT tracks_wav_format_whole CHECK (
        (wav_codec IS NULL) = (wav_sample_rate IS NULL) AND (wav_codec IS NULL) = (wav_channels IS NULL)
        AND (wav_codec IS NOT NULL OR wav_bits IS NULL)
    ),
    ADD CONSTRAINT tracks_texts_form CHECK (jsonb_typeof(texts) = 'object'),
    ADD CONSTRAINT tracks_audio_key_unique UNIQUE (audio_key),
    ADD CONSTRAINT tracks_audio_key_form CHECK (audio_key ~ '^[A-Za-z0-9_-]{1,200}$'),
    ADD CONSTRAINT tracks_audio_in_one_place CHECK ((track_file_bin IS NULL) <> (audio_key IS NULL));
