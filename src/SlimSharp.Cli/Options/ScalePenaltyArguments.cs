using System.CommandLine;
using SlimSharp.Penalties;

namespace SlimSharp.Cli;

/// <summary>The penalty on BatchNorm scales.</summary>
internal sealed class ScalePenaltyArguments
{
    private readonly Option<string?> _penalty = new("--penalty")
    {
        Description = $"Penalty on the BatchNorm scales: {string.Join(", ", PenaltyKind.All.Select(k => k.Example))}.",
        HelpName = "PENALTY",
    };

    private readonly Option<double> _lambda = new("--lambda")
    {
        Description = "Its strength (published: 1e-4 for VGG at 160 epochs; shorter trainings need more).",
        HelpName = "λ",
    };

    internal void AddTo(Command command)
    {
        command.Add(_penalty);
        command.Add(_lambda);
    }

    /// <summary>The penalty as it was given, checked, and its strength.</summary>
    internal (string? Text, double Lambda) Get(ParseResult parsed)
    {
        var (text, lambda) = (parsed.GetValue(_penalty), parsed.GetValue(_lambda));
        if (text is null && lambda != 0)
            throw new UsageException("--lambda needs a --penalty, such as --penalty tl1:a=1.");
        if (text is not null && !(lambda > 0 && double.IsFinite(lambda)))
            throw new UsageException("--penalty needs a positive --lambda, such as --lambda 1e-4.");
        if (text is not null)
            text = Parse(text, lambda).ToString();
        return (text, lambda);
    }

    internal static Penalty Parse(string text, double lambda)
    {
        try
        {
            return PenaltyText.Parse(text, lambda);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--penalty: {e.Message}");
        }
    }
}
