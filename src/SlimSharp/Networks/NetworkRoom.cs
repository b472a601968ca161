namespace SlimSharp.Networks;

/// <summary>
/// What a network needs besides its weights, taken from the budget of its file. It stands in no relation to the length
/// of the file: a few bytes can say how many channels there are, and how large an image is.
/// </summary>
/// <param name="budget">The budget.</param>
internal sealed class NetworkRoom(ReadBudget budget)
{
    private const int BytesPerChannel = 64; // of lists of all channels
    private const int BytesPerNumber = sizeof(float); // of a sample on its way through the network
    private long _largest;

    /// <summary>Takes what all layers of a network need.</summary>
    internal void Take(Network network)
    {
        foreach (var shape in network.Shapes.Values)
            Take(shape);
    }

    /// <summary>Takes what one more layer needs, which makes that of a sample.</summary>
    internal void Take(Shape shape)
    {
        budget.Take(shape.Channels, BytesPerChannel, "the channels of its network");
        if (shape.Count <= _largest)
            return;
        budget.Take(shape.Count - _largest, BytesPerNumber, "the numbers that its largest layer makes of a sample");
        _largest = shape.Count;
    }
}
