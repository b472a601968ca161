namespace SlimSharp.Formats;

/// <summary>The name of a function or class, which is never looked up.</summary>
/// <param name="Value">Module and name.</param>
internal sealed record PickledName(string Value);
