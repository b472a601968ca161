using System.Globalization;
using SlimSharp.Cli;
using SlimSharp.Runs;
using SlimSharp.StandIn;

// A worker of a sweep as 'slim sweep work' is one, whose runs are carried out by this program in no time: standin work
// FOLDER SECONDS (the lease).
if (args is ["work", var folder, var lease])
{
    string[] program = [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "standin.dll"), "slim"];
    var worker = new SweepWorker(SweepFolder.Open(folder), new SweepExecutor(1, program).Execute)
    {
        Lease = TimeSpan.FromSeconds(double.Parse(lease, CultureInfo.InvariantCulture)),
        Report = (run, state, words) =>
            Console.WriteLine($"{{\"run\":{run.Number},\"state\":\"{state.ToString().ToLowerInvariant()}\"}} {words}"),
    };
    return worker.WorkOnAll(CancellationToken.None) == SweepState.Done ? 0 : 1;
}
Lifeline.Watch();
return FakeCommand.Run(args[1..]);
