using System.CommandLine;
using System.CommandLine.Parsing;

namespace SlimSharp.Cli;

/// <summary>
/// An option that names a file or a folder to write. Whether it can be written is asked before any work is done for it.
/// </summary>
/// <param name="name">Its name.</param>
/// <param name="isFolder">Whether it is a folder.</param>
internal sealed class OutputOption(string name, bool isFolder = false) : Option<string?>(name)
{
    /// <summary>Throws if what was typed for any such option of a command cannot be written.</summary>
    /// <exception cref="UsageException">The message names option and path.</exception>
    internal static void Check(ParseResult parsed)
    {
        foreach (var result in parsed.CommandResult.Children.OfType<OptionResult>())
        {
            if (result is { Implicit: false, Option: OutputOption option })
                Check(option.Name, result.GetValueOrDefault<string?>()!, option.IsFolder);
        }
    }

    /// <summary>The same of a path that a command chose itself.</summary>
    internal static string Checked(string path)
    {
        Check("What is written beside the input (--out or --onnx says where else)", path, isFolder: false);
        return path;
    }

    /// <summary>Whether it is a folder.</summary>
    internal bool IsFolder => isFolder;

    private static void Check(string subject, string path, bool isFolder)
    {
        try
        {
            if (isFolder)
                OutputPath.CheckFolder(path);
            else
                OutputPath.CheckFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{subject}: {e.Message.TrimEnd('.')}.");
        }
    }
}
