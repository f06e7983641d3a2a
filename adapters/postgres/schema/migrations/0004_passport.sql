-- What the recorder wrote about the recording, by chunk; empty of tracks from before, and where it wrote nothing.
ALTER TABLE tracks
    ADD COLUMN passport jsonb NOT NULL DEFAULT '{}',

    ADD CONSTRAINT tracks_passport_form CHECK (jsonb_typeof(passport) = 'object');
