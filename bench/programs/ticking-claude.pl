# ticking-claude.pl COUNT PER_SECOND: a Claude whose answer comes in COUNT pieces, so many a second. Each carries the
# monotonic time in ns right before its write. Perl, as a hundred of them start soon and take little memory.
use strict;
use warnings;
use Time::HiRes qw(clock_gettime sleep CLOCK_MONOTONIC);

my ($count, $rate) = @ARGV;
my $session = sprintf('00000000-0000-4000-8000-%012d', $$);
my $tail = qq("session_id":"$session","parent_tool_use_id":null}\n);
$| = 1;

sub stream { print qq({"type":"stream_event","event":$_[0],$tail) }

print qq({"type":"system","subtype":"init","model":"m","permissionMode":"default","session_id":"$session"}\n);
stream(qq({"type":"message_start","message":{"id":"msg_1","role":"assistant","model":"m","content":[]}}));
stream(qq({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}));
my $began = clock_gettime(CLOCK_MONOTONIC);
for my $tick (1 .. $count) {
  my $wait = $began + $tick / $rate - clock_gettime(CLOCK_MONOTONIC);
  sleep($wait) if $wait > 0;
  my $at = sprintf('%.0f', clock_gettime(CLOCK_MONOTONIC) * 1e9);
  stream(qq({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"at:$at "}}));
}
stream(qq({"type":"content_block_stop","index":0}));
stream(qq({"type":"message_stop"}));
print qq({"type":"result","subtype":"success","is_error":false,"result":"$count ticks","permission_denials":[],$tail);
