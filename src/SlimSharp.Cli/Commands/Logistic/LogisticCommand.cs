using System.CommandLine;

namespace SlimSharp.Cli;

/// <summary>slim logistic: two classes told apart by few features.</summary>
internal static class LogisticCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "logistic",
            "Sparse logistic regression on tables: tells two classes from each other by few features, with the same penalties; needs no network."
        )
        {
            LogisticFitCommand.Create(),
            LogisticPathCommand.Create(),
            LogisticCvCommand.Create(),
            LogisticPredictCommand.Create(),
            LogisticEvaluateCommand.Create(),
        };
        return command;
    }
}
