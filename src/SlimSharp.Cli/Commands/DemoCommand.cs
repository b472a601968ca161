using System.CommandLine;

namespace SlimSharp.Cli;

/// <summary>slim demo: the main job on the sample that comes with SlimSharp.</summary>
internal static class DemoCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "demo",
            "Train, cut and retrain a small VGG on a sample of Fashion-MNIST; offline, a few minutes on 2 cores."
        );
        var output = new OutputOption("--out", isFolder: true)
        {
            Description = "The folder to make [default: runs/demo, numbered].",
            HelpName = "DIR",
        };
        var epochs = new Option<int>("--epochs")
        {
            Description = "Epochs of a training; retraining takes half as many again.",
            DefaultValueFactory = _ => Demo.Epochs,
            HelpName = "N",
        };
        var images = new Option<int?>("--images")
        {
            Description = "Use only that many training and test images, for a quick look.",
            HelpName = "N",
        };
        var common = new CommonOptions();
        command.Add(output);
        command.Add(epochs);
        command.Add(images);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            common.Prepare(parsed);
            if (parsed.GetValue(epochs) < 1 || parsed.GetValue(images) is < 100)
                throw new UsageException("--epochs must be 1 or more, and --images 100 or more.");
            using var signals = new StopSignals();
            try
            {
                var demo = new Demo(
                    screen,
                    parsed.GetValue(output) ?? Free("runs/demo"),
                    parsed.GetValue(common.Threads),
                    parsed.GetValue(common.Device)!
                );
                return demo.Run(parsed.GetValue(epochs), parsed.GetValue(images), signals.Token);
            }
            catch (OperationCanceledException)
            {
                screen.Say("Stopped. The demo begins anew the next time; what it trained so far is kept.");
                return ExitCode.Stopped;
            }
        });
        return command;
    }

    private static string Free(string path) =>
        Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? path : $"{path}-{i}").First(p => !Path.Exists(p));
}
