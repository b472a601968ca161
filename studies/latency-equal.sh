#!/bin/sh
# The comparison of studies/latency-cifar10.toml at equal measured time: one threshold for all layers reaches a speed only roughly, so the knapsack is asked for the very speed-up
# that each of its cuts was measured at. About ten minutes of two cores.
#   studies/latency-equal.sh runs/latency-cifar10 runs/latency-equal
set -eu
cd -- "$(dirname -- "$0")/.."
sweep=$1 out=$2
field() { grep -o "\"$1\":[0-9.]*" | tail -1 | cut -d: -f2; }
for seed in 1 2 3 4 5 6; do
    trained=$sweep/runs/0000$seed/result/run
    threshold=$(printf '%s/runs/%05d/result' "$sweep" $((6 + 2 * seed)))
    retrained=$(printf '%s/runs/%05d/result' "$sweep" $((18 + 2 * seed)))
    speedup=$(./slim bench latency "$trained" "$threshold/pruned.slim" --batch 64 --runtime onnx --layers 0 --json | field timeRatio)
    mkdir -p "$out/$seed"
    miss=$(./slim prune "$trained" --speedup "$speedup" --batch 64 --out "$out/$seed/pruned.slim" --json | grep -o '"miss":[-0-9.e]*' | cut -d: -f2)
    ./slim retrain "$out/$seed/pruned.slim" --epochs 3 --seed $seed --out "$out/$seed/run" --json >/dev/null
    accuracy=$(./slim evaluate "$out/$seed/run" --json | field accuracy)
    echo "$seed $speedup $miss $accuracy $(field accuracy <"$retrained/evaluation.json")" |
        awk '{printf "seed %s  %.2f times the speed (%+.1f %% off)  knapsack %.2f %%  threshold %.2f %%\n", $1, $2, 100*$3, 100*$4, 100*$5}'
done
