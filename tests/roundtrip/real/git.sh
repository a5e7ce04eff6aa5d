#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout: 300
# git: init, add, commit, log, gc, clone.
. "$(dirname "$0")/../roundtrip_lib.sh"
need git
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_DATE='2024-01-01T00:00:00Z' GIT_COMMITTER_DATE='2024-01-01T00:00:00Z'
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
cat >"$work/script" <<'SH'
set -e
git() { command git -c pack.threads=1 -c index.threads=1 -c gc.auto=0 -c init.defaultBranch=main "$@"; }
git init -q r && cd r
for i in 1 2 3 4 5; do
	seq $((i * 100)) >file$i; git add . ; git commit -q -m "commit $i"
done
git log --oneline --stat
git gc -q && git fsck --no-progress
git branch side HEAD~2 && git checkout -q side && echo x >y && git add y && git commit -q -m side
git merge -q -m merge main && git log --graph --format=%s
cd .. && git clone -q --no-hardlinks r c && ls c
SH
roundtrip git sh "$work/script"
finish
