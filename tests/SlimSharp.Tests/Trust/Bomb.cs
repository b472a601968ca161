namespace SlimSharp.Tests.Trust;

/// <summary>A small file that claims, or becomes, a large one.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Make">Writes it to a folder and returns what the command is given.</param>
/// <param name="Command">The command, with {} for what was made and {out} for a file to write.</param>
/// <param name="Sentence">A part of what the command says; empty where it is read, which must not take long.</param>
internal sealed record Bomb(string Name, Func<string, string> Make, string Command, string Sentence)
{
    private const string TooMuch = "may be taken for";

    /// <summary>Every bomb.</summary>
    internal static IReadOnlyList<Bomb> All { get; } =
    [
        new("LIBSVM, one index", TextBombs.OneIndex, "logistic fit {} --share 0.1", TooMuch),
        new("LIBSVM, largest index", TextBombs.LargestIndex, "logistic fit {} --share 0.1", "2147483647"),
        new("LIBSVM, gzipped", TextBombs.PackedSamples, "logistic fit {} --share 0.1", TooMuch),
        new("CSV of 200,000 columns", TextBombs.WideTable, "logistic fit {} --share 0.9", ""),
        new("CSV, gzipped", TextBombs.PackedTable, "logistic fit {} --share 0.1", TooMuch),
        new("sweep of 10⁹ combinations", TextBombs.Sweep, "sweep plan {} --out {out}", TooMuch),
        new("sweep that leaves all of 10⁹ out", TextBombs.EmptySweep, "sweep plan {} --out {out}", TooMuch),
        new("IDX, gzipped", DataBombs.Idx, "data {}", TooMuch),
        new("MAT, compressed", DataBombs.Matlab, "data {}", TooMuch),
        new("40 JPEG of 64 megapixels", DataBombs.Pictures, "data {} --size 32", TooMuch),
        new("tar.gz, giant picture", DataBombs.GiantPicture, "data {}", TooMuch),
        new("tar.gz, giant other file", DataBombs.GiantOther, "data {}", TooMuch),
        new("tar, giant attributes", DataBombs.GiantAttributes, "data {}", "the name or the attributes"),
        new(
            "PyTorch, one storage of 60 names",
            WeightBombs.OneStorage,
            "convert {} --model resnet20 --out {out}",
            TooMuch
        ),
        new(
            "PyTorch, one zip entry of 60 names",
            WeightBombs.OneEntry,
            "convert {} --model resnet20 --out {out}",
            TooMuch
        ),
        new(
            "safetensors, tensor over 2 GB",
            WeightBombs.LargeTensor,
            "convert {} --model resnet20 --out {out}",
            "2.4 GB"
        ),
        new(".slim: 10⁹ channels", WeightBombs.Channels, "inspect {}", TooMuch),
        new(".slim: 10⁹ positions to flatten", WeightBombs.Positions, "inspect {}", TooMuch),
        new(".slim: 10⁹ units", WeightBombs.Units, "inspect {}", "is missing"),
        new(".slim: image of 30,000²", PlanBombs.LargeImage, "inspect {}", TooMuch),
        new(".slim: plan of 10⁹ channels", PlanBombs.Channels, "inspect {}", TooMuch),
        new(".slim: plan of a padding of 10⁶", PlanBombs.WidePadding, "inspect {}", TooMuch),
        new(".slim: plan of a padding of 70,000", PlanBombs.Padding, "verify {}", TooMuch),
        new(".slim: plan of 10⁹ weights", PlanBombs.Weights, "verify {}", TooMuch),
        new(".slim: plan of a kernel of 101²", PlanBombs.Kernel, "verify {}", TooMuch),
        new("ONNX, 2,000 Pad nodes", OnnxBombs.Pads, "import {} --out {out}", TooMuch),
        new("ONNX, Concat that doubles 40 times", OnnxBombs.Concats, "import {} --out {out}", TooMuch),
        new("ONNX, pads of 2³¹", OnnxBombs.WidePads, "import {} --out {out}", "larger than can be counted"),
        new("ONNX, one constant of 20,000 layers", OnnxBombs.OneConstant, "import {} --out {out}", TooMuch),
        new("ONNX, 50,000 nodes of one name", OnnxBombs.OneName, "import {} --out {out}", "same node name"),
    ];
}
