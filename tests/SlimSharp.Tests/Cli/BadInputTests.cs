namespace SlimSharp.Tests.Cli;

/// <summary>Every kind of bad input gets one sentence and exit code 2, and nothing is left behind.</summary>
[Collection(nameof(Alone))]
public class BadInputTests
{
    private static readonly string Sample = Machine.SamplePath;

    private static readonly Lazy<string> Model = new(() =>
    {
        var path = Path.Combine(Machine.Folder(), "model.slim");
        var network = SlimSharp.Zoo.Vgg.Create("tiny", [4, 0, 4], 10, new(1, 28, 28));
        using var file = new SlimSharp.Formats.SlimFile
        {
            Network = network,
            Weights = SlimSharp.Models.Initialization.Draw(network, 1),
            Normalization = SlimSharp.Data.Normalization.Unit(1),
        };
        file.Save(path);
        return path;
    });

    public static TheoryData<string, string> Cases =>
        new()
        {
            { "frobnicate", "frobnicate" },
            { "train --frobnicate", "frobnicate" },
            { "train --model vgg16 --data {sample} --epochs ten --out {out}", "ten" },
            { "train --data {sample} --out {out}", "--model" },
            { "train --model lenet --data {sample} --out {out}", "There is no network 'lenet'" },
            { "train --model vgg16 --out {out}", "--data" },
            { "train --model vgg16 --data {sample}", "--out" },
            { "train --model vgg16 --data /nowhere --out {out}", "There is no file or folder '/nowhere'" },
            { "train --model vgg16 --data {empty} --out {out}", "nothing that can be read" },
            { "train --model vgg16 --width 50 --data {sample} --out {out}", "take a smaller width" },
            { "train --model vgg16 --width 0 --data {sample} --out {out}", "would have 0" },
            { "train --model vgg16 --data {sample} --penalty l7 --lambda 1 --out {out}", "There is no penalty 'l7'" },
            {
                "train --model vgg16 --data {sample} --penalty lp:p=2 --lambda 1 --out {out}",
                "strictly between 0 and 1"
            },
            { "train --model vgg16 --data {sample} --penalty l1 --out {out}", "--lambda" },
            { "train --model vgg16 --data {sample} --lambda 1 --out {out}", "--penalty" },
            { "train --model vgg16 --data {sample} --penalty l1 --lambda -1 --out {out}", "positive --lambda" },
            { "train --model vgg16 --data {sample} --epochs 0 --out {out}", "--epochs is 0" },
            { "train --model vgg16 --data {sample} --batch 1 --out {out}", "--batch is 1" },
            { "train --model vgg16 --data {sample} --lr 0 --out {out}", "--lr is 0" },
            { "train --model vgg16 --data {sample} --schedule linear --out {out}", "linear" },
            { "train --model vgg16 --data {sample} --validation 1.5 --out {out}", "--validation is 1.5" },
            {
                "train --model vgg16 --data {sample} --validation 0 --keep best --out {out}",
                "--keep best needs validation"
            },
            { "train --model vgg16 --data {sample} --threads 0 --out {out}", "--threads is 0" },
            { "train --model vgg16 --data {sample} --device tpu --out {out}", "--device tpu" },
            { "train --model vgg16 --data {sample} --device cuda --out {out}", "--device cuda" },
            { "train --model vgg16 --data {sample} --pad 8 --out {out}", "cannot be padded to 8×8" },
            { "train --model vgg16 --data {sample} --size 8 --out {out}", "larger than its padded input" },
            { "train --model vgg16 --data {sample} --channels 2 --out {out}", "--channels is 2" },
            { "train --model vgg16 --data {sample} --records 3x32 --out {out}", "--records 3x32" },
            { "train --model vgg16 --data {sample} --epochs 1 --out {full}", "is not empty" },
            { "train --resume {empty}", "no run.json" },
            { "train --resume /nowhere", "no run.json" },
            { "train --resume {empty} --epochs 3", "leave out --epochs" },
            { "train --model vgg11 --data {sample} --without speed --out {out}", "there is no such fast path" },
            { "train --model vgg11 --data {sample} --method magic --out {out}", "magic" },
            { "train --model vgg11 --data {sample} --method prox --out {out}", "--method prox needs a --penalty" },
            {
                "train --model vgg11 --data {sample} --method splitting --penalty l1 --lambda 1 --out {out}",
                "needs a positive --beta"
            },
            {
                "train --model vgg11 --data {sample} --method splitting --preset vgg19 --beta 2 --out {out}",
                "leave out --penalty, --lambda and --beta"
            },
            { "train --model vgg11 --data {sample} --preset vgg19 --out {out}", "--method splitting" },
            {
                "train --model vgg11 --data {sample} --method variational --penalty l1 --lambda 1 --out {out}",
                "a prior in place of a penalty"
            },
            { "train --model vgg11 --data {sample} --method variational --sigma 0 --out {out}", "--sigma is 0" },
            {
                "train --model vgg11 --data {sample} --method variational --kl-warmup 2 --out {out}",
                "--kl-warmup is 2"
            },
            { "train --model vgg11 --data {sample} --sigma 0.1 --out {out}", "go with --method variational" },
            {
                "train --model vgg11 --data {sample} --penalty l1 --lambda 1 --prox-step published --out {out}",
                "--prox-step goes with --method prox"
            },
            { "train --model vgg11 --data {sample} --target-macs 0.5 --out {out}", "--target-macs needs a --penalty" },
            {
                "train --model vgg11 --data {sample} --penalty l1 --target-macs 1.5 --out {out}",
                "--target-macs is 1.5"
            },
            {
                "train --model vgg11 --data {sample} --pad 32 --penalty mcp:knee=0.1 --target-macs 0.5 --out {out}",
                "flat on the way"
            },
            { "train --model vgg11 --data {sample} --rewind 1 --out {out}", "--rewind is 1" },
            { "train --model vgg11 --data {sample} --temperature 2 --out {out}", "go with --teacher" },
            { "train --model vgg11 --data {sample} --teacher /nowhere --out {out}", "/nowhere" },
            {
                "train --model vgg11 --data {sample} --teacher {model} --temperature 0 --out {out}",
                "--temperature is 0"
            },
            {
                "retrain {model} --data {sample} --scratch budget --epochs 1 --out {out}",
                "needs a network that was cut"
            },
            { "prune {model} --ratio 0.5 --criterion luck", "luck" },
            { "prune {model} --ratio 0.5 --criterion taylor", "needs training images" },
            { "prune {model} --ratio 0.5 --recalibrate", "needs training images" },
            { "prune {model} --ratio 0.5 --candidates 3", "needs training images" },
            { "prune {model} --ratio 0.5 --candidates 0", "--candidates is 0" },
            { "prune {model} --ratio 0.5 --candidates 2 --control uniform", "do not go together" },
            { "prune {model} --ratio 0.5 --images 1", "--images is 1" },
            { "prune {model} --zeros --criterion l1", "--zeros goes by" },
            { "iterate {model} --macs 0.5 --rounds 0 --out {out}", "--rounds is 0" },
            { "iterate {model} --rounds 2 --out {out}", "exactly one of" },
            { "iterate {model} --macs 0.5 --rounds 2 --data {sample}", "--out" },
            { "iterate {model} --macs 0.5 --ratio 0.5 --out {out}", "exactly one of" },
            { "iterate {model} --ratio 1 --out {out}", "must lie in [0, 1)" },
            { "iterate {model} --ratio 0 --out {out}", "above 0 (--ratio)" },
            { "iterate {model} --gone 0.5,0.1 --out {out}", "--gone takes shares in (0, 1) that ascend" },
            { "iterate {model} --gone 0.1,half --out {out}", "'half' is no number" },
            { "iterate {model} --gone 0.1,0.5 --rounds 2 --out {out}", "--rounds does not go with --gone" },
            { "iterate {model} --macs 0.5 --order published --out {out}", "--order goes with --ratio" },
            { "iterate {model} --ratio 0.5 --images 100 --out {out}", "--images goes with" },
            { "iterate {model} --ratio 0.5 --criterion fisher-group --images 1 --out {out}", "--images is 1" },
            { "iterate {model} --ratio 0.5 --cap 2 --out {out}", "--cap: '2' is no cap" },
            { "prune {model} --ratio 0.9 --cap 0.1 --out {out}", "--cap lets at most 10.0 % of a layer go" },
            { "iterate {model} --ratio 0.9 --cap 0.1 --out {out}", "--cap lets at most 10.0 % of a layer go" },
            { "iterate {model} --ratio 0.5 --width 0.5 --out {out}", "--width is for a network of the zoo" },
            { "iterate lenet --schedule ortho --ratio 0.5 --out {out}", "There is no file or run folder 'lenet'" },
            { "iterate vgg11 --ratio 0.5 --data {sample} --out {out}", "vgg11 of the zoo is not trained" },
            { "iterate vgg11 --schedule ortho --ratio 0.5 --normalization imagenet --out {out}", "--normalization" },
            { "iterate vgg11 --schedule early-bird --gone 0.1,0.5 --out {out}", "cuts once" },
            {
                "iterate {model} --schedule early-bird --ratio 0.5 --data {sample} --out {out}",
                "begins with a new network: give --model"
            },
            {
                "iterate {model} --schedule ortho --ratio 0.5 --rewind 0.5 --data {sample} --out {out}",
                "leave out --rewind"
            },
            {
                "iterate vgg11 --width 0.05 --schedule ortho --macs 0.000001 --data {sample} --pad 32 --out {out}",
                "cannot be reached"
            },
            {
                "iterate vgg11 --width 0.05 --schedule early-bird --ratio 0.5 --data {empty} --out {out}",
                "nothing that can be read"
            },
            { "train --model vgg11 --data {sample} --steps 0,1 --out {out}", "--steps 0,1" },
            {
                "train --model vgg11 --data {sample} --schedule cosine --steps 24,1 --out {out}",
                "--steps goes with --schedule step"
            },
            { "inspect {model} --lambda-range --data {sample}", "--lambda-range needs a --penalty" },
            { "inspect {model} --lambda-range --penalty l1", "--data" },
            { "compare --macs 2", "--macs is 2" },
            {
                "prune {model}",
                "exactly one of --ratio, --macs, --params, --below, --layer-widths, --latency, --speedup and --zeros"
            },
            { "prune {model} --ratio 0.5 --speedup 2", "exactly one of" },
            { "prune {model} --latency 8ms --speedup 2", "do not go together" },
            { "prune {model} --latency fast", "--latency fast" },
            { "prune {model} --latency -3ms", "--latency -3ms" },
            { "prune {model} --speedup 1", "--speedup is 1" },
            { "prune {model} --ratio 0.5 --batch 8", "--batch goes with --latency or --speedup" },
            { "prune {model} --ratio 0.5 --widths threshold", "--widths goes with" },
            { "prune {model} --speedup 2 --trunk selection", "leave out --trunk" },
            { "prune {model} --speedup 2 --candidates 3", "do not go with --candidates" },
            { "prune {model} --speedup 2 --latency-table {broken}", "no table of latencies" },
            { "bench latency /nowhere.onnx", "no file '/nowhere.onnx'" },
            { "bench latency {model} --batch none", "--batch none" },
            { "bench latency {model} --runs 0", "--runs is 0" },
            { "bench latency {broken}", "damaged" },
            { "bench layers {model} --request", "--request needs a file" },
            { "bench layers {model} --batch 0", "--batch is 0" },
            { "report /nowhere", "There is no file or folder '/nowhere'" },
            { "report {empty}", "holds no finished run" },
            { "report {broken}", "damaged" },
            { "inspect {model} --curve", "--data" },
            { "prune {model} --ratio 0.5 --macs 0.5", "exactly one of" },
            { "prune {model} --ratio 1", "must lie in [0, 1)" },
            { "prune {model} --params 0", "must lie in (0, 1]" },
            { "prune {model} --below 0", "must lie in (0, 1]" },
            { "prune {model} --below 0.5 --macs 0.5", "exactly one of" },
            { "prune {model} --below 0.5 --per-layer", "--per-layer goes with --ratio" },
            { "prune {model} --below 0.5 --empty-blocks", "leave out --empty-blocks" },
            { "prune {model} --below 0.5 --candidates 2", "leave out --candidates" },
            { "prune {model} --layer-widths conv", "--layer-widths conv: give the name of a layer and a number" },
            { "prune {model} --layer-widths conv=0", "--layer-widths conv=0" },
            { "prune {model} --layer-widths conv=many", "--layer-widths conv=many" },
            { "prune {model} --layer-widths conv=1 --layer-widths conv=2", "gives 'conv' twice" },
            { "prune {model} --layer-widths nothing=4", "names no layer" },
            { "prune {model} --layer-widths *=100000", "has only" },
            { "prune {model} --layer-widths input=1", "may not be cut" },
            { "prune {model} --params 0.5 --per-layer", "--per-layer goes with --ratio" },
            { "prune {model} --ratio 0.5 --min-channels 0", "At least 1 channel" },
            { "prune {model} --ratio 0.5 --round-to 0", "multiples of 1 or more" },
            { "prune {model} --ratio 0.5 --keep nothing", "names no layer" },
            { "prune {model} --params 0.000001", "cannot be reached" },
            { "prune {model} --ratio 0.5 --out {model}", "write over the file" },
            { "prune /nowhere --ratio 0.5", "There is no file or run folder '/nowhere'" },
            { "prune {empty} --ratio 0.5", "holds no model.slim" },
            { "prune {broken} --ratio 0.5", "damaged" },
            { "retrain {model} --epochs 1 --out {out}", "--data" },
            {
                "retrain {model} --data {sample} --pad 32 --epochs 1 --out {out}",
                "images are 1×32×32, but tiny takes 1×28×28"
            },
            { "evaluate {model}", "--data" },
            { "evaluate {model} --data {sample} --channels 3", "images are 3×28×28" },
            { "evaluate {text}", "is not a safetensors file" },
            { "inspect {truncated}", "cut short" },
            { "verify {model} --against /nowhere", "/nowhere" },
            { "verify /nowhere", "/nowhere" },
            { "diff {model} {text}", "is not a safetensors file" },
            { "convert /nowhere --model resnet20 --out {out}", "There is no file '/nowhere'" },
            { "convert {text} --model resnet20 --out {out}", "cannot be read as a PyTorch state dict" },
            { "convert {text} --model resnet20 --mean 1 --out {out}", "--mean needs 3 numbers" },
            { "convert {text} --out {out}", "--model" },
            { "reproduce {empty}", "holds no NAME" },
            { "data /nowhere", "/nowhere" },
            { "data --download imagenet --out {out}", "There is no set 'imagenet'" },
            { "data --download mnist", "--out" },
            { "demo --epochs 0", "--epochs must be 1 or more" },
            { "import {model} --size 32 --out {out}", "--size says how the images of --data are read" },
            { "import {model} --record-data --out {out}", "--record-data notes what --data names" },
            { "import {model} --restore-batchnorm --out {out}", "--restore-batchnorm needs training images" },
            { "prune {model} --ratio 0.5 --validation 0.2", "--validation says how the images of --data are read" },
            { "prune {model} --ratio 0.5 --plan-only --out {out}", "--out has no effect with --plan-only" },
            { "prune {model} --ratio 0.5 --images 100", "--images goes with --recalibrate" },
            { "export {model} --onnx {out} --pad 32", "--pad says how the images of --data are read" },
            { "export {model} --pytorch {out} --normalization bytes", "--normalization goes with --onnx" },
            { "inspect {model} --pad 32", "--pad goes with --curve, --groups and --lambda-range" },
            { "inspect {model} --curve --penalty l1 --data {sample}", "--penalty goes with --lambda-range" },
            { "inspect {model} --width 0.5", "--width is for networks of the zoo" },
            { "inspect vgg16 --curve --data {sample}", "--curve is for a network that was trained" },
            { "train --model vgg11 --data {sample} --optimizer adamw --nesterov --out {out}", "--nesterov goes with" },
            { "report {full} --no-measuring --batch 4", "--batch has no effect with --no-measuring" },
            { "bench layers {model} --request --even-if-busy --out {out}", "--even-if-busy has no effect" },
            { "bench latency {model} --runtime libtorch --layers 3", "leave it out with --runtime libtorch" },
            { "data --size 32", "--size says how the images of a path are read" },
            { "data --out {out}", "--out goes with --download" },
            { "data --download mnist --size 32 --out {out}", "--size has no effect with --download" },
            { "data {sample} --download mnist --out {out}", "--download goes to the folder of --out" },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Bad_input_gets_one_sentence(string command, string part)
    {
        var folder = Machine.Folder();
        var content = File.ReadAllBytes(Model.Value);
        string At(string name, byte[]? bytes = null)
        {
            var path = Path.Combine(folder, name);
            if (bytes is null)
                Directory.CreateDirectory(path);
            else
                File.WriteAllBytes(path, bytes);
            return path;
        }
        var output = Path.Combine(folder, "out");
        var full = At("full");
        File.WriteAllText(Path.Combine(full, "precious.txt"), "mine");
        byte[] damaged = [.. content];
        damaged[^3] ^= 1;
        var model = At("model.slim", content);
        var arguments = command
            .Split(' ')
            .Select(word =>
                word.Replace("{sample}", Sample)
                    .Replace("{out}", output)
                    .Replace("{empty}", Path.Combine(folder, "empty"))
                    .Replace("{full}", full)
                    .Replace("{model}", model)
                    .Replace("{broken}", Path.Combine(folder, "broken.slim"))
                    .Replace("{text}", Path.Combine(folder, "text.slim"))
                    .Replace("{truncated}", Path.Combine(folder, "truncated.slim"))
            )
            .ToArray();
        At("empty");
        At("broken.slim", damaged);
        At("text.slim", "these are words, not tensors"u8.ToArray());
        At("truncated.slim", content[..^100]);
        var before = Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order().ToArray();

        var (code, said, error) = await Slim.Run(arguments);

        Assert.Equal(2, code);
        Assert.Contains(part, error);
        Assert.StartsWith("slim: ", error);
        Assert.Single(error.Trim().Split('\n'));
        Assert.DoesNotContain("   at ", said + error);
        Assert.Equal(before, Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order());
        Assert.Equal(content, File.ReadAllBytes(model));
    }
}
