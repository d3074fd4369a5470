-- state.sqlite as the last version without sign-in wrote it (2026-11-30), dumped by SQLite.
BEGIN TRANSACTION;
CREATE TABLE acceptances (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
            first TEXT NOT NULL, last TEXT NOT NULL, reason TEXT NOT NULL, "by" TEXT NOT NULL,
            at TEXT NOT NULL, texts TEXT NOT NULL
        ) STRICT;
INSERT INTO "acceptances" VALUES(1,'18cf2113e794249a','count','2026-11-01','2026-11-02','known','ops','2026-11-20T12:00:00+00:00','[]');
CREATE TABLE notes (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, day TEXT NOT NULL,
            text TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, created_at TEXT NOT NULL
        ) STRICT;
INSERT INTO "notes" VALUES(1,'9a3b3aef4422b123','2026-11-12','Campaign starts','project','p1','2026-11-20T12:00:00+00:00');
INSERT INTO "notes" VALUES(2,'9e8032ed4c9ba3ae','2026-11-13','naïve “🎬”','everything','','2026-11-20T12:00:00+00:00');
CREATE TABLE old_lists (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
            unread INTEGER NOT NULL
        ) STRICT;
INSERT INTO "old_lists" VALUES(1,'scope/notes.json','',0);
INSERT INTO "old_lists" VALUES(2,'scope/saved_views.json','',0);
INSERT INTO "old_lists" VALUES(3,'scope/accepted.json','',0);
CREATE TABLE saved_views (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            page TEXT NOT NULL, parameters TEXT NOT NULL, owner TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) STRICT;
INSERT INTO "saved_views" VALUES(1,'993c369f3614eb4e','Monday','videos','{"period": ["last-7-days"], "project": ["p1"]}','','2026-11-20T12:00:00+00:00');
INSERT INTO "saved_views" VALUES(2,'4a4926428919caf9','Mine','overview','{}','acd33f2619a89184005437a47415ec20c54ed36bb443411d9eadb91512ddfd27','2026-11-20T12:00:00+00:00');
COMMIT;
PRAGMA user_version = 1;
