#!/bin/bash
# SPDX-License-Identifier: MIT
# Large programs that do little: gdb --version, and others' --version.
. "$(dirname "$0")/../roundtrip_lib.sh"
need gdb
roundtrip gdb gdb --version
roundtrip cmake cmake --version
roundtrip vim vim --version
finish
