using SlimSharp.Networks;

namespace SlimSharp.Formats;

/// <summary>
/// What it takes to compute a network in float64, held against what its file may take before it is done. The network
/// that a plan was made for has no weights in the file: it may be of any size.
/// </summary>
internal static class VerificationRoom
{
    private const int BytesPerWeight = sizeof(double);
    private const int BytesPerNumber = 8 * sizeof(double); // of two samples, in some layers at a time
    private const int OperationsPerByte = 100; // a multiply-add is two

    /// <exception cref="FileFormatException">
    /// It takes more memory or time than a file of that length justifies.
    /// </exception>
    internal static void Take(string path, Network network, string what)
    {
        var cost = NetworkCost.Of(network);
        var memory = Budget(path);
        memory.Take(cost.Parameters, BytesPerWeight, $"the weights of {what}, in double precision,");
        memory.Take(
            network.Shapes.Values.Max(s => s.Count),
            BytesPerNumber,
            $"the numbers that the largest layer of {what} makes of two samples, in double precision,"
        );
        Budget(path)
            .Take(
                cost.PublishedFlops / OperationsPerByte,
                $"the {cost.PublishedFlops / 2:N0} multiply-adds of {what}, of which a byte stands for {OperationsPerByte / 2},"
            );
    }

    private static ReadBudget Budget(string path) => ReadBudget.Of(path, sentence => new FileFormatException(sentence));
}
