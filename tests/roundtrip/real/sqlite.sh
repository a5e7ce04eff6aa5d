#!/bin/bash
# SPDX-License-Identifier: MIT
# sqlite3 with a database file, a journal, indexes, and one in memory.
. "$(dirname "$0")/../roundtrip_lib.sh"
need sqlite3
cat >"$work/script.sql" <<'SQL'
create table t(a integer primary key, b integer, c text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
insert into t select i, i * 7919 % 1009, 'text ' || i % 17 from n;
create index t_b on t(b);
select count(*), sum(b), max(c) from t where b between 100 and 200;
begin; delete from t where b < 500; rollback;
delete from t where b >= 500;
vacuum;
select c, count(*) from t group by c order by 2 desc, 1 limit 5;
pragma integrity_check;
SQL
STDIN=$work/script.sql
roundtrip file sqlite3 database
roundtrip memory sqlite3 :memory:
finish
