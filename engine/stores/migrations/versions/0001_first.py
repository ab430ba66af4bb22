"""The working tables: datasources, catalogues, conversations, messages, questions, model calls.

Forward only: the way back is the backup, since going down would drop what users asked and paid for.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

DATASOURCES = """
CREATE TABLE chat2sql.datasources (
    name        text PRIMARY KEY,
    dialect     text NOT NULL,
    dsn         text NOT NULL,
    description text NOT NULL DEFAULT '',
    approval    text NOT NULL DEFAULT 'never' CHECK (approval IN ('never', 'always')),
    options     jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE chat2sql.datasources IS 'Business databases that questions can be asked of';
COMMENT ON COLUMN chat2sql.datasources.name IS 'How questions and the command line name it';
COMMENT ON COLUMN chat2sql.datasources.dialect IS 'SQL dialect, by the parser''s name for it';
COMMENT ON COLUMN chat2sql.datasources.dsn IS 'Where it is; secrets only as ${NAME} of an environment variable';
COMMENT ON COLUMN chat2sql.datasources.description IS 'What it holds, in the words of its users';
COMMENT ON COLUMN chat2sql.datasources.approval IS 'Whether a person approves each statement before it runs';
COMMENT ON COLUMN chat2sql.datasources.options IS 'Further settings of the executor, by name';
COMMENT ON COLUMN chat2sql.datasources.created_at IS 'When it was added';
"""

CATALOGUES = """
CREATE TABLE chat2sql.catalogues (
    datasource text NOT NULL REFERENCES chat2sql.datasources (name) ON DELETE CASCADE,
    version    bigint GENERATED ALWAYS AS IDENTITY,
    document   jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (datasource, version)
);
COMMENT ON TABLE chat2sql.catalogues IS 'What introspection found in a datasource; the newest version counts';
COMMENT ON COLUMN chat2sql.catalogues.datasource IS 'The datasource it describes';
COMMENT ON COLUMN chat2sql.catalogues.version IS 'Grows with each change; gaps mean nothing';
COMMENT ON COLUMN chat2sql.catalogues.document IS 'Tables, columns, keys, comments and sample values';
COMMENT ON COLUMN chat2sql.catalogues.created_at IS 'When it was introspected';
"""

CONVERSATIONS = """
CREATE TABLE chat2sql.conversations (
    tenant     text NOT NULL,
    id         text NOT NULL,
    user_id    text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);
COMMENT ON TABLE chat2sql.conversations IS 'Questions that follow one another';
COMMENT ON COLUMN chat2sql.conversations.tenant IS 'Whose data it is';
COMMENT ON COLUMN chat2sql.conversations.id IS 'The client''s id of the conversation';
COMMENT ON COLUMN chat2sql.conversations.user_id IS 'Who began it';
COMMENT ON COLUMN chat2sql.conversations.created_at IS 'When its first turn was written';

CREATE TABLE chat2sql.messages (
    tenant       text NOT NULL,
    conversation text NOT NULL,
    seq          integer NOT NULL,
    request_id   text NOT NULL,
    role         text NOT NULL CHECK (role IN ('user', 'assistant')),
    text         text NOT NULL,
    sql          text,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, conversation, seq),
    UNIQUE (tenant, conversation, request_id, role),
    FOREIGN KEY (tenant, conversation) REFERENCES chat2sql.conversations (tenant, id) ON DELETE CASCADE
);
COMMENT ON TABLE chat2sql.messages IS 'What was said in a conversation, two messages a turn';
COMMENT ON COLUMN chat2sql.messages.tenant IS 'Whose data it is';
COMMENT ON COLUMN chat2sql.messages.conversation IS 'The conversation it belongs to';
COMMENT ON COLUMN chat2sql.messages.seq IS 'Place in the conversation, from 1';
COMMENT ON COLUMN chat2sql.messages.request_id IS 'The question that the turn was about';
COMMENT ON COLUMN chat2sql.messages.role IS 'Who said it';
COMMENT ON COLUMN chat2sql.messages.text IS 'What was said';
COMMENT ON COLUMN chat2sql.messages.sql IS 'The statement behind an answer';
COMMENT ON COLUMN chat2sql.messages.created_at IS 'When the turn took place';
"""

QUESTIONS = """
CREATE TABLE chat2sql.questions (
    tenant       text NOT NULL,
    request_id   text NOT NULL,
    workflow_id  text NOT NULL,
    user_id      text NOT NULL,
    datasource   text NOT NULL,
    conversation text,
    question     text NOT NULL,
    language     text NOT NULL,
    asked_at     timestamptz NOT NULL,
    finished_at  timestamptz,
    outcome      text,
    sql          text,
    answer       jsonb,
    result_uri   text,
    PRIMARY KEY (tenant, request_id),
    CHECK ((finished_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX questions_recent ON chat2sql.questions (tenant, asked_at DESC);
COMMENT ON TABLE chat2sql.questions IS 'Every question asked, and how it ended';
COMMENT ON COLUMN chat2sql.questions.tenant IS 'Whose question it is';
COMMENT ON COLUMN chat2sql.questions.request_id IS 'The client''s id of the question; the same id is the same question';
COMMENT ON COLUMN chat2sql.questions.workflow_id IS 'The durable workflow that answers it';
COMMENT ON COLUMN chat2sql.questions.user_id IS 'Who asked';
COMMENT ON COLUMN chat2sql.questions.datasource IS 'What it was asked of; kept when the datasource is removed';
COMMENT ON COLUMN chat2sql.questions.conversation IS 'The conversation it is a turn of, if any';
COMMENT ON COLUMN chat2sql.questions.question IS 'The question as asked';
COMMENT ON COLUMN chat2sql.questions.language IS 'Language of question and answer';
COMMENT ON COLUMN chat2sql.questions.asked_at IS 'When it was asked';
COMMENT ON COLUMN chat2sql.questions.finished_at IS 'When it ended; null while it is under way';
COMMENT ON COLUMN chat2sql.questions.outcome IS 'How it ended; null while it is under way';
COMMENT ON COLUMN chat2sql.questions.sql IS 'The statement that was run';
COMMENT ON COLUMN chat2sql.questions.answer IS 'The answer as its reader gets it';
COMMENT ON COLUMN chat2sql.questions.result_uri IS 'Where all rows of the result are';
"""

MODEL_CALLS = """
CREATE TABLE chat2sql.model_calls (
    key               text PRIMARY KEY,
    tenant            text NOT NULL,
    request_id        text NOT NULL,
    step              text NOT NULL,
    model             text NOT NULL,
    prompt_sha256     text NOT NULL,
    texts             text[] NOT NULL,
    finish_reason     text NOT NULL,
    calls             integer NOT NULL CHECK (calls >= 0),
    prompt_tokens     bigint NOT NULL CHECK (prompt_tokens >= 0),
    completion_tokens bigint NOT NULL CHECK (completion_tokens >= 0),
    cost_usd          numeric NOT NULL CHECK (cost_usd >= 0),
    seconds           double precision NOT NULL CHECK (seconds >= 0),
    called_at         timestamptz NOT NULL
);
CREATE INDEX model_calls_of_question ON chat2sql.model_calls (tenant, request_id);
CREATE INDEX model_calls_spent ON chat2sql.model_calls (tenant, called_at) INCLUDE (cost_usd);
COMMENT ON TABLE chat2sql.model_calls IS 'Every model call that was paid, with what it returned, so that none is paid twice';
COMMENT ON COLUMN chat2sql.model_calls.key IS 'Names the call within its question; the same key is the same call';
COMMENT ON COLUMN chat2sql.model_calls.tenant IS 'Who pays';
COMMENT ON COLUMN chat2sql.model_calls.request_id IS 'The question it was made for';
COMMENT ON COLUMN chat2sql.model_calls.step IS 'The step that made it';
COMMENT ON COLUMN chat2sql.model_calls.model IS 'Name of the model in the catalogue';
COMMENT ON COLUMN chat2sql.model_calls.prompt_sha256 IS 'SHA-256 of the prompt; the prompt itself is not kept';
COMMENT ON COLUMN chat2sql.model_calls.texts IS 'What the model returned, one text a sample';
COMMENT ON COLUMN chat2sql.model_calls.finish_reason IS 'Why the model stopped';
COMMENT ON COLUMN chat2sql.model_calls.calls IS 'Requests to the provider';
COMMENT ON COLUMN chat2sql.model_calls.prompt_tokens IS 'Tokens sent';
COMMENT ON COLUMN chat2sql.model_calls.completion_tokens IS 'Tokens received';
COMMENT ON COLUMN chat2sql.model_calls.cost_usd IS 'Cost in US dollars';
COMMENT ON COLUMN chat2sql.model_calls.seconds IS 'How long it took';
COMMENT ON COLUMN chat2sql.model_calls.called_at IS 'When it was made';
"""


def upgrade() -> None:
    """Create the working tables."""
    for statements in (DATASOURCES, CATALOGUES, CONVERSATIONS, QUESTIONS, MODEL_CALLS):
        op.execute(statements)
