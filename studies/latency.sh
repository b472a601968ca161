#!/bin/sh
# Makes the tables of docs/latency.md, on a quiet machine; about ten minutes of two cores. The pretrained ResNet-56 is looked for in SLIMSHARP_DATA.
set -eu
cd -- "$(dirname -- "$0")/.."
shared=${SLIMSHARP_DATA:-../shared}
out=${1:-runs/latency-tables}
mkdir -p "$out"
said() { "$@" | grep -E "Measured|MACs [0-9]" || true; }

echo "== VGG-19 at half of its multiply-adds"
[ -e "$out/vgg19/model.slim" ] || ./slim train --model vgg19 --data data/fashion-mnist --pad 32 --penalty l1 --lambda 5e-3 --epochs 3 --precision bfloat16 --out "$out/vgg19" >/dev/null
for multiple in 1 8 16; do
    said ./slim prune "$out/vgg19" --macs 0.5 --round-to $multiple --out "$out/vgg19-by-$multiple.slim"
done
./slim quantize "$out/vgg19-by-16.slim" --onnx "$out/vgg19-int8.onnx" >/dev/null
./slim bench latency "$out/vgg19" "$out/vgg19-by-1.slim" "$out/vgg19-by-8.slim" "$out/vgg19-by-16.slim" "$out/vgg19-int8.onnx" --batch 64 --runs 200 --runtime onnx --layers 8
./slim bench latency "$out/vgg19" "$out/vgg19-by-16.slim" --batch 1,64 --runs 200 --runtime libtorch --layers 0

echo "== ResNet-56 at half of its multiply-adds"
./slim convert "$shared/data/pretrained/cifar10-resnet56-akamaster.safetensors" --model resnet56 --mean 0.485,0.456,0.406 --deviation 0.229,0.224,0.225 --out "$out/resnet56.slim" >/dev/null
said ./slim prune "$out/resnet56.slim" --macs 0.5 --out "$out/resnet56-by-1.slim"
said ./slim prune "$out/resnet56.slim" --macs 0.5 --round-to 8 --out "$out/resnet56-by-8.slim"
said ./slim prune "$out/resnet56.slim" --speedup 1.9 --batch 64 --empty-blocks --out "$out/resnet56-planned.slim"
./slim bench latency "$out/resnet56.slim" "$out/resnet56-by-1.slim" "$out/resnet56-by-8.slim" "$out/resnet56-planned.slim" --batch 64 --runs 200 --runtime onnx --layers 0
./slim bench layers "$out/vgg19" --batch 64
