using System.CommandLine;
using System.Reflection;
using System.Text.RegularExpressions;
using SlimSharp.Cli;
using SlimSharp.Experiments;
using SlimSharp.Latency;
using SlimSharp.Linear;
using SlimSharp.Onnx;
using SlimSharp.Penalties;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Cli;

/// <summary>
/// The libraries know no command: their sentences name properties, which the command turns into its options.
/// </summary>
public partial class OptionNameTests
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance;

    private static readonly Type[] Types =
    [
        .. new[]
        {
            typeof(SlimSharpException),
            typeof(OnnxExport),
            typeof(LatencyTable),
            typeof(RunFolder),
            typeof(TrainingRun),
            typeof(Penalty),
            typeof(LogisticProblem),
        }.SelectMany(t => t.Assembly.GetExportedTypes()),
    ];

    // What the words of others begin with, and what none but the command itself is given.
    private static readonly Dictionary<string, string> Others = new()
    {
        ["Sweeps/SlurmScript.cs"] = "options of sbatch, and the arguments of the program that a job starts",
        ["Sweeps/KubernetesJob.cs"] = "the arguments of the program that a pod starts",
    };

    // Of a kind that has options, here or by its name.
    private static bool IsOption(string name) =>
        name.Split('.')[0] is var type
        && (
            type.EndsWith("Options", StringComparison.Ordinal)
            || OptionNames.All.Keys.Any(k => k.StartsWith($"{type}.", StringComparison.Ordinal))
        );

    private static bool IsMember(string name)
    {
        var parts = name.Split('.');
        return Types.Any(t =>
            t.FullName!.Replace('+', '.').EndsWith($".{string.Join('.', parts[..^1])}", StringComparison.Ordinal)
            && (t.GetMember(parts[^1], Members).Length > 0 || t.GetNestedType(parts[^1]) is not null)
        );
    }

    private static IEnumerable<(string File, string Line)> Sources() =>
        from folder in Directory.GetDirectories(Path.Combine(Machine.Root, "src"))
        where Path.GetFileName(folder) is not ("SlimSharp.Cli" or "SlimSharp.LayerTiming") // which are commands
        from file in Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
        from line in File.ReadLines(file)
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        select (Path.GetRelativePath(Machine.Root, file).Replace('\\', '/'), line);

    [Fact]
    public void No_library_names_a_switch() =>
        Assert.Empty(
            Sources()
                .Where(s => Others.Keys.All(o => !s.File.EndsWith(o, StringComparison.Ordinal)))
                .Where(s => Switch().IsMatch(NoSwitch().Replace(s.Line, "")))
                .Select(s => $"{s.File}: {s.Line.Trim()}")
        );

    [Fact]
    public void Every_property_that_a_library_names_has_an_option()
    {
        string[] named =
        [
            .. Sources()
                .Where(s => s.Line.Contains('"'))
                .SelectMany(s =>
                    Literal().Matches(s.Line).SelectMany(l => Named().Matches(Hole().Replace(l.Value, "")))
                )
                .Select(m => m.Value)
                .Distinct(),
        ];
        Assert.Contains("PlanOptions.Keep", named);
        // A command always has a target, offers those there are, and has no loop of its own.
        string[] none = ["PlanOptions.Target", "PlanTarget.Macs", "PlanTarget.Latency", "ScheduleOptions.OwnBackward"];
        Assert.Empty(named.Where(IsOption).Where(IsMember).Except(OptionNames.All.Keys).Except(none));
    }

    [Fact]
    public void Every_name_in_the_list_is_there_on_both_sides()
    {
        Assert.All(OptionNames.All.Keys, name => Assert.True(IsMember(name), name));
        var options = Commands(CommandTree.Root()).SelectMany(c => c.Options).Select(o => o.Name).ToHashSet();
        Assert.All(OptionNames.All.Values.SelectMany(v => Switch().Matches(v)), o => Assert.Contains(o.Value, options));
    }

    [Theory]
    [InlineData("PlanOptions.Keep has x, which", "--keep has x, which")]
    [InlineData("give PlanOptions.Criterion = l1, or", "give --criterion l1, or")]
    [InlineData("DataOptions.Range = -1,1 makes", "--range=-1,1 makes")]
    [InlineData("PlanTarget.Ratio.PerLayer, PlanTarget.Below", "--per-layer, --below")]
    [InlineData("'PlanOptions.Keep' and a/PlanOptions.Keep", "'PlanOptions.Keep' and a/PlanOptions.Keep")]
    [InlineData("Network.Name and SlimSharp.Runs", "Network.Name and SlimSharp.Runs")]
    [InlineData(
        "Downloads.All mnist|fashion-mnist; Debian",
        "slim data --download mnist|fashion-mnist --out DIR; Debian"
    )]
    [InlineData(
        "allow more: SLIMSHARP_MEMORY=8GB in the environment.",
        "allow more: --memory 8GB, or the environment variable SLIMSHARP_MEMORY."
    )]
    public void Properties_become_options(string text, string shown) => Assert.Equal(shown, OptionNames.In(text));

    private static IEnumerable<Command> Commands(Command command) =>
        command.Subcommands.SelectMany(Commands).Prepend(command);

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]+")]
    private static partial Regex Switch();

    [GeneratedRegex(@"var\(--\w+\)|--\w+: ?#|if \(--")]
    private static partial Regex NoSwitch();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Hole();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w+(\.[A-Z]\w+)+")]
    private static partial Regex Named();
}
