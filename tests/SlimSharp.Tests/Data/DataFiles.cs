using SlimSharp.Data;

namespace SlimSharp.Tests.Data;

/// <summary>What tests of data files share; for <c>using static</c>.</summary>
internal static class DataFiles
{
    /// <summary>What a reader says of a file that it refuses.</summary>
    internal static string Refusal(Func<object> read) => Assert.Throws<DataException>(read).Message;

    /// <summary>The path of a new file of that name, in a folder of its own.</summary>
    internal static string Write(string name, params ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(Machine.Folder(), name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
