using System.CommandLine;

namespace SlimSharp.Cli;

/// <summary>A teacher to learn from, and zeros that stay; they stand for regularisers.</summary>
internal sealed class RecoveryArguments
{
    private readonly Option<string?> _teacher = new("--teacher")
    {
        Description = "Learn from this network, too, such as the dense one: a run folder or .slim file.",
        HelpName = "RUN",
    };
    private readonly Option<double> _temperature = new("--temperature")
    {
        Description = "What outputs are divided by when the teacher is compared with.",
        DefaultValueFactory = _ => new RecoveryOptions().Temperature,
        HelpName = "T",
    };
    private readonly Option<double> _weight = new("--teacher-weight")
    {
        Description = "Weight of the teacher beside the labels, which count 1.",
        DefaultValueFactory = _ => new RecoveryOptions().TeacherWeight,
        HelpName = "WEIGHT",
    };
    private readonly Option<bool> _zeros = new("--keep-zeros")
    {
        Description = "Channels whose scale is zero at the start stay as they are.",
    };

    /// <summary>All of them.</summary>
    internal IReadOnlyList<Option> All => [_teacher, _temperature, _weight, _zeros];

    internal void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    internal RecoveryOptions? Get(ParseResult parsed)
    {
        var options = new RecoveryOptions
        {
            Teacher = parsed.GetValue(_teacher) is { } path ? Files.Trained(path) : null,
            Temperature = parsed.GetValue(_temperature),
            TeacherWeight = parsed.GetValue(_weight),
            KeepZeros = parsed.GetValue(_zeros),
        };
        if (options.Teacher is null && (parsed.Has(_temperature) || parsed.Has(_weight)))
            throw new UsageException("--temperature and --teacher-weight go with --teacher.");
        options.Check();
        return options == new RecoveryOptions() ? null : options;
    }
}
