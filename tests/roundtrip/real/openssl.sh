#!/bin/bash
# SPDX-License-Identifier: MIT
# openssl speed: SIGALRM ends a busy loop; the counts are those of the recording.
. "$(dirname "$0")/../roundtrip_lib.sh"
need openssl
VARIES=1
roundtrip speed openssl speed -seconds 1 -bytes 1024 sha256
VARIES=
printf 'some text' >"$work/text"
roundtrip digest openssl dgst -sha512 "$work/text"
roundtrip prime openssl prime 1000003
finish
