namespace SlimSharp.Runs;

/// <summary>A layer of a network in a picture.</summary>
/// <param name="Name">Its node.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Inputs">The layers that it reads.</param>
/// <param name="Before">Its channels.</param>
/// <param name="After">Its channels after a cut, 0 if it went; null without a cut.</param>
public sealed record GraphLayer(string Name, string Kind, IReadOnlyList<string> Inputs, int Before, int? After = null);
