using System.CommandLine;
using System.Globalization;
using System.Text;
using SlimSharp.Linear;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim logistic predict: probabilities of samples.</summary>
internal static class LogisticPredictCommand
{
    internal static Command Create()
    {
        var command = new Command("predict", "Predict classes and probabilities of samples, as CSV.");
        var (model, arguments, common) = (Model(), new LogisticArguments(), new CommonOptions());
        var output = new OutputOption("--out")
        {
            Description = "The file to write [default: the screen].",
            HelpName = "FILE",
        };
        command.Add(model);
        arguments.AddReadingTo(command);
        command.Add(output);
        command.SetAction(parsed =>
        {
            var file = parsed.GetValue(output);
            var screen = new Screen(json: file is null); // remarks would stand among the numbers
            var fitted = LogisticModel.Read(parsed.GetValue(model)!);
            var probabilities = fitted.Predict(arguments.Read(parsed, screen, fitted));
            var text = new StringBuilder("class,probability\n");
            foreach (var p in probabilities)
                text.Append(CultureInfo.InvariantCulture, $"{(p > 0.5 ? fitted.Plus : fitted.Minus)},{p:R}\n");
            if (file is null)
                Screen.Document(text.ToString());
            else
                RunFolder.Write(file, text.ToString());
            screen.Say($"{Words.Count(probabilities.Length)} samples: {file}");
            return ExitCode.Done;
        });
        return command;
    }

    internal static Argument<string> Model() => new("MODEL") { Description = "The file of a model (JSON)." };
}
