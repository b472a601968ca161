using SlimSharp.Models;

namespace SlimSharp.Experiments;

/// <summary>The fast paths that can be switched off by name, so that each can be compared with the plain one.</summary>
public static class FastPaths
{
    private const string Optimizer = "fused-optimizer";

    private static readonly (string Name, Func<ScheduleOptions, ScheduleOptions> Without)[] Paths =
    [
        ("channels-last", o => o with { ChannelsLast = false }),
        ("own-backward", o => o with { OwnBackward = false }),
        .. RewriteRule.All.Select(rule =>
            (
                rule.Name,
                (Func<ScheduleOptions, ScheduleOptions>)(o => o with { Rules = [.. o.Rules.Where(r => r != rule)] })
            )
        ),
    ];

    /// <summary>What they are called.</summary>
    public static string[] Names => [.. Paths.Select(p => p.Name), Optimizer];

    /// <summary>The names in a list with commas between.</summary>
    /// <exception cref="ExperimentException">One is unknown.</exception>
    public static string[] Parse(string? list)
    {
        string[] names =
        [
            .. (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        ];
        return names.FirstOrDefault(n => !Names.Contains(n)) is { } unknown
            ? throw new ExperimentException(
                $"RunOptions.Without = {unknown}: there is no such fast path; there are {string.Join(", ", Names)}."
            )
            : names;
    }

    /// <summary>How a schedule is made without those.</summary>
    public static ScheduleOptions Schedule(IEnumerable<string> without, bool bfloat16) =>
        Paths
            .Where(p => without.Contains(p.Name))
            .Aggregate(new ScheduleOptions { BFloat16 = bfloat16 }, (options, path) => path.Without(options));

    /// <summary>Whether the optimiser goes over all parameters in one go.</summary>
    public static bool FusesOptimizer(IEnumerable<string> without) => !without.Contains(Optimizer);
}
