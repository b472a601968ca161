namespace SlimSharp.Tests;

/// <summary>
/// Tests that share something of the whole process (the console, counts of objects) and so run by themselves.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
