using System.CommandLine;
using SlimSharp.Data;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Onnx;

namespace SlimSharp.Cli;

/// <summary>slim import: a network from an ONNX file.</summary>
internal static class ImportCommand
{
    private const int Images = 64;

    internal static Command Create()
    {
        var command = new Command(
            "import",
            "Make a .slim file of an ONNX file, so that it can be trained, cut and exported again; where its BatchNorms were folded away, --restore-batchnorm gives it scales again."
        );
        var input = new Argument<string>("FILE") { Description = "The ONNX file." };
        var output = new OutputOption("--out") { Description = "The .slim file to write.", HelpName = "FILE" };
        var restore = new Option<bool>("--restore-batchnorm")
        {
            Description =
                "Put a BatchNorm behind every convolution that has none, with statistics of the images of --data; the function stays.",
        };
        var record = new Option<bool>("--record-data")
        {
            Description =
                "Note --data as the network's own, so that later commands find it: its images and classes must be those of the network.",
        };
        var (data, normalization, common) = (
            new DataArguments(),
            new NormalizationArguments(allowsNone: true),
            new CommonOptions()
        );
        command.Add(input);
        foreach (var option in (Option[])[output, restore, record])
            command.Add(option);
        data.AddTo(command);
        normalization.AddTo(command);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var target = parsed.GetValue(output) ?? throw new UsageException("Give --out FILE for the .slim file.");
            var options = data.Given(parsed);
            if (options is null && parsed.GetValue(record))
                throw new UsageException("--record-data notes what --data names; give that, too.");
            if (options is null && parsed.GetValue(restore))
                throw new UsageException("--restore-batchnorm needs training images; give --data DIR.");
            common.Prepare(parsed);
            var screen = common.Screen(parsed);
            var path = parsed.GetValue(input)!;
            var model = OnnxImport.WithoutBytePixels(OnnxModel.Load(path));
            using var read = OnnxImport.Of(model, path);
            var network = read.Network;
            var difference = ImportCheck.Run(path, network, read.Weights);
            var sets = options is null ? null : Read(screen, options, network, withClasses: parsed.GetValue(record));
            var stated = Stated(screen, normalization, parsed, network, OnnxImport.NormalizationOf(model), path);
            using var restored = parsed.GetValue(restore) ? Restore(screen, read, sets, stated, path) : null;
            if (restored is not null)
            {
                network = restored.Network;
                difference = ImportCheck.Run(path, network, restored.Weights);
            }
            using var file = new SlimFile
            {
                Network = network,
                Weights = (restored ?? read).Weights,
                Normalization = stated,
                Classes = Classes(screen, network, OnnxImport.ClassesOf(model), path),
                Data = parsed.GetValue(record) ? options : null,
                Provenance = new Dictionary<string, string>
                {
                    ["command"] = "import",
                    ["source"] = Path.GetFileName(path),
                },
            };
            file.Save(target);
            var cost = NetworkCost.Of(network);
            screen.Say(
                $"{target}: {network.Name}, {Words.Count(cost.Parameters)} parameters, {Words.Count(cost.Macs)} MACs, {network.BatchNorms.Count()} BatchNorm{(network.BatchNorms.Count() == 1 ? "" : "s")}; differs by {Words.Number(difference, "G2")} of the largest output from what ONNX Runtime computes of the file, on noise"
            );
            if (
                !network.BatchNorms.Any()
                && network.Nodes.Any(n => network.HasWeights(n) && network.Shapes[n.Name].IsImage)
            )
                screen.Say(
                    "No BatchNorm scales are left to penalise and to cut by; --restore-batchnorm --data DIR gives it some. Without them, 'slim prune --criterion l1' cuts by weights."
                );
            screen.Emit(
                new()
                {
                    ["file"] = target,
                    ["parameters"] = cost.Parameters,
                    ["macs"] = cost.Macs,
                    ["batchNorms"] = network.BatchNorms.Count(),
                    ["difference"] = difference,
                }
            );
            return ExitCode.Done;
        });
        return command;
    }

    // Those of another size are of no use; their classes matter only where they are to be the network's.
    private static TrainAndTest Read(Screen screen, DataOptions options, Network network, bool withClasses)
    {
        var sets = ImageSets.Read(screen, options);
        var images = (sets.Train ?? sets.Test)!;
        images.CheckFits(network);
        if (withClasses && images.HasLabels && Classification.NoClasses(network) is null)
            Classification.CheckClasses(network, images);
        return sets;
    }

    // What was said on the command line, or else in the file.
    private static Normalization? Stated(
        Screen screen,
        NormalizationArguments arguments,
        ParseResult parsed,
        Network network,
        Normalization? recorded,
        string path
    )
    {
        var (shape, given) = (network.Shapes[network.Inputs.First().Name], arguments.Get(parsed, network));
        if (recorded is not null && recorded.Mean.Length != shape.Channels)
            recorded = null; // of somebody else, under the same words
        if (arguments.IsGiven(parsed))
        {
            if (recorded is not null && !recorded.Equals(given))
                screen.Warn(
                    $"{path} says that images are normalised otherwise: {recorded}. What the options say is kept."
                );
            return given;
        }
        if (recorded is null && shape.IsImage)
            screen.Say(
                $"{path} does not say how images are normalised. Give --normalization (or --mean and --deviation) now, "
                    + "or with every command that runs the network on images."
            );
        return recorded;
    }

    // Others may use the same word for something else.
    private static IReadOnlyList<string> Classes(
        Screen screen,
        Network network,
        IReadOnlyList<string> names,
        string path
    )
    {
        if (names.Count == 0 || Classification.NoClasses(network) is not null)
            return names;
        var outputs = network.Shapes[network.Outputs[0]].Channels;
        if (names.Count == outputs && names.Distinct().Count() == outputs)
            return names;
        screen.Warn(
            $"{path}: its metadata name {names.Count} classes, {names.Distinct().Count()} of them different, but its network has {outputs} outputs; the names are left out."
        );
        return [];
    }

    private static ImportedNetwork Restore(
        Screen screen,
        ImportedNetwork read,
        TrainAndTest? sets,
        Normalization? normalization,
        string path
    )
    {
        var train =
            sets?.Train ?? throw new UsageException("--restore-batchnorm needs training images; give --data DIR.");
        var restored = ScaleRestoration.Run(
            read.Network,
            read.Weights,
            train.Subset(train.Spread(Math.Min(Images, train.Count))),
            normalization ?? throw new UsageException(ModelFile.NoNormalization(path))
        );
        screen.Say(
            $"BatchNorms restored; the function differs by {Words.Number(restored.Difference, "G2")} of the largest output."
        );
        return restored;
    }
}
