-- What single users may have otherwise than the settings say. Of each column null is what the settings say, 0 no bound.
CREATE TABLE user_quotas (
    user_id        bigint  NOT NULL,
    tracks         bigint,
    bytes          bigint,  -- of their MP3s
    seconds        bigint,  -- of their recordings
    uploads        integer, -- at once
    retention_days integer, -- after which a track is removed

    CONSTRAINT user_quotas_primary_key PRIMARY KEY (user_id),
    CONSTRAINT user_quotas_user_id_known FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE,
    CONSTRAINT user_quotas_not_negative CHECK (least(tracks, bytes, seconds, uploads, retention_days) >= 0),
    CONSTRAINT user_quotas_retention_days_range CHECK (retention_days <= 36500)
);

-- Refuses a track beyond what its user may have. It is done here so that an upload costs no further round trip: the
-- connection brings along what the settings say (adapters/postgres/quotas.py), and whoever adds a track is bound.
CREATE FUNCTION keep_within_quota() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        own  user_quotas;
        most record;
        held record;
    BEGIN
        SELECT * INTO own FROM user_quotas WHERE user_id = NEW.user_id;
        SELECT nullif(coalesce(own.tracks, nullif(current_setting('music_app.max_user_tracks', true), '')::bigint), 0)
                   AS tracks,
               nullif(coalesce(own.bytes, nullif(current_setting('music_app.max_user_bytes', true), '')::bigint), 0)
                   AS bytes,
               nullif(coalesce(own.seconds, nullif(current_setting('music_app.max_user_seconds', true), '')::bigint), 0)
                   AS seconds
          INTO most;
        IF coalesce(most.tracks, most.bytes, most.seconds) IS NULL THEN
            RETURN NULL;
        END IF;

        -- This track is in it. Whoever adds one for the same user waits until that is committed, or rolled back.
        SELECT tracks, bytes, duration INTO held FROM user_totals WHERE user_id = NEW.user_id;

        IF held.tracks > most.tracks THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'quota_tracks',
                MESSAGE = 'too many tracks', DETAIL = concat_ws(' ', most.tracks, held.tracks - 1);
        ELSIF held.bytes > most.bytes THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'quota_bytes',
                MESSAGE = 'too many bytes', DETAIL = concat_ws(' ', most.bytes, held.bytes - NEW.mp3_size);
        ELSIF extract(epoch FROM held.duration) > most.seconds THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'quota_seconds',
                MESSAGE = 'too many seconds',
                DETAIL = concat_ws(' ', most.seconds, extract(epoch FROM held.duration - NEW.duration));
        END IF;
        RETURN NULL;
    END $$;

-- By its name it fires after `tracks_counted`, which has brought the totals up to date.
CREATE TRIGGER tracks_within_quota AFTER INSERT ON tracks FOR EACH ROW EXECUTE FUNCTION keep_within_quota();

-- Who did what. It refers to nothing, since it outlives what it tells of.
CREATE TABLE audit_events (
    event_id       bigint      GENERATED ALWAYS AS IDENTITY,
    at             timestamptz NOT NULL,
    action         text        NOT NULL,
    user_id        bigint,
    track_uuid     uuid,
    link_id        text,
    address_prefix text, -- of the client: a /24 of IPv4, a /48 of IPv6

    CONSTRAINT audit_events_primary_key PRIMARY KEY (event_id),
    CONSTRAINT audit_events_action_form CHECK (action ~ '^[a-z_.]{1,40}$'),
    CONSTRAINT audit_events_link_id_length CHECK (char_length(link_id) <= 100),
    CONSTRAINT audit_events_address_prefix_length CHECK (char_length(address_prefix) <= 50)
);

CREATE INDEX audit_events_newest ON audit_events (at, event_id);
CREATE INDEX audit_events_of_user ON audit_events (user_id, at, event_id);
CREATE INDEX audit_events_of_action ON audit_events (action, at, event_id);
