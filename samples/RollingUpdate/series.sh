#!/bin/sh
# 20 rolls behind each of HAProxy (layer 7 and 4), nginx, YARP, and in the hard case; about 40 minutes. Interrupt it and start it again
# as you like: what benchmarks/results/rolls.jsonl holds is not repeated. Options go to the command: --rolls 3, --only hard, --plain, --summary.
set -eu
cd "$(dirname "$0")/../.."
exec dotnet run -c Release --project samples/RollingUpdate -- series "$@"
