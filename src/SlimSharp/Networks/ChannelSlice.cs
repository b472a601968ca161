using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>Where the units of a <see cref="ChannelGroup"/> lie along one axis of one parameter.</summary>
/// <param name="Parameter">The parameter's full name.</param>
/// <param name="Axis">The axis.</param>
/// <param name="ReadsInput">
/// True if the axis follows a layer's input, so that the layer is a consumer of these channels.
/// </param>
/// <param name="Places">
/// For each unit, its places along the axis; empty where the unit does not reach this parameter.
/// </param>
public sealed record ChannelSlice(
    string Parameter,
    int Axis,
    bool ReadsInput,
    ImmutableArray<ImmutableArray<int>> Places
);
