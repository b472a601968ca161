namespace SlimSharp.Latency;

/// <summary>How a planner chooses widths that reach a latency.</summary>
public enum WidthChoice
{
    /// <summary>Those that lose the least importance: a knapsack over the widths that pay.</summary>
    LeastLoss,

    /// <summary>Those that one threshold on importance leaves in all layers, as low as reaches the latency.</summary>
    Threshold,
}
