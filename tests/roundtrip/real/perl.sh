#!/bin/bash
# SPDX-License-Identifier: MIT
# perl: regular expressions, hashes, sort, fork, pipes, sprintf, eval.
. "$(dirname "$0")/../roundtrip_lib.sh"
need perl
cat >"$work/script.pl" <<'PERL'
use strict; use warnings;
my %count;
for my $i (1 .. 20000) {
	my $text = sprintf "%05d:%s", $i * 7919 % 10007, join ",", map { $_ * $i % 13 } 1 .. 5;
	$count{$1}++ if $text =~ /^0*(\d)\d*:(?:\d+,){2}([1-7]),/;
}
print "$_ $count{$_}\n" for sort keys %count;
my $pid = open my $pipe, "-|" // die;
if (!$pid) { print "from the child\n"; exit 3 }
print <$pipe>; close $pipe; print $? >> 8, "\n";
eval { die { code => 7 } }; print $@->{code}, "\n";
local $SIG{ALRM} = sub { print "alarm\n"; die "done\n" };
alarm 1; eval { 1 while 1 }; print $@;
PERL
roundtrip perl perl "$work/script.pl"
roundtrip oneliner perl -e 'print eval join "+", 1..1000'
finish
