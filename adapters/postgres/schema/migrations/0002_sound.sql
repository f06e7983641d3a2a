-- What was measured of the recording; all of it is null where it was not measured.
ALTER TABLE tracks
    ADD COLUMN waveform            json,             -- BBC audiowaveform's JSON data format, version 2
    ADD COLUMN integrated_loudness double precision, -- in LUFS; null, too, where nothing is louder than -70 LUFS
    ADD COLUMN sample_peak         double precision, -- 1 is full scale
    ADD COLUMN clipped_samples     bigint,

    ADD CONSTRAINT tracks_waveform_form CHECK (
        octet_length(waveform::text) <= 65536 AND waveform ->> 'version' = '2' AND json_typeof(waveform -> 'data') = 'array'
    ),
    ADD CONSTRAINT tracks_integrated_loudness_range CHECK (integrated_loudness BETWEEN -70 AND 200),
    ADD CONSTRAINT tracks_sample_peak_range CHECK (sample_peak >= 0 AND sample_peak < 'Infinity'),
    ADD CONSTRAINT tracks_clipped_samples_not_negative CHECK (clipped_samples >= 0),
    ADD CONSTRAINT tracks_sound_whole CHECK (
        (waveform IS NULL) = (sample_peak IS NULL)
        AND (waveform IS NULL) = (clipped_samples IS NULL)
        AND (waveform IS NOT NULL OR integrated_loudness IS NULL)
    );
