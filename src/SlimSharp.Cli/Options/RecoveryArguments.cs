using System.CommandLine;
using SlimSharp.Experiments;

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
        DefaultValueFactory = _ => new EarlierRecovery().Temperature,
        HelpName = "T",
    };
    private readonly Option<double> _weight = new("--teacher-weight")
    {
        Description = "Weight of the teacher beside the labels, which count 1.",
        DefaultValueFactory = _ => new EarlierRecovery().TeacherWeight,
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

    internal EarlierRecovery? Get(ParseResult parsed)
    {
        var options = new EarlierRecovery
        {
            Teacher = parsed.GetValue(_teacher) is { } path ? ModelFile.Trained(path) : null,
            Temperature = parsed.GetValue(_temperature),
            TeacherWeight = parsed.GetValue(_weight),
            KeepZeros = parsed.GetValue(_zeros),
        };
        if (options.Teacher is null && (parsed.Has(_temperature) || parsed.Has(_weight)))
            throw new UsageException("--temperature and --teacher-weight go with --teacher.");
        if (!(options.Temperature > 0 && double.IsFinite(options.Temperature)))
            throw new UsageException($"--temperature is {options.Temperature}, but must be positive.");
        if (!(options.TeacherWeight >= 0 && double.IsFinite(options.TeacherWeight)))
            throw new UsageException($"--teacher-weight is {options.TeacherWeight}, but must be 0 or more.");
        return options == new EarlierRecovery() ? null : options;
    }
}
