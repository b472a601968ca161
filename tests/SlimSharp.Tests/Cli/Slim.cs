namespace SlimSharp.Tests.Cli;

/// <summary>Runs the command in this process and catches what it prints. For tests of the collection <see cref="Alone"/>.</summary>
internal static class Slim
{
    internal static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var caughtOutput = new StringWriter();
        using var caughtError = new StringWriter();
        Console.SetOut(caughtOutput);
        Console.SetError(caughtError);
        try
        {
            var code = await SlimSharp.Cli.CommandTree.Run(arguments);
            return (code, caughtOutput.ToString(), caughtError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
            Threads.Count = 1;
        }
    }
}
