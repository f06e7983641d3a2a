-- Accounts: how much each user has, and whose things are no longer to be seen.

-- In the order in which whoever stores a track takes them, by its foreign key: an older service may be storing some.
LOCK TABLE tracks, users IN ACCESS EXCLUSIVE MODE;

ALTER TABLE users ADD COLUMN deleted_at timestamptz; -- since then nothing of theirs is to be seen; it is removed by and by

CREATE INDEX users_deleted ON users (user_id) WHERE deleted_at IS NOT NULL;

-- Pages of a user's tracks, the newest first. It does what the index of the first migration did.
CREATE INDEX tracks_newest ON tracks (user_id, created_at DESC, track_id DESC);
DROP INDEX tracks_user_id;

-- Each user has a row, from the first day. The triggers keep it right, whichever version of the program adds and removes
-- tracks. Users that are deleted have none.
CREATE TABLE user_totals (
    user_id  bigint   NOT NULL,
    tracks   bigint   NOT NULL,
    bytes    bigint   NOT NULL, -- of their MP3s
    duration interval NOT NULL,

    CONSTRAINT user_totals_primary_key PRIMARY KEY (user_id),
    CONSTRAINT user_totals_user_id_known FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE
);

CREATE FUNCTION begin_totals() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO user_totals VALUES (NEW.user_id, 0, 0, interval '0');
        RETURN NULL;
    END $$;

CREATE TRIGGER users_counted AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION begin_totals();

-- For each row: a trigger for each statement would be given copies of whole MP3s.
-- The foreign key has locked the row of the user FOR KEY SHARE, for which deleting the user waits, and which waits for
-- that: so no track is added to a user who is deleted.
CREATE FUNCTION count_track() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF EXISTS (SELECT FROM users WHERE user_id = NEW.user_id AND deleted_at IS NOT NULL) THEN
                RAISE foreign_key_violation
                    USING MESSAGE = 'the user of the track is deleted', CONSTRAINT = 'tracks_user_id_known';
            END IF;
            UPDATE user_totals
               SET tracks = tracks + 1, bytes = bytes + NEW.mp3_size, duration = duration + NEW.duration
             WHERE user_id = NEW.user_id;
        ELSE
            UPDATE user_totals
               SET tracks = tracks - 1, bytes = bytes - OLD.mp3_size, duration = duration - OLD.duration
             WHERE user_id = OLD.user_id;
        END IF;
        RETURN NULL;
    END $$;

-- Triggers fire in the order of their names: this one after that of the foreign key, which looks for the user.
CREATE TRIGGER tracks_counted AFTER INSERT OR DELETE ON tracks FOR EACH ROW EXECUTE FUNCTION count_track();

-- Nobody adds anything meanwhile: the triggers have locked both tables, until this migration is done. It reads all
-- tracks once, as making the index does.
INSERT INTO user_totals
     SELECT user_id, count(track_id), coalesce(sum(mp3_size), 0), coalesce(sum(duration), interval '0')
       FROM users LEFT JOIN tracks USING (user_id)
      GROUP BY user_id;
