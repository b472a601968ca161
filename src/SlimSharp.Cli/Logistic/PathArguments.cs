using System.CommandLine;
using SlimSharp.Linear;

namespace SlimSharp.Cli;

/// <summary>Which strengths of the penalty a path goes through.</summary>
internal sealed class PathArguments
{
    private readonly Option<int> _count = new("--betas")
    {
        Description = "Strengths along the path, with equal factors between them.",
        DefaultValueFactory = _ => 50,
        HelpName = "N",
    };
    private readonly Option<double?> _least = new("--least")
    {
        Description =
            "The last as a share of the first, which is the least that selects nothing [default: 0.001, or 0.01 where there are more features than samples].",
        HelpName = "SHARE",
    };

    internal void AddTo(Command command)
    {
        command.Add(_count);
        command.Add(_least);
    }

    internal double[] Betas(ParseResult parsed, LogisticProblem problem, Screen screen)
    {
        if (problem.LargestBeta is null)
            screen.Say(
                $"For {problem.Penalty} no β excludes that nothing is selected: its slope at zero is infinite. The path begins at the largest gradient there, as for l1."
            );
        return LogisticArguments.Checked(() =>
            LogisticPath.Betas(problem, parsed.GetValue(_count), parsed.GetValue(_least))
        );
    }
}
