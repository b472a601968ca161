#!/bin/sh
# Trial cuts against test images: for each RUN and ratio, the recalibrated accuracy on validation images, which is what 'slim inspect RUN --curve' shows, and the same cut on test images.
#   studies/curve.sh runs/demo/sparse runs/latency-cifar10/runs/0000[123]/result/run
set -eu
cd -- "$(dirname -- "$0")/.."
cut=$(mktemp -d)/cut.slim
field() { grep -o "\"$1\":[0-9.]*" | cut -d: -f2; }
for run in "$@"; do
    for ratio in 0.3 0.5 0.7; do
        foretold=$(./slim prune "$run" --ratio $ratio --recalibrate --images 512 --out "$cut" --json | field accuracyRecalibrated)
        found=$(./slim evaluate "$cut" --json | field accuracy)
        echo "$run $ratio $foretold $found" | awk '{printf "%-45s ratio %s  validation %.2f %%  test %.2f %%  difference %+.2f\n", $1, $2, 100*$3, 100*$4, 100*($3-$4)}'
    done
done
