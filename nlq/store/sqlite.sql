-- One file, one process. `content` is the Answer's JSON, compressed; an answer belongs to its asker (org_id, sub).
create table if not exists answers (
    id text primary key, org_id text not null, sub text not null, conversation_id text not null, asked_at text not null,
    status text not null, fingerprint text not null, content blob not null) without rowid;
create index if not exists answers_by_conversation on answers (org_id, sub, conversation_id, asked_at);
create index if not exists answers_by_time on answers (asked_at);
create table if not exists feedback (
    answer_id text not null references answers on delete cascade, org_id text not null, sub text not null,
    rating text not null check (rating in ('up', 'down')), comment text not null, said_at text not null,
    primary key (answer_id, org_id, sub)) without rowid;
-- What was already dealt with, for whoever is told things twice.
create table if not exists seen (key text primary key, at text not null) without rowid;
