-- taskpilot's whole schema, and its only source. Applying it again changes nothing.
--
-- Rules it keeps:
--   * Every row has its owner in it: user_id leads every primary, unique and foreign key. So row-level security is
--     forced on every table, and the tables can be spread by user_id over Citus as they are.
--   * Ids are made in the application, time-ordered, unique per owner, and below 2^53 (they travel as JSON numbers).
--   * Nothing points forward: rows go in parent first.
--   * Times are cut to microseconds where they are made, so that a value is the same before and after the database.
--   * json, not jsonb, where a model wrote or read the text: it comes back byte for byte.

-- Roles: one for each process that connects, one for work across owners. They own nothing and bypass nothing. They
-- cannot log in until whoever sets the system up gives them a password.
DO $$
DECLARE role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['taskpilot_chatcore', 'taskpilot_toolserver', 'taskpilot_worker'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role_name);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this cluster was first
      END;
    END IF;
  END LOOP;
END $$;

-- A task, as toolserver keeps it.
CREATE TABLE IF NOT EXISTS tasks (
  user_id      text        NOT NULL,
  task_id      bigint      NOT NULL,
  title        text        NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  description  text                 CHECK (char_length(description) <= 1000),
  completed    boolean     NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (user_id, task_id)
);

-- What a tool call did: written in the transaction of its effect, so that a repeat of the call is answered from here. A user's
-- older ones go with the next call.
CREATE TABLE IF NOT EXISTS tool_effects (
  user_id      text        NOT NULL,
  call_key     text        NOT NULL CHECK (char_length(call_key) BETWEEN 1 AND 200),
  request_hash bytea       NOT NULL,
  result       json        NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (user_id, call_key)
);
CREATE INDEX IF NOT EXISTS tool_effects_by_time ON tool_effects (user_id, created_at);

-- A conversation. last_position counts up under this row's lock and orders everything in the conversation. title_position is
-- where the message stands that the title was taken from; NULL: the person gave it, and nobody else may.
CREATE TABLE IF NOT EXISTS conversations (
  user_id            text        NOT NULL,
  id                 bigint      NOT NULL,
  title              text                 CHECK (char_length(title) BETWEEN 1 AND 200),
  title_position     bigint,
  title_by_model     boolean     NOT NULL DEFAULT false,
  status             text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'locked', 'closed')),
  status_reason      text                 CHECK (char_length(status_reason) BETWEEN 1 AND 500),
  archived           boolean     NOT NULL DEFAULT false,
  message_count      integer     NOT NULL DEFAULT 0,
  last_position      bigint      NOT NULL DEFAULT 0,
  chatkit_session_id text,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX IF NOT EXISTS conversations_by_change ON conversations (user_id, updated_at DESC, id DESC)
  WHERE message_count > 0 AND NOT archived;

-- Where a conversation stood that was deleted lately: who reads the list in pages goes on behind it.
CREATE TABLE IF NOT EXISTS deleted_conversations (
  user_id            text        NOT NULL,
  id                 bigint      NOT NULL,
  updated_at         timestamptz NOT NULL,
  deleted_at         timestamptz NOT NULL,
  PRIMARY KEY (user_id, id)
);

-- What the person said (role user), and the answer to it (role assistant). An answer is written by one run, and the run
-- is named by it: a run's id is its answer's id. An answer at work is 'running' and counts as a message when it ends.
-- What an answer that was asked for again replaced is superseded and stays. resend_guard, idempotency_key and request_hash
-- are the request's that began the run, and end_seen says that its end reached a reader: so a request that is sent again
-- finds its turn. parts are what content was put together from, when it came in parts. model and tool_choice are, of what
-- the person said, what was chosen for its answer; of an answer, what it is asked with, as are client_tools. feedback is the
-- person's last word on an answer. An answer that waits for its page is 'waiting': it counts as a message, has no lease, and
-- is 'running' again when the page has answered; resend_guard is then that request's.
CREATE TABLE IF NOT EXISTS messages (
  user_id          text        NOT NULL,
  id               bigint      NOT NULL,
  conversation_id  bigint      NOT NULL,
  position         bigint      NOT NULL,
  role             text        NOT NULL CHECK (role IN ('user', 'assistant')),
  content          text        NOT NULL,
  parts            json,
  quoted_text      text,
  model            text,
  tool_choice      text,
  reply_to         bigint,
  state            text        NOT NULL CHECK (state IN ('done', 'running', 'waiting', 'failed', 'stopped')),
  code             text,
  superseded_at    timestamptz,
  ended_at         timestamptz,
  end_seen         boolean     NOT NULL DEFAULT false,
  feedback         text                 CHECK (feedback IN ('positive', 'negative')),
  resend_guard     text,
  idempotency_key  text                 CHECK (char_length(idempotency_key) <= 200),
  request_hash     bytea,
  client_tools     json,
  created_at       timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, conversation_id, position),
  FOREIGN KEY (user_id, conversation_id) REFERENCES conversations (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, reply_to) REFERENCES messages (user_id, id) ON DELETE CASCADE,
  CHECK ((role = 'assistant') = (reply_to IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS messages_by_question ON messages (user_id, reply_to) WHERE reply_to IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS messages_by_key ON messages (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_at_work ON messages (user_id, conversation_id) WHERE state IN ('running', 'waiting');

-- One reply of the model. Its row is made when the reply begins ('open'), for its id and position are announced then. code
-- marks a sentence of chatcore's own. cut marks a reply that was not whole, with the code that its turn ends with.
CREATE TABLE IF NOT EXISTS steps (
  user_id          text        NOT NULL,
  id               bigint      NOT NULL,
  message_id       bigint      NOT NULL,
  conversation_id  bigint      NOT NULL,
  position         bigint      NOT NULL,
  ordinal          integer     NOT NULL CHECK (ordinal >= 1),
  content          text        NOT NULL DEFAULT '',
  state            text        NOT NULL CHECK (state IN ('open', 'done', 'discarded')),
  code             text,
  cut              text,
  created_at       timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, message_id, ordinal),
  UNIQUE (user_id, conversation_id, position),
  FOREIGN KEY (user_id, message_id) REFERENCES messages (user_id, id) ON DELETE CASCADE
);

-- A tool call of a step: committed as 'pending' before it leaves, with the key that makes it act once. refreshed is what
-- is shown in place of the result since an action; shown_parameters are the call's that gave it, and revision counts. One with
-- waits_for, always a step's last, never leaves: the page answers it. confirms is the call that it asks the person to allow.
CREATE TABLE IF NOT EXISTS tool_calls (
  user_id          text        NOT NULL,
  id               bigint      NOT NULL,
  step_id          bigint      NOT NULL,
  index            integer     NOT NULL CHECK (index >= 0),
  call_key         text        NOT NULL,
  tool             text        NOT NULL,
  parameters       json        NOT NULL,
  status           text        NOT NULL CHECK (status IN ('pending', 'running', 'executed', 'failed', 'skipped')),
  result           json,
  refreshed        json,
  shown_parameters json,
  revision         bigint      NOT NULL DEFAULT 0,
  code             text,
  error            text,
  waits_for        text                 CHECK (waits_for IN ('client_tool', 'structured_input')),
  confirms         json                 CHECK (confirms IS NULL OR waits_for = 'structured_input'),
  shows            json,
  finish_rank      integer,
  started_at       timestamptz,
  finished_at      timestamptz,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, step_id, index),
  UNIQUE (user_id, call_key),
  FOREIGN KEY (user_id, step_id) REFERENCES steps (user_id, id) ON DELETE CASCADE
);

-- What a person did without words: one call of a tool, committed as 'pending' with its key before the call leaves. It has
-- a position like a message, and stands in no step. record_id is the call or action of the same conversation whose record
-- was clicked in; without one the action stands by itself, and its own record may be clicked in. ended_behind is the
-- conversation's last position when it ended: the model is told of it with the first message behind that.
CREATE TABLE IF NOT EXISTS actions (
  user_id          text        NOT NULL,
  id               bigint      NOT NULL,
  conversation_id  bigint      NOT NULL,
  position         bigint      NOT NULL,
  record_id        bigint,
  call_key         text        NOT NULL,
  tool             text        NOT NULL,
  parameters       json        NOT NULL,
  status           text        NOT NULL CHECK (status IN ('pending', 'executed', 'failed')),
  result           json,
  refreshed        json,
  shown_parameters json,
  revision         bigint      NOT NULL DEFAULT 0,
  code             text,
  error            text,
  ended_behind     bigint,
  superseded_at    timestamptz,
  idempotency_key  text                 CHECK (char_length(idempotency_key) <= 200),
  request_hash     bytea,
  created_at       timestamptz NOT NULL,
  finished_at      timestamptz,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, conversation_id, position),
  FOREIGN KEY (user_id, conversation_id) REFERENCES conversations (user_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS actions_by_key ON actions (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS actions_by_end ON actions (user_id, conversation_id, ended_behind);
CREATE INDEX IF NOT EXISTS actions_at_work ON actions (user_id, conversation_id) WHERE status = 'pending';

-- A file that a person attached: who it belongs to and what it is. Its bytes are in the bucket, under blob once they are
-- stored. It has no conversation until it is sent, and goes with it then.
CREATE TABLE IF NOT EXISTS attachments (
  user_id          text        NOT NULL,
  id               bigint      NOT NULL,
  conversation_id  bigint,
  name             text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
  mime_type        text        NOT NULL,
  size             bigint      NOT NULL CHECK (size >= 0),
  state            text        NOT NULL CHECK (state IN ('created', 'stored')),
  blob             text,
  created_at       timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  FOREIGN KEY (user_id, conversation_id) REFERENCES conversations (user_id, id) ON DELETE CASCADE,
  CHECK ((state = 'stored') = (blob IS NOT NULL)),
  CHECK (conversation_id IS NULL OR state = 'stored')
);
CREATE INDEX IF NOT EXISTS attachments_by_conversation ON attachments (user_id, conversation_id);

-- Which attachments a message carries, in order. An attachment is carried by one message at most.
CREATE TABLE IF NOT EXISTS message_attachments (
  user_id          text        NOT NULL,
  message_id       bigint      NOT NULL,
  ordinal          integer     NOT NULL CHECK (ordinal >= 0),
  attachment_id    bigint      NOT NULL,
  PRIMARY KEY (user_id, message_id, ordinal),
  UNIQUE (user_id, attachment_id),
  FOREIGN KEY (user_id, message_id) REFERENCES messages (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, attachment_id) REFERENCES attachments (user_id, id) ON DELETE CASCADE
);

-- When an attachment's bytes are to go: a row from its making until it is sent, and one more from its deletion until the
-- bytes are gone for good (swept: they went once; the second time catches an upload that was on its way). Open to work
-- across owners, it has no content and refers to nothing, for it outlives what it names.
CREATE TABLE IF NOT EXISTS attachment_sweeps (
  user_id          text        NOT NULL,
  attachment_id    bigint      NOT NULL,
  due_at           timestamptz NOT NULL,
  swept            boolean     NOT NULL DEFAULT false,
  PRIMARY KEY (user_id, attachment_id)
);
CREATE INDEX IF NOT EXISTS attachment_sweeps_by_time ON attachment_sweeps (due_at);

-- A ChatKit session: the secret that a page holds names it, and it opens with an empty conversation of its own.
CREATE TABLE IF NOT EXISTS chatkit_sessions (
  user_id          text        NOT NULL,
  session_id       text        NOT NULL,
  thread_id        text        NOT NULL,
  conversation_id  bigint      NOT NULL,
  created_at       timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL,
  PRIMARY KEY (user_id, session_id)
);

-- Which replica is at work on which run, and until when it may be believed. The one table for work across owners: it
-- has no content; a claimed row yields a user, and everything after it is done as that user.
CREATE TABLE IF NOT EXISTS turn_leases (
  user_id          text        NOT NULL,
  run_id           bigint      NOT NULL,
  owner_url        text        NOT NULL,
  until            timestamptz NOT NULL,
  attempt          integer     NOT NULL DEFAULT 1,
  left_at          timestamptz,
  stop_asked       boolean     NOT NULL DEFAULT false,
  PRIMARY KEY (user_id, run_id),
  FOREIGN KEY (user_id, run_id) REFERENCES messages (user_id, id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS turn_leases_by_end ON turn_leases (until);

-- Which actions are at work, and when they may be taken for left: their replica died, and another one ends them. Like
-- turn_leases it is for work across owners and has no content.
CREATE TABLE IF NOT EXISTS action_leases (
  user_id          text        NOT NULL,
  action_id        bigint      NOT NULL,
  until            timestamptz NOT NULL,
  attempt          integer     NOT NULL DEFAULT 1,
  PRIMARY KEY (user_id, action_id),
  FOREIGN KEY (user_id, action_id) REFERENCES actions (user_id, id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS action_leases_by_end ON action_leases (until);

-- Row-level security, forced on every table: without app.user_id (SET LOCAL, one transaction long) there are no rows.
DO $$
DECLARE table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['tasks', 'tool_effects', 'conversations', 'deleted_conversations', 'messages', 'steps',
                                    'tool_calls', 'actions', 'chatkit_sessions', 'turn_leases', 'action_leases', 'attachments',
                                    'message_attachments', 'attachment_sweeps'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    IF NOT EXISTS (SELECT FROM pg_policies
                   WHERE schemaname = 'public' AND tablename = table_name AND policyname = 'owner') THEN
      EXECUTE format($policy$
        CREATE POLICY owner ON %I
          USING (user_id = current_setting('app.user_id', true))
          WITH CHECK (user_id = current_setting('app.user_id', true))$policy$, table_name);
    END IF;
  END LOOP;
  IF NOT EXISTS (SELECT FROM pg_policies
                 WHERE schemaname = 'public' AND tablename = 'turn_leases' AND policyname = 'worker') THEN
    CREATE POLICY worker ON turn_leases TO taskpilot_worker USING (true) WITH CHECK (true);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_policies
                 WHERE schemaname = 'public' AND tablename = 'action_leases' AND policyname = 'worker') THEN
    CREATE POLICY worker ON action_leases TO taskpilot_worker USING (true) WITH CHECK (true);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_policies
                 WHERE schemaname = 'public' AND tablename = 'attachment_sweeps' AND policyname = 'worker') THEN
    CREATE POLICY worker ON attachment_sweeps TO taskpilot_worker USING (true) WITH CHECK (true);
  END IF;
END $$;

-- What each process may do, and no more. chatcore may step into the worker's role for a transaction (SET LOCAL ROLE).
GRANT USAGE ON SCHEMA public TO taskpilot_chatcore, taskpilot_toolserver, taskpilot_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO taskpilot_toolserver;
GRANT SELECT, INSERT, DELETE ON tool_effects TO taskpilot_toolserver;
GRANT SELECT, INSERT, UPDATE, DELETE ON conversations, chatkit_sessions, turn_leases, action_leases TO taskpilot_chatcore;
GRANT SELECT, INSERT, DELETE ON deleted_conversations TO taskpilot_chatcore;
GRANT SELECT, INSERT, UPDATE ON messages, steps, tool_calls, actions TO taskpilot_chatcore;
GRANT SELECT, INSERT, UPDATE, DELETE ON attachments, attachment_sweeps TO taskpilot_chatcore;
GRANT SELECT, INSERT ON message_attachments TO taskpilot_chatcore;
GRANT SELECT, UPDATE ON turn_leases, action_leases, attachment_sweeps TO taskpilot_worker;
GRANT taskpilot_worker TO taskpilot_chatcore; -- it was made NOINHERIT: only SET LOCAL ROLE opens the worker's door
