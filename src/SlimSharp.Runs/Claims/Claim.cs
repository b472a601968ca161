using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>A claim: inequalities that must all hold.</summary>
/// <param name="Name">A short name.</param>
/// <param name="Text">The claim in words.</param>
/// <param name="Sweep">The sweep that it is about.</param>
/// <param name="Holds">The inequalities.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Claim(string Name, string Text, string Sweep, ImmutableArray<Inequality> Holds);
